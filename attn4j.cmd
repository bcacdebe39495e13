@echo off
rem Runs the attn4j command from a clone: builds once, quietly, then starts the JVM with a shared class archive.
setlocal EnableExtensions EnableDelayedExpansion
set "HOME_DIR=%~dp0"
set "TARGET=%HOME_DIR%cli\target"
set "ARCHIVE=%TARGET%\attn4j.jsa"
if defined JAVA_HOME (set "JAVA=%JAVA_HOME%\bin\java.exe") else (set "JAVA=java")
set "OPT_OUT_TRACKING=true"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"

rem MXNet reads its thread count from the environment, before any Java code runs.
set "PREVIOUS="
for %%A in (%*) do (
  if "!PREVIOUS!"=="--threads" set "OMP_NUM_THREADS=%%~A"
  set "PREVIOUS=%%~A"
)

if not exist "%TARGET%\attn4j.built" (
  echo attn4j: building ^(once; the first time downloads about 250 MB of libraries^) ... 1>&2
  if not exist "%TARGET%" mkdir "%TARGET%"
  pushd "%HOME_DIR%"
  call mvnw.cmd -q -B -ntp -DskipTests -Dspotless.check.skip package > "%TARGET%\attn4j-build.log" 2>&1
  if errorlevel 1 (
    popd
    echo attn4j: the build failed; the whole log is in %TARGET%\attn4j-build.log 1>&2
    exit /b 1
  )
  popd
  del "%TARGET%\attn4j-build.log"
  for %%J in ("%TARGET%\attn4j-cli-*.jar") do set "JAR=%%~fJ"
  set /p DEPENDENCIES=<"%TARGET%\dependencies"
  >"%TARGET%\arguments" echo -cp "!JAR:\=/!;!DEPENDENCIES:\=/!"
  "%JAVA%" -Xshare:off -XX:DumpLoadedClassList="%TARGET%\attn4j.classes" -XX:+UseSerialGC @"%TARGET%\arguments" org.attn4j.cli.Main --help >nul 2>&1
  "%JAVA%" -Xshare:dump -XX:+UseSerialGC -XX:SharedClassListFile="%TARGET%\attn4j.classes" -XX:SharedArchiveFile="%ARCHIVE%" @"%TARGET%\arguments" >nul 2>&1
  "%JAVA%" -XX:+UseSerialGC -Xlog:disable @"%TARGET%\arguments" org.attn4j.cli.Main doctor >nul 2>&1
  >"%TARGET%\attn4j.built" echo built
)
"%JAVA%" -XX:SharedArchiveFile="%ARCHIVE%" -Xshare:auto -XX:+UseSerialGC -Xlog:disable -Xlog:all=error:stderr @"%TARGET%\arguments" org.attn4j.cli.Main %*
exit /b %ERRORLEVEL%
