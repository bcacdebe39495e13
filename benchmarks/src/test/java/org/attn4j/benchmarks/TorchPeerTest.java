package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.option.EngineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The PyTorch of Python: that it is found, told what to do, and its own time counted. */
@EnabledOnOs(OS.LINUX)
class TorchPeerTest {

    @TempDir Path folder;

    /** A command that stands in the place of a Python. */
    private String python(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script);
        assertTrue(file.toFile().setExecutable(true));
        return file.toString();
    }

    private static Work open(TorchPeer torch) throws Exception {
        return torch.contender("train", JsonObject::new).get(0).opener().open();
    }

    @Test
    void withoutTorchThereIsNoContender() throws IOException {
        for (String command : List.of(python("exit 1"), folder.resolve("none").toString())) {
            TorchPeer torch = TorchPeer.of(command, 1);
            assertEquals(List.of(), torch.contender("train", JsonObject::new));
        }
    }

    @Test
    void theTimeOfTheOtherProcessCounts() throws Exception {
        String answers =
                """
                [ "$2" = "import torch" ] && exit 0
                echo '{"cpuNanos": 5, "peakBytes": 1000}'
                while read line; do echo '{"cpuNanos": 7000000000, "peakBytes": 2000}'; done
                """;
        try (Work work = open(TorchPeer.of(python(answers), 1))) {
            Stopwatch watch = Stopwatch.of(work);
            work.run();
            work.run();
            long nanos = watch.lap().cpuNanos();
            assertTrue(nanos >= 14_000_000_000L && nanos < 20_000_000_000L, "nanos " + nanos);
            assertEquals(2000, work.peakBytes());
        }
    }

    @Test
    void aScriptThatFailsIsAnError() throws Exception {
        TorchPeer torch = new TorchPeer(python("exit 3"), 1);
        assertThrows(IOException.class, () -> open(torch));
        TorchPeer talking = new TorchPeer(python("echo hello"), 1);
        assertThrows(IOException.class, () -> open(talking));
    }

    /** Where the system's Python has it. */
    @Test
    void theScriptDoesEachKindOfWork() throws IOException {
        TorchPeer torch = TorchPeer.of("/usr/bin/python3", 1);
        assumeTrue(torch.python() != null, "no PyTorch is installed for Python");
        TranslateMeasurement.Sizes sizes = new TranslateMeasurement.Sizes(1, 16, 24, 1200);
        try (NDManager manager = new EngineOptions().open().newManager()) {
            for (Measurement each :
                    List.of(
                            new TrainMeasurement("train.tiny", 2, 16, 2, 3, 5, 11, 0.1f)
                                    .of(manager, torch),
                            new AttentionMeasurement("attention.tiny", 2, 7, 24, 3, true)
                                    .of(manager, torch),
                            new AttentionMeasurement("attention.tiny", 2, 7, 24, 3, false)
                                    .of(manager, torch),
                            TranslateMeasurement.small("translate.tiny", sizes, 5)
                                    .of(manager, torch))) {
                Contender python = each.contender("torch of Python");
                Measurement alone =
                        Measurement.of(
                                each.name(), "time", 1, List.of(Contender.ours(python.opener())));
                Times times = new Rounds(0, 1, 1).time(alone).get(0);
                assertTrue(times.wall()[0] > 0, each.name());
            }
        }
    }
}
