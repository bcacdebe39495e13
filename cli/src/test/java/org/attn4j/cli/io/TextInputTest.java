package org.attn4j.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.models.tokenizer.TextPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Whatever the way in, the model is given the text that stands there, line for line. */
@Tag("engine")
class TextInputTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");

    @TempDir Path folder;

    private static String[] command(String line, String model, String... more) {
        List<String> args = new ArrayList<>(List.of(line.split(" ")));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of("--model", GOLDENS.resolve(model).toString()));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private static String output(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("text.txt"), text);
    }

    /** Byte-level models see each byte of a mark; what is between the bars is a line's text. */
    @ParameterizedTest
    @CsvSource({
        "classify,                        tasks/roberta_one_label,       the cat,     a dog sat",
        "classify --labels city|fruit,    tasks/bert_classify,           the cat,     a dog sat",
        "classify --pairs,                tasks/bert_classify,           the cat|sat, a dog|sat",
        "embed,                           tasks/roberta_sentence,        the cat,     a dog sat",
        "similarity --pairs,              tasks/roberta_sentence,        the cat|sat, a dog|sat",
        "tag --aggregation none --ignore X, tasks/bert_tag,              the cat,     a dog sat",
        "fill-mask --top-k 2,             tasks/roberta_fill_mask,       the <mask>,  a <mask> sat",
        "generate --max-new-tokens 3,     generation/texts/gpt2_text,    the cat,     a dog sat",
        "translate,                       generation/texts/marian_text,  the cat,     a dog sat",
    })
    void aLineIsTheTextOfAnArgument(String verb, String model, String first, String last)
            throws IOException {
        boolean pairs = verb.contains("--pairs");
        String line = verb.replace('|', ',');
        List<String> texts =
                List.of(
                        pairs ? first.replace('|', '\t') : first,
                        "",
                        pairs ? last.replace('|', '\t') : last);
        String[] three = command(line, model, texts.toArray(String[]::new));
        String wanted = output(Cli.run(three));
        for (String end : List.of("\n", "\r\n")) {
            String lines = String.join(end, texts);
            for (String text : List.of(lines, lines + end, '\uFEFF' + lines)) {
                String path = file(text).toString();
                String shown = text.replace("\r", "\\r");
                assertEquals(wanted, output(Cli.run(command(line, model, "--file", path))), shown);
                assertEquals(wanted, output(Cli.runWithInput(text, command(line, model))), shown);
            }
        }
        String[] json = command(line + " --json", model, texts.toArray(String[]::new));
        JsonArray documents = JsonParser.parseString(output(Cli.run(json))).getAsJsonArray();
        assertEquals(3, documents.size());
    }

    @Test
    void offsetsCountInTheTextThatIsGiven() throws IOException {
        String text =
                "The moon is white.\nThe old doctor lives in Paris.\n\n\nMy name is Sarah Connor"
                        + " and I live in London, near the river Thames.";
        for (String given : List.of(text, text.replace("\n", "\r\n"))) {
            for (String mark : List.of("", "\uFEFF")) {
                String file = file(mark + given).toString();
                String[] ask =
                        command(
                                "answer --json",
                                "tasks/bert_answer",
                                "--question",
                                "Where does the doctor live?");
                String[] askFile =
                        command(
                                "answer --json",
                                "tasks/bert_answer",
                                "--question",
                                "Where does the doctor live?",
                                "--file",
                                file);
                String answered = output(Cli.run(askFile));
                assertEquals(answered, output(Cli.runWithInput(mark + given, ask)));
                JsonObject answer =
                        JsonParser.parseString(answered)
                                .getAsJsonArray()
                                .get(0)
                                .getAsJsonObject()
                                .getAsJsonArray("answers")
                                .get(0)
                                .getAsJsonObject();
                int start = answer.get("start").getAsInt();
                int end = answer.get("end").getAsInt();
                assertEquals(answer.get("text").getAsString(), given.substring(start, end));
                assertTrue(start > given.lastIndexOf("\n"), answered); // behind the empty lines
            }
        }
    }

    @Test
    void aRankingPassesOverEmptyLines() {
        String[] rank = command("similarity", "tasks/bert_sentence");
        assertEquals(
                output(Cli.runWithInput("a cat\na dog\n", rank)),
                output(Cli.runWithInput("\na cat\n  \r\na dog\n\n", rank)));
    }

    @Test
    void thePairOfAnEmptyLineIsEmpty() {
        assertEquals(new TextPair("", ""), TextInput.pair(" "));
        assertEquals(new TextPair("a", "b\tc"), TextInput.pair("a\tb\tc"));
        assertThrows(IllegalArgumentException.class, () -> TextInput.pair("a b"));
    }

    @Test
    void linesBeforeOneThatCannotBeReadAreAnswered() {
        byte[] lines = "the cat\n".repeat(400).getBytes(StandardCharsets.UTF_8);
        lines[lines.length - 1] = (byte) 0xE9;
        for (String json : List.of("", " --json")) {
            Outcome outcome =
                    Cli.runWithInput(lines, command("classify" + json, "tasks/bert_classify"));
            assertEquals(ExitCode.FAILED, outcome.code());
            assertTrue(outcome.err().contains("standard input, line 400,"), outcome.err());
            assertEquals(399, outcome.out().split("entailment", -1).length - 1);
        }
    }

    /** A verb of texts alone. */
    @Command
    private static final class Verb {

        @Mixin private TextInput input;
    }

    @Test
    void linesAreGivenSomeAtATimeAndFewerIfTheyAreLong() throws IOException {
        String half = "x".repeat(1 << 17);
        Path file = file(String.join("\n", "a", "b", "c", half, half, "d"));
        Verb verb = new Verb();
        new CommandLine(verb).parseArgs("e", "--file", file.toString());
        List<List<String>> groups = new ArrayList<>();
        verb.input.forEach(2, groups::add);
        assertEquals(
                List.of(List.of("e"), List.of("a", "b"), List.of("c", half), List.of(half, "d")),
                groups);
        groups.clear();
        Verb other = new Verb();
        new CommandLine(other).parseArgs("--file", file.toString());
        other.input.forEach(10, groups::add);
        assertEquals(List.of(List.of("a", "b", "c", half, half), List.of("d")), groups);
    }
}
