package org.attn4j.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every verb that loads a published model can be told to go on where settings are not known. */
class UnknownSettingsTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");

    private static final Map<String, List<String>> VERBS =
            new TreeMap<>(
                    Map.of(
                            "fill-mask", List.of("tasks/bert_fill_mask", "The old [MASK]."),
                            "classify", List.of("tasks/bert_classify", "a text"),
                            "answer", List.of("tasks/bert_answer", "--question", "Who?", "A man."),
                            "tag", List.of("tasks/bert_tag", "My name is Sarah."),
                            "embed", List.of("tasks/bert_sentence", "a text"),
                            "similarity", List.of("tasks/bert_sentence", "a text", "a cat"),
                            "generate", List.of("generation/texts/gpt2_text", "The cat"),
                            "translate", List.of("generation/texts/marian_text", "The cat"),
                            "summarize", List.of("generation/texts/bart_text", "The cat"),
                            "parity", List.of("models/bert_model_a")));

    @TempDir Path folder;

    private Path withUnknownSetting(Path model) throws IOException {
        try (Stream<Path> entries = Files.walk(model)) {
            for (Path entry : entries.toList()) {
                Path target = folder.resolve(model.relativize(entry).toString());
                if (Files.isDirectory(entry)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(entry));
                }
            }
        }
        Path file = folder.resolve("config.json");
        JsonObject config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        config.addProperty("new_trick", 1);
        Files.writeString(file, config.toString());
        return folder;
    }

    /** What the library warns of goes to standard error, not through the command's own writer. */
    private static Outcome run(List<String> args) {
        PrintStream before = System.err;
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
        try {
            Outcome outcome = Cli.run(args.toArray(String[]::new));
            return new Outcome(
                    outcome.code(),
                    outcome.out(),
                    outcome.err() + warnings.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    @TestFactory
    Stream<DynamicTest> everyVerbGoesOnIfTold() {
        return VERBS.keySet().stream().map(verb -> dynamicTest(verb, () -> assertGoesOn(verb)));
    }

    private void assertGoesOn(String verb) throws IOException {
        List<String> rest = VERBS.get(verb);
        Path model = withUnknownSetting(GOLDENS.resolve(rest.get(0)));
        List<String> args =
                new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE, "--model", model.toString()));
        args.addAll(1, List.of("--threads", "1"));
        args.addAll(rest.subList(1, rest.size()));
        Outcome refused = run(args);
        assertEquals(ExitCode.FAILED, refused.code(), refused.err());
        assertTrue(
                refused.err().contains("new_trick; to go on without it, allow unknown settings"),
                refused.err());
        args.add(1, "--allow-unknown-settings");
        Outcome allowed = run(args);
        assertEquals(ExitCode.DONE, allowed.code(), allowed.err());
        assertTrue(allowed.err().contains("passed over"), allowed.err());
        assertTrue(allowed.err().contains("new_trick"), allowed.err());
    }

    @TestFactory
    Stream<DynamicTest> inspectTellsThem() throws IOException {
        Path model = withUnknownSetting(GOLDENS.resolve("tasks/bert_tag"));
        return Stream.of(false, true)
                .map(
                        allow ->
                                dynamicTest(
                                        allow ? "allowed" : "refused",
                                        () -> assertInspected(model, allow)));
    }

    private static void assertInspected(Path model, boolean allow) {
        List<String> args =
                new ArrayList<>(List.of("inspect", "--engine", Cli.ENGINE, model.toString()));
        if (allow) {
            args.add("--allow-unknown-settings");
        }
        Outcome outcome = run(args);
        assertEquals(allow ? ExitCode.DONE : ExitCode.FAILED, outcome.code(), outcome.out());
        assertTrue(
                outcome.out().contains(allow ? "settings not known new_trick" : "new_trick; to go"),
                outcome.out());
    }
}
