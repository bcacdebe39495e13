@echo off
rem Runs the attn4j command from a clone: builds once, quietly, then starts the JVM with a shared class archive.
setlocal EnableExtensions EnableDelayedExpansion
set "HOME_DIR=%~dp0"
rem What is measured against is heavy, and comes along only for the verb that measures.
set "MODULE=cli"
set "DOWNLOAD=250"
if "%~1"=="bench" if not "%~2"=="--help" (
  set "MODULE=benchmarks"
  set "DOWNLOAD=430"
)
set "TARGET=%HOME_DIR%%MODULE%\target"
if defined JAVA_HOME (set "JAVA=%JAVA_HOME%\bin\java.exe") else (for %%J in (java.exe) do set "JAVA=%%~$PATH:J")
if not defined JAVA (
  echo attn4j: no Java found: install a JDK 17 or later, or set JAVA_HOME to one 1>&2
  exit /b 1
)

rem The engines are native code, which later JDKs want to be told; an archive that does not fit is passed over in silence.
set "OPTIONS=-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Xlog:disable -Xlog:all=error:stderr -Xlog:cds=off:stderr"
rem Training leaves Java little garbage: a small young generation is filled once, and does not add to memory any more.
rem The optimising compiler would: it keeps native memory, and gains nothing where the engine computes.
for %%V in (train demo) do if "%~1"=="%%V" set "OPTIONS=!OPTIONS! -Xmn24m -XX:TieredStopAtLevel=1"

rem Each JVM reads archives of its own build alone.
set "JDK=unknown"
for %%J in ("%JAVA%") do if exist "%%~dpJ..\release" (
  for /f "tokens=2 delims==" %%V in ('findstr /b JAVA_RUNTIME_VERSION= "%%~dpJ..\release"') do set "JDK=%%~V"
)
set "ARCHIVE=%TARGET%\attn4j-%JDK%.jsa"

set "OPT_OUT_TRACKING=true"
set "ORT_DISABLE_TELEMETRY=1"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"

rem MXNet reads its thread count from the environment, before any Java code runs.
set "PREVIOUS="
:argument
set "ARGUMENT=%~1"
if not defined ARGUMENT goto arguments_read
if "!ARGUMENT!"=="--" goto arguments_read
if "!PREVIOUS!"=="--threads" set "OMP_NUM_THREADS=!ARGUMENT!"
set "PREVIOUS=!ARGUMENT!"
shift
goto argument
:arguments_read

if not exist "%TARGET%\attn4j.built" (
  echo attn4j: building ^(once; the first time downloads about %DOWNLOAD% MB of libraries^) ... 1>&2
  if not exist "%TARGET%" mkdir "%TARGET%"
  pushd "%HOME_DIR%"
  call mvnw.cmd -q -B -ntp -DskipTests -Dspotless.check.skip -pl %MODULE% -am package > "%TARGET%\attn4j-build.log" 2>&1
  if errorlevel 1 (
    popd
    echo attn4j: the build failed; the whole log is in %TARGET%\attn4j-build.log 1>&2
    exit /b 1
  )
  popd
  del "%TARGET%\attn4j-build.log"
  for %%J in ("%TARGET%\attn4j-%MODULE%-*.jar") do set "JAR=%%~fJ"
  set /p DEPENDENCIES=<"%TARGET%\dependencies"
  >"%TARGET%\arguments" echo -cp "!JAR:\=/!;!DEPENDENCIES:\=/!"
  del "%TARGET%\attn4j*.jsa" >nul 2>&1
  "%JAVA%" %OPTIONS% @"%TARGET%\arguments" org.attn4j.cli.Main doctor >nul 2>&1
  >"%TARGET%\attn4j.built" echo built
)
if not exist "%ARCHIVE%" (
  "%JAVA%" %OPTIONS% -Xshare:off -XX:DumpLoadedClassList="%ARCHIVE%.classes" @"%TARGET%\arguments" org.attn4j.cli.Main --help >nul 2>&1
  "%JAVA%" %OPTIONS% -Xshare:dump -XX:SharedClassListFile="%ARCHIVE%.classes" -XX:SharedArchiveFile="%ARCHIVE%" @"%TARGET%\arguments" >nul 2>&1
  if not exist "%ARCHIVE%" type nul >"%ARCHIVE%"
)

rem Delayed expansion would take the exclamation marks out of texts.
setlocal DisableDelayedExpansion
"%JAVA%" -XX:SharedArchiveFile="%ARCHIVE%" -Xshare:auto %OPTIONS% @"%TARGET%\arguments" org.attn4j.cli.Main %*
exit /b %ERRORLEVEL%
