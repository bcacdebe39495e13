package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of models whose attention is not the paper's: all verbs serve them alike. */
@Tag("engine")
class SwappedAttentionTest {

    @TempDir private Path folder;

    /** Patterns and samples that are drawn, losses of a block's own, states kept between steps. */
    @ParameterizedTest
    @CsvSource({"sparse, hard", "adaptive-span, coverage", "linear, global-general"})
    void aRunThatWasInterruptedEndsAsOneThatWasNot(String self, String cross) throws Exception {
        String[] attention = {
            "--set", "model.attention.self=" + self,
            "--set", "model.attention.cross=" + cross,
            "--set", "model.attentionDropout=0.1"
        };
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        done(Cli.trainTiny(whole, attention));
        List<String> first = new ArrayList<>(List.of(attention));
        first.addAll(List.of("--max-steps", "5"));
        done(Cli.trainTiny(parts, first.toArray(String[]::new)));
        List<String> rest = new ArrayList<>(List.of(attention));
        rest.add("--resume");
        done(Cli.trainTiny(parts, rest.toArray(String[]::new)));
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(parts.resolve("model.safetensors")));

        Path source = Files.writeString(folder.resolve("source"), "1 2 3\n4 5\n");
        Path target = Files.writeString(folder.resolve("target"), "1 2 3\n5 4\n");
        String[] pairs = {"--source", source.toString(), "--target", target.toString()};
        Outcome evaluated = verb("evaluate", whole, "--metrics", "bleu,loss", "--json");
        assertTrue(
                JsonParser.parseString(evaluated.out())
                        .getAsJsonObject()
                        .getAsJsonObject("metrics")
                        .has("loss"));
        assertEquals(2, verb("score", whole, pairs).out().lines().count());
        assertEquals(1, verb("translate", whole, "--beam", "3", "1 2 3").out().lines().count());
    }

    private static Outcome verb(String verb, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--model", model.toString()));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of(more));
        return done(Cli.run(args.toArray(String[]::new)));
    }

    private static Outcome done(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome;
    }
}
