package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a folder whose name is not ASCII, with next to no environment. */
@EnabledOnOs(OS.LINUX)
class LauncherTest {

    /** The words that are not ASCII, as a shell without a locale writes them. */
    private static final String WORDS =
            "e=$(printf '\\303\\251'); clone=\"a b $e$(printf '\\346\\227\\245')/att n4j\"; ";

    @TempDir static Path folder;

    @BeforeAll
    static void makeAClone() throws Exception {
        Path launcher = Path.of("../attn4j").toAbsolutePath().normalize();
        Files.writeString(folder.resolve("classpath"), System.getProperty("java.class.path"));
        Outcome made =
                sh(
                        Map.of("LAUNCHER", launcher.toString()),
                        "mkdir -p \"$clone/cli/target\" && cp \"$LAUNCHER\" \"$clone\""
                                + " && cp classpath \"$clone/cli/target\""
                                + " && touch \"$clone/cli/target/attn4j.built\""
                                + " && printf 'a b c d\\n' > \"$clone/r${e}f.txt\"");
        assertEquals(new Outcome(0, "", ""), made);
    }

    private static Outcome sh(Map<String, String> environment, String script) throws Exception {
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", WORDS + script)
                        .directory(folder.toFile())
                        .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void namesAndArgumentsAreReadAsUtf8WithoutALocale() throws Exception {
        String file = "\"$clone/r${e}f.txt\"";
        String bleu = "\"$clone/attn4j\" bleu --reference %s --hypothesis %s".formatted(file, file);
        for (Map<String, String> environment :
                List.of(
                        Map.<String, String>of(),
                        Map.of("LC_ALL", "POSIX", "LANG", "en_US.UTF-8"),
                        Map.of("LANG", "xx_XX.UTF-8"))) { // of which there is none
            Outcome scored = sh(environment, bleu);
            assertEquals("", scored.err());
            assertEquals(ExitCode.DONE, scored.code());
            assertTrue(scored.out().startsWith("BLEU"), scored.out());
            Outcome refused = sh(environment, "\"$clone/attn4j\" configs \"$e\"");
            assertEquals(ExitCode.USAGE, refused.code(), refused.err());
            assertTrue(refused.err().contains("é"), refused.err());
        }
    }

    @Test
    void outputThatIsLostIsAFailure() throws Exception {
        for (String target : List.of("> /dev/full", ">&-")) {
            Outcome outcome = sh(Map.of(), "\"$clone/attn4j\" configs " + target);
            assertEquals(ExitCode.FAILED, outcome.code(), target);
            assertEquals(1, outcome.err().lines().count(), outcome.err());
            assertTrue(outcome.err().contains("standard output"), outcome.err());
        }
    }

    @Test
    void aClosedInputIsAFailure() throws Exception {
        Outcome outcome = sh(Map.of(), "\"$clone/attn4j\" bleu --reference classpath <&-");
        assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("standard input cannot be read"), outcome.err());
    }

    @Test
    @Tag("engine")
    void theJvmHasNothingToWarnOf() throws Exception {
        Path model =
                Path.of("../transformer-models/src/test/resources/goldens/tasks/bert_classify")
                        .toAbsolutePath()
                        .normalize();
        Outcome outcome =
                sh(
                        Map.of("ENGINE", Cli.ENGINE, "MODEL", model.toString()),
                        "\"$clone/attn4j\" classify --engine $ENGINE --model \"$MODEL\" --threads 1"
                                + " \"$e\"");
        assertEquals("", outcome.err());
        assertEquals(ExitCode.DONE, outcome.code());
        assertTrue(outcome.out().endsWith("\té\n"), outcome.out());
    }
}
