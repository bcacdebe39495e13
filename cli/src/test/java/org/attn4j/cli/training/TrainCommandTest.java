package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.training.RunDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class TrainCommandTest {

    @TempDir Path folder;

    @Test
    void writesAModelDirectoryAndSaysWhatItCost() {
        Path out = folder.resolve("run");
        Outcome outcome = Cli.trainTiny(out, "--json");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject result = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals(12, result.get("steps").getAsInt());
        assertTrue(result.get("cpuMinutes").getAsDouble() > 0);
        assertTrue(result.getAsJsonObject("scores").has("bleu"));
        for (String file :
                new String[] {
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "training/config.yaml",
                    "training/metrics.jsonl"
                }) {
            assertTrue(Files.isRegularFile(out.resolve(file)), file);
        }
    }

    @Test
    void leavesAPageAndScalarsThatTellHowItWent() throws Exception {
        Path out = folder.resolve("run");
        Outcome outcome = Cli.trainTiny(out);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        Path page = out.resolve("training/report.html");
        assertTrue(outcome.err().contains("report: " + page), outcome.err());
        String html = Files.readString(page);
        for (String shown :
                List.of(
                        "<th scope=\"row\">validation BLEU (points of 100)</th>",
                        "<th scope=\"row\">steps</th><td>12</td>",
                        "Loss in nats per token by step. training: ",
                        "Perplexity by step. validation: ",
                        "Training speed in targets per second by step.",
                        "Samples in the course of training",
                        "Cross-attention in nats by step. layer 0: ",
                        "Translations of the test set",
                        "cross-attention, layer 0, mean of its heads",
                        "task: translation",
                        "trainSize: 300")) {
            assertTrue(html.contains(shown), shown);
        }
        try (var files = Files.list(out.resolve("training/tensorboard"))) {
            String name = files.findFirst().orElseThrow().getFileName().toString();
            assertTrue(name.startsWith("events.out.tfevents."), name);
        }
    }

    @Test
    void resumesToTheSameWeightsAsARunThatNeverStopped() throws Exception {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        assertEquals(ExitCode.DONE, Cli.trainTiny(whole).code());
        assertEquals(ExitCode.DONE, Cli.trainTiny(parts, "--max-steps", "5").code());
        Outcome resumed = Cli.trainTiny(parts, "--resume");
        assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resumed at step 5"), resumed.err());
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(parts.resolve("model.safetensors")));
    }

    @Test
    void kernelsThatWereAskedForAreRecordedAndTakenAgain() throws Exception {
        Path out = folder.resolve("run");
        String asked =
                Cli.ENGINE.equals(EngineOptions.PYTORCH)
                        ? "fused,linear=engine,dropout=engine,plain=loss"
                        : "reference";
        String[] begin = Cli.tiny(out, "--max-steps", "2", "--kernels", asked);
        String[] goOn = Cli.tiny(out, "--max-steps", "4", "--resume");
        for (String[] command : new String[][] {begin, goOn}) {
            Outcome outcome = Cli.runAlone(command);
            assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        }
        String kernels =
                new RunDirectory(out).latestState().orElseThrow().environment().get("kernels");
        assertEquals("kernels=" + asked, kernels);
    }

    @Test
    void refusesToWriteOverARun() throws Exception {
        Path out = folder.resolve("run");
        Cli.trainTiny(out, "--max-steps", "2");
        byte[] before = Files.readAllBytes(out.resolve("model.safetensors"));
        Outcome again = Cli.trainTiny(out);
        assertEquals(ExitCode.USAGE, again.code());
        assertTrue(again.err().contains("go on with --resume, or choose another --out"));
        assertArrayEquals(before, Files.readAllBytes(out.resolve("model.safetensors")));
    }

    /** Each way to be refused, and then the way that is right. */
    @Test
    void aRefusedResumeChangesNothing() throws Exception {
        Path out = folder.resolve("run");
        assertEquals(ExitCode.DONE, Cli.trainTiny(out, "--max-steps", "5").code());
        Path config = out.resolve("training/config.yaml");
        Path tokenizer = out.resolve("training/tokenizers/tokenizer.json");
        String before = Files.readString(config);
        String vocabulary = Files.readString(tokenizer);
        Files.delete(tokenizer); // learned anew it would be that of the refused configuration
        for (String change :
                new String[] {
                    "training.accumulation=3",
                    "seed=99",
                    "model.modelSize=32",
                    "training.metric=chrf"
                }) {
            Outcome refused = Cli.trainTiny(out, "--resume", "--set", change);
            assertNotEquals(ExitCode.DONE, refused.code(), change);
            assertEquals(1, refused.err().lines().filter(l -> l.startsWith("attn4j: ")).count());
            assertEquals(before, Files.readString(config), change);
        }
        Outcome resumed =
                Cli.run(
                        "train",
                        "--resume",
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1",
                        "--out",
                        out.toString(),
                        "--max-steps",
                        "8");
        assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resumed at step 5"), resumed.err());
        assertEquals(vocabulary, Files.readString(tokenizer));
    }

    @Test
    void anEmptyConfigurationOfARunIsNamed() throws Exception {
        Path out = folder.resolve("run");
        Path config = out.resolve("training/config.yaml");
        Files.createDirectories(config.getParent());
        Files.writeString(config, "");
        Outcome outcome = Cli.run("train", "--resume", "--out", out.toString());
        assertEquals(ExitCode.FAILED, outcome.code());
        assertTrue(outcome.err().contains(config + " is empty: name the configuration"));
    }

    @Test
    void aDirectoryInWhichSomebodyTrainsIsRefused() throws Exception {
        Path out = folder.resolve("run");
        Outcome resumed;
        Outcome begun;
        try (Closeable lock = new RunDirectory(out).lock()) {
            resumed = Cli.trainTiny(out, "--resume");
            begun = Cli.trainTiny(out);
            assertFalse(Files.exists(out.resolve("training/tokenizers")), lock.toString());
        }
        for (Outcome outcome : new Outcome[] {resumed, begun}) {
            assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
            assertTrue(outcome.err().contains(out + " is being trained in already"));
        }
    }

    @Test
    void goesOnFromTheCheckpointBeforeADamagedOne() throws Exception {
        Path whole = folder.resolve("whole");
        Path out = folder.resolve("run");
        assertEquals(ExitCode.DONE, Cli.trainTiny(whole).code());
        assertEquals(ExitCode.DONE, Cli.trainTiny(out, "--max-steps", "5").code());
        assertEquals(ExitCode.DONE, Cli.trainTiny(out, "--resume", "--max-steps", "8").code());
        Path weights = out.resolve("training/checkpoints/step-00000008/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 3] ^= 1;
        Files.write(weights, bytes);

        Outcome refused = Cli.trainTiny(out, "--resume");
        assertEquals(ExitCode.FAILED, refused.code(), refused.err());
        String offer = refused.err().replaceAll("(?s).*--from-step (\\d+).*", "$1");
        Outcome translated =
                Cli.run(
                        "translate",
                        "--model",
                        weights.getParent().toString(),
                        "--engine",
                        Cli.ENGINE);
        assertEquals(ExitCode.FAILED, translated.code());
        assertTrue(translated.err().contains("model.safetensors is damaged"), translated.err());
        assertEquals(ExitCode.USAGE, Cli.trainTiny(out, "--from-step", offer).code());
        Outcome resumed = Cli.trainTiny(out, "--resume", "--from-step", offer);
        assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resumed at step " + offer), resumed.err());
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(out.resolve("model.safetensors")));
    }

    @Test
    void dryRunPrintsAConfigurationThatReadsBack() throws Exception {
        Path out = folder.resolve("run");
        Outcome dry = Cli.trainTiny(out, "--dry-run", "--seed", "9");
        assertEquals(ExitCode.DONE, dry.code(), dry.err());
        assertFalse(Files.exists(out));
        Path file = Files.writeString(folder.resolve("own.yaml"), dry.out());
        Outcome same = Cli.run("train", file.toString(), "--dry-run");
        assertEquals(dry.out(), same.out());
        assertTrue(dry.out().contains("seed: 9"), dry.out());
    }

    @Test
    void learnsFromFilesOfTheUsersOwn() throws Exception {
        Path source = folder.resolve("train.en");
        Path target = folder.resolve("train.fr");
        Files.writeString(source, "a red cat\na dog\n\na red dog\n".repeat(20));
        Files.writeString(target, "un chat rouge\nun chien\n\nun chien rouge\n".repeat(20));
        Path config =
                Files.writeString(
                        folder.resolve("own.yaml"),
                        """
                        name: own
                        data:
                          corpus: files
                          folder: %s
                          train: {source: train.en, target: train.fr}
                          valid: {source: train.en, target: train.fr}
                          test: {source: train.en, target: train.fr}
                        sharedVocabulary: false
                        tokenizer: {kind: bpe, vocabularySize: 60}
                        model: {modelSize: 16, encoderHeads: 2, decoderHeads: 2, encoderLayers: 1, decoderLayers: 1, tie: decoder}
                        batching: {tokensPerBatch: 100, maxLength: 20}
                        training: {steps: 3, warmupSteps: 1}
                        """
                                .formatted(folder));
        Path out = folder.resolve("run");
        Outcome outcome =
                Cli.run(
                        "train",
                        config.toString(),
                        "--out",
                        out.toString(),
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertTrue(Files.exists(out.resolve("source_tokenizer.json")));
        assertTrue(Files.exists(out.resolve("target_tokenizer.json")));
    }
}
