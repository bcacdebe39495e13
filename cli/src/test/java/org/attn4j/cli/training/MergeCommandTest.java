package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class MergeCommandTest {

    private static final Path BASE =
            Path.of("../transformer-models/src/test/resources/goldens/tasks/bert_classify");

    @TempDir Path folder;
    private Path adapter;

    /** An adapter whose updates are random, so that it changes what the model says. */
    @BeforeEach
    void write() throws IOException {
        adapter = folder.resolve("adapter");
        try (LoadedModel model =
                Pretrained.loader().optEngine(Cli.ENGINE).optTrainable(true).load(BASE)) {
            model.manager().getEngine().setRandomSeed(3);
            model.adapt(
                    AdapterConfig.of(2, 8)
                            .with("initialization", AdapterConfig.Initialization.FALSE));
            model.save(adapter);
        }
    }

    private static Outcome run(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", model.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static double[] scores(Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(more));
        args.addAll(List.of("--json", "--top-k", "0", "a small cat", "an old house"));
        Outcome outcome = run("classify", model, args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonArray().asList().stream()
                .map(each -> each.getAsJsonObject().getAsJsonArray("labels"))
                .mapToDouble(labels -> first(labels.get(0).getAsJsonObject()))
                .toArray();
    }

    private static double first(JsonObject label) {
        return label.get("score").getAsDouble();
    }

    @Test
    void aMergedModelSaysWhatTheModelWithItsAdapterDoes() {
        double[] adapted = scores(BASE, "--adapter", adapter.toString());
        assertNotEquals(scores(BASE)[0], adapted[0], 1e-3);
        assertArrayEquals(adapted, scores(adapter), 0, "the adapter names its model");

        Path merged = folder.resolve("merged");
        Outcome outcome =
                run("merge", BASE, "--adapter", adapter.toString(), "--out", merged.toString());
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertTrue(Files.exists(merged.resolve("tokenizer.json")));
        assertFalse(Adapter.isIn(merged));
        assertArrayEquals(adapted, scores(merged), 1e-5);
    }

    @Test
    void whatCannotBeMergedIsRefused() throws IOException {
        Path out = folder.resolve("out");
        Outcome plain = run("merge", BASE, "--out", out.toString());
        assertEquals(ExitCode.USAGE, plain.code());
        assertTrue(plain.err().contains("holds no adapter: name one by --adapter"), plain.err());

        Outcome none = run("classify", BASE, "--adapter", folder.toString(), "a");
        assertEquals(ExitCode.USAGE, none.code());
        assertTrue(none.err().contains("it has no adapter_config.json"), none.err());

        Files.delete(adapter.resolve("config.json"));
        Outcome bare = run("classify", adapter, "a");
        assertEquals(ExitCode.USAGE, bare.code());
        assertTrue(bare.err().contains("give its model as --model, and it as --adapter"));
        assertFalse(Files.exists(out));
    }
}
