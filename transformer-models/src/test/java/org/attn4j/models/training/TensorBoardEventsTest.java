package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {

    /**
     * The bytes of the golden file's last record, of step 300: head, 62 bytes of event, checksum.
     */
    private static final int LAST = 8 + 4 + 62 + 4;

    @TempDir Path folder;

    /** Written by TensorBoard 2.21's own RecordWriter and Event class. */
    private static byte[] golden() throws IOException {
        try (InputStream in = TensorBoardEventsTest.class.getResourceAsStream("events.golden")) {
            return in.readAllBytes();
        }
    }

    private TensorBoardEvents events() {
        return new TensorBoardEvents(folder, () -> 1_700_000_000.5);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void theBytesAreThoseOfTensorBoardsOwnWriter() throws IOException {
        try (TensorBoardEvents events = events()) {
            events.onStart(7);
            events.onStep(new StepProgress(8, 0, 1, 2.5, 0.001, 0.75, 10, 20, 1234, 1, 1));
            events.onValidation(
                    new ValidationReport(
                            300, 0, Map.of("loss", 1.5, "bleu", 31.25), true, 0, 1, 1));
        }
        assertEquals("events.out.tfevents.1700000000.attn4j", files().get(0).getFileName() + "");
        assertArrayEquals(golden(), Files.readAllBytes(files().get(0)));
    }

    @Test
    void aResumedRunGoesOnInAFileOfItsOwnAndCutsLaterStepsOff() throws IOException {
        Path first = folder.resolve("events.out.tfevents.1700000000.attn4j");
        byte[] golden = golden();
        Files.write(first, golden);
        try (TensorBoardEvents events = events()) {
            events.onStart(300);
        }
        assertArrayEquals(golden, Files.readAllBytes(first));
        assertEquals(2, files().size());
        assertEquals("events.out.tfevents.1700000001.attn4j", files().get(1).getFileName() + "");
        try (TensorBoardEvents events = events()) {
            events.onStart(299);
        }
        assertArrayEquals(Arrays.copyOf(golden, golden.length - LAST), Files.readAllBytes(first));
    }

    @Test
    void whatADyingProcessLeftOfARecordIsCutOff() throws IOException {
        Path first = folder.resolve("events.out.tfevents.1700000000.attn4j");
        byte[] golden = golden();
        for (int lost : new int[] {1, 5, LAST - 3}) {
            Files.write(first, Arrays.copyOf(golden, golden.length - lost));
            try (TensorBoardEvents events = events()) {
                events.onStart(1000);
            }
            assertEquals(golden.length - LAST, Files.size(first));
        }
        golden[golden.length - 10] ^= 1; // within the event: the checksum tells
        Files.write(first, golden);
        Files.write(first, golden(), StandardOpenOption.APPEND);
        try (TensorBoardEvents events = events()) {
            events.onStart(1000);
        }
        assertEquals(golden.length - LAST, Files.size(first));
    }
}
