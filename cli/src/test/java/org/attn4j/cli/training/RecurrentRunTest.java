package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs of translation whose model is a recurrent one. That they go on exactly and leave nothing
 * behind is shown by {@link EveryTaskTest}.
 */
@Tag("engine")
class RecurrentRunTest {

    @TempDir Path folder;

    private Path config;

    @BeforeEach
    void write() throws Exception {
        config = Path.of(TinyRuns.recurrent(folder).get(0));
    }

    private Outcome train(Path out, String... more) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "train",
                                config.toString(),
                                "--engine",
                                Cli.ENGINE,
                                "--threads",
                                "1",
                                "--out",
                                out.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    @Test
    void scheduledSamplingAndCoverageChangeWhatIsLearned() throws Exception {
        Path whole = folder.resolve("whole");
        Outcome trained = train(whole);
        assertEquals(ExitCode.DONE, trained.code(), trained.err());
        for (String without :
                List.of("model.scheduledSampling.decay=none", "model.coverageLoss=0")) {
            Path other = folder.resolve(without);
            assertEquals(ExitCode.DONE, train(other, "--set", without).code());
            assertTrue(
                    Files.mismatch(
                                    whole.resolve("model.safetensors"),
                                    other.resolve("model.safetensors"))
                            >= 0,
                    without);
        }
    }

    @Test
    void theVerbsWorkOnARun() throws Exception {
        Path out = folder.resolve("run");
        assertEquals(ExitCode.DONE, train(out).code());
        for (String[] args :
                new String[][] {
                    {"evaluate", "--model", out.toString(), "--metrics", "bleu,loss"},
                    {"translate", "--model", out.toString(), "--beam", "3", "a b"},
                }) {
            Outcome outcome = Cli.run(args);
            assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        }
    }

    @Test
    void aReportShowsWhatTheDecoderLookedAt() throws Exception {
        Path out = folder.resolve("run");
        assertEquals(ExitCode.DONE, train(out).code());
        String page = Files.readString(out.resolve("training/report.html"));
        assertTrue(page.contains("cross-attention, mean of its heads"), page);
    }

    @Test
    void aDryRunPrintsAConfigurationThatReadsBack() throws Exception {
        Outcome printed = Cli.run("train", config.toString(), "--dry-run");
        assertEquals(ExitCode.DONE, printed.code(), printed.err());
        assertTrue(printed.out().contains("family: recurrent"), printed.out());
        Path again = Files.writeString(folder.resolve("again.yaml"), printed.out());
        assertEquals(printed.out(), Cli.run("train", again.toString(), "--dry-run").out());
    }

    @Test
    void badSectionsAreNamed() {
        for (String[] bad :
                new String[][] {
                    {"model.family=rnn", "model.family must be transformer or recurrent, got"},
                    {"model.encoderSzie=3", "did you mean 'model.encoderSize'?"},
                    {"model.attentionalSize=9", "set attentionalSize to it"},
                    {"model.scheduledSampling.k=1.5", "k must be in [minimum, 1]"},
                }) {
            Outcome outcome = Cli.run("train", config.toString(), "--dry-run", "--set", bad[0]);
            assertEquals(ExitCode.USAGE, outcome.code());
            assertTrue(outcome.err().contains(bad[1]), outcome.err());
        }
    }
}
