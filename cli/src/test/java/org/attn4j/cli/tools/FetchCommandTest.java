package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;

/** What needs no Hub; the Hub's answers are tested where its client is. */
class FetchCommandTest {

    @Test
    void whatIsNoNameIsWrongUsage() {
        for (String name : new String[] {"a/b/c", "../x", "org/name@"}) {
            Outcome outcome = Cli.run("fetch", name);
            assertEquals(ExitCode.USAGE, outcome.code(), name);
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
    }

    @Test
    void helpTellsOfTheBundle() {
        assertTrue(Cli.run("fetch", "--help").out().contains("--bundle"));
    }
}
