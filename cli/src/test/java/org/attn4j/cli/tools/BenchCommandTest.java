package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;

/** The verb without what it measures with, which is another module's. */
class BenchCommandTest {

    private static void assertRefused(String expected, String... args) {
        Outcome outcome = Cli.run(args);
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains(expected), outcome.err());
    }

    @Test
    void withoutTheBenchmarksItSaysWhereTheyAre() {
        assertRefused("run './attn4j bench' in a clone, which builds them", "bench");
        assertEquals(1, Cli.run("bench", "train", "--json").err().lines().count());
    }

    @Test
    void badInputIsRefusedFirst() {
        assertRefused("'cook'", "bench", "cook");
        assertRefused("--rounds must be from 1 to 1000, got 0", "bench", "--rounds", "0");
        assertRefused("--rounds", "bench", "--rounds", "many");
        assertRefused("there is no file none.json", "bench", "--compare", "none.json");
    }
}
