package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.StandardOutput;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What holds for every verb: arguments reach it as they are, and its output is not lost. */
class MainTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final String LOST = "attn4j: standard output cannot be written, so that results";

    @TempDir Path folder;

    /** A stream that takes some bytes and fails for good, as a full disk or a closed pipe does. */
    private static final class Failing extends OutputStream {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int most;

        Failing(int most) {
            this.most = most;
        }

        @Override
        public void write(int b) throws IOException {
            if (taken.size() == most) {
                throw new IOException("No space left on device");
            }
            taken.write(b);
        }
    }

    private static void assertLost(int most, String... args) {
        StringWriter err = new StringWriter();
        Failing full = new Failing(most);
        int code = Main.run(StandardOutput.of(full), new PrintWriter(err, true), args);
        assertEquals(ExitCode.FAILED, code, err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith(LOST), err.toString());
        assertTrue(err.toString().contains("No space left on device"), err.toString());
        assertEquals(most, full.taken.size());
    }

    static Stream<String> verbs() {
        return new CommandLine(new Attn4jCommand()).getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void helpThatCannotBeWrittenIsAFailure(String verb) {
        assertLost(0, verb, "--help");
        assertLost(100, verb, "--help");
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void theSummaryOfAVerbIsAWholeSentence(String verb) {
        CommandLine command = new CommandLine(new Attn4jCommand()).getSubcommands().get(verb);
        String[] description = command.getCommandSpec().usageMessage().description();
        String overview = Cli.run("--help").out().replaceAll("\\s+", " ");
        assertTrue(overview.contains(" " + verb + " " + description[0]), overview);
        for (String paragraph : description) {
            assertTrue(paragraph.matches("(?s)[A-Z].*[.]"), paragraph);
        }
        assertEquals(1, description[0].split("[.] ").length, description[0]);
        assertTrue(description[0].length() < 120, description[0]);
    }

    @Test
    void whatAVerbCannotPrintIsAFailure() {
        assertLost(0, "--help");
        assertLost(0, "--version");
        assertLost(10, "configs");
        assertLost(10, "configs", "demo");
        assertLost(10, "mechanisms", "--json");
    }

    @Test
    void aFailureBesideAFullDiskIsToldOnce() {
        StringWriter err = new StringWriter();
        PrintWriter out = StandardOutput.of(new Failing(0));
        assertEquals(ExitCode.USAGE, Main.run(out, new PrintWriter(err, true), "configs", "none"));
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "classify --model tasks/bert_classify",
                "classify --json --model tasks/bert_classify",
                "embed --model tasks/bert_sentence",
                "tag --model tasks/bert_tag",
                "similarity --pairs --model tasks/bert_sentence",
                "generate --max-new-tokens 2 --model generation/texts/gpt2_text",
                "generate --json --max-new-tokens 2 --model generation/texts/gpt2_text",
                "generate --stream --max-new-tokens 2 --model generation/texts/gpt2_text",
                "translate --model generation/texts/marian_text",
            })
    @Tag("engine")
    void aClosedPipeEndsARunWhoseInputHasNoEnd(String line) {
        byte[] text =
                (line.contains("--pairs") ? "a\tb\n" : "a\n").getBytes(StandardCharsets.UTF_8);
        InputStream before = System.in;
        System.setIn(
                new InputStream() {
                    private long next;

                    @Override
                    public int read() throws IOException {
                        if (next > 10_000_000) {
                            throw new IOException("somebody reads on and on");
                        }
                        return text[(int) (next++ % text.length)];
                    }
                });
        try {
            List<String> args = new ArrayList<>();
            for (String word : line.split(" ")) {
                args.add(word.contains("/") ? GOLDENS.resolve(word).toString() : word);
            }
            args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
            assertLost(40, args.toArray(String[]::new));
        } finally {
            System.setIn(before);
        }
    }

    @Test
    @Tag("engine")
    void textsReachTheModelAsTheyAre() throws IOException {
        Path options = Files.writeString(folder.resolve("options"), "--top-k 0 --nonsense\n");
        List<String> texts =
                List.of(
                        "@" + options,
                        "@@" + options,
                        "@",
                        "'quoted'",
                        "\"quoted\"",
                        "${user.name} $HOME %s %n",
                        "a\\tb\\",
                        " spaces  ",
                        "",
                        "a=b",
                        "doctor",
                        "-");
        List<String> args = new ArrayList<>(List.of("classify", "--json", "--engine", Cli.ENGINE));
        args.addAll(List.of("--model", GOLDENS.resolve("tasks/bert_classify").toString()));
        List<String> behind = new ArrayList<>(args);
        args.addAll(texts);
        assertEquals(texts, classified(args));
        behind.add("--");
        List<String> dashes = List.of("--help", "--json", "--verbose", "-5 degrees", "--", "-x=@a");
        behind.addAll(dashes);
        behind.addAll(texts);
        List<String> all = new ArrayList<>(dashes);
        all.addAll(texts);
        assertEquals(all, classified(behind));
    }

    private static List<String> classified(List<String> args) {
        Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertEquals("", outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonArray().asList().stream()
                .map(each -> each.getAsJsonObject().get("text").getAsString())
                .toList();
    }

    @Test
    @Tag("engine")
    void valuesOfOptionsAreTakenAsTheyAre() {
        List<String> labels = List.of("\"a", "b\"", "it's", "@labels", "a\\", "${x}");
        Outcome outcome =
                Cli.run(
                        "classify",
                        "--engine",
                        Cli.ENGINE,
                        "--model",
                        GOLDENS.resolve("tasks/bert_classify").toString(),
                        "--labels",
                        String.join(",", labels),
                        "text");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        List<String> found = outcome.out().lines().map(line -> line.split("\t")[1]).toList();
        assertEquals(labels.stream().sorted().toList(), found.stream().sorted().toList());
    }

    @Test
    void aTextThatLooksLikeAnOptionIsToldWhereItGoes() {
        Outcome outcome = Cli.run("classify", "--model", "m", "-5 degrees");
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(
                outcome.err().contains("a text that begins with '-' goes behind '--'"),
                outcome.err());
    }
}
