package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.ValidationReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleLogTest {

    @TempDir private Path folder;
    private RunDirectory directory;
    private String output = "begun";

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = new RunDirectory(folder);
        Files.createDirectories(directory.training());
    }

    private SampleLog log() {
        return new SampleLog(
                directory,
                new TrainingSamples(
                        () -> List.of(new Sample("<a>\n\"", "b", output)), observer -> {}));
    }

    private static void validate(SampleLog log, long... steps) {
        for (long step : steps) {
            log.onValidation(new ValidationReport(step, 0, Map.of(), false, 0, 0, 0));
        }
    }

    private long[] steps() throws IOException {
        return SampleLog.read(directory).stream().mapToLong(SampleLog.Line::step).toArray();
    }

    @Test
    void keepsALineForEachValidation() throws IOException {
        SampleLog log = log();
        log.onStart(0);
        validate(log, 10);
        output = "better";
        validate(log, 20);
        assertArrayEquals(new long[] {10, 20}, steps());
        List<SampleLog.Line> lines = SampleLog.read(directory);
        assertEquals(List.of(new Sample("<a>\n\"", "b", "begun")), lines.get(0).samples());
        assertEquals("better", lines.get(1).samples().get(0).output());
        assertEquals(2, Files.readAllLines(SampleLog.file(directory)).size());
    }

    @Test
    void aResumedRunGoesOnFromItsCheckpoint() throws IOException {
        SampleLog log = log();
        log.onStart(0);
        validate(log, 10, 20, 30);
        SampleLog resumed = log();
        resumed.onStart(20);
        output = "again";
        validate(resumed, 20, 40); // the validation of step 20 may be made up for
        assertArrayEquals(new long[] {10, 20, 40}, steps());
        assertEquals("again", SampleLog.read(directory).get(1).samples().get(0).output());
    }

    @Test
    void aNewRunTakesNothingFromAnother() throws IOException {
        SampleLog log = log();
        log.onStart(0);
        validate(log, 10);
        SampleLog other = log();
        other.onStart(0);
        validate(other, 25);
        assertArrayEquals(new long[] {25}, steps());
    }

    @Test
    void aLongRunKeepsEverySecondValidation() throws IOException {
        SampleLog log = log();
        log.onStart(0);
        for (long step = 1; step <= SampleLog.MOST + 1; step++) {
            validate(log, step);
        }
        long[] steps = steps();
        assertEquals(SampleLog.MOST / 2 + 1, steps.length);
        assertEquals(1, steps[0]);
        assertEquals(3, steps[1]);
        assertEquals(SampleLog.MOST - 1, steps[SampleLog.MOST / 2 - 1]);
        assertEquals(SampleLog.MOST + 1, steps[SampleLog.MOST / 2]);
    }

    @Test
    void aLongTextIsCutBetweenCharacters() throws IOException {
        SampleLog log = log();
        log.onStart(0);
        output = "\ud83d\ude00".repeat(300);
        validate(log, 1);
        String kept = SampleLog.read(directory).get(0).samples().get(0).output();
        assertEquals("\ud83d\ude00".repeat(199) + "…", kept);
        assertTrue(kept.length() <= SampleLog.MOST_CHARACTERS);
    }

    @Test
    void whatGoesWrongDoesNotEndTheRun() throws IOException {
        SampleLog log =
                new SampleLog(
                        directory,
                        new TrainingSamples(
                                () -> {
                                    throw new IllegalArgumentException("too long");
                                },
                                observer -> {}));
        log.onStart(0);
        validate(log, 1);
        assertFalse(Files.exists(SampleLog.file(directory)));
    }

    @Test
    void aLineOfSomethingElseIsNamed() throws IOException {
        Files.writeString(SampleLog.file(directory), "{\"step\": 1}\n");
        IOException e = assertThrows(IOException.class, () -> SampleLog.read(directory));
        assertTrue(e.getMessage().contains("samples.jsonl: line 1 "), e.getMessage());
    }
}
