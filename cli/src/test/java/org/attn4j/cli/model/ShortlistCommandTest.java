package org.attn4j.cli.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table made by {@code shortlist}, and what {@code translate --shortlist} does with it. */
@Tag("engine")
class ShortlistCommandTest {

    @TempDir static Path folder;

    private static Path model;
    private static Path table;

    @BeforeAll
    static void train() throws IOException {
        model = folder.resolve("model");
        Outcome trained = Cli.trainTiny(model);
        assertEquals(ExitCode.DONE, trained.code(), trained.err());
        Path source = Files.writeString(folder.resolve("source"), "1 2\n2 3\n1 3\n");
        Path target = Files.writeString(folder.resolve("target"), "5 6\n6 7\n5 7\n");
        table = folder.resolve("lex.s2t");
        Outcome made = make(source, target, "--best", "1");
        assertEquals(ExitCode.DONE, made.code(), made.err());
        assertTrue(made.out().contains("from 3 pairs"), made.out());
    }

    private static Outcome make(Path source, Path target, String... more) {
        return Cli.run(
                Stream.concat(
                                Stream.of(
                                        "shortlist",
                                        "--model",
                                        model.toString(),
                                        "--source",
                                        source.toString(),
                                        "--target",
                                        target.toString(),
                                        "--out",
                                        table.toString()),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private static Outcome translate(String... args) {
        return Cli.run(
                Stream.concat(
                                Stream.of(
                                        "translate",
                                        "--model",
                                        model.toString(),
                                        "--engine",
                                        Cli.ENGINE,
                                        "--threads",
                                        "1"),
                                Stream.of(args))
                        .toArray(String[]::new));
    }

    @Test
    void theTableSaysWhichTokensTranslateWhich() throws IOException {
        String text = Files.readString(table);
        assertTrue(text.contains("▁5 NULL 0.33"), text);
        for (String pair : new String[] {"▁5 ▁1 0.9", "▁6 ▁2 0.9", "▁7 ▁3 0.9"}) {
            assertTrue(text.lines().anyMatch(line -> line.startsWith(pair)), text);
        }
    }

    @Test
    void translationsAreMadeOfTheTokensOfTheTable() {
        Outcome found =
                translate("--shortlist", table.toString(), "--shortlist-frequent", "0", "1 2 1");
        assertEquals(ExitCode.DONE, found.code(), found.err());
        assertTrue(found.out().strip().matches("[56 ]*"), found.out());
    }

    @Test
    void withEveryTokenTranslationsAreTheSame() {
        String[] texts = {"1 2 3", "4 4"};
        Outcome whole = translate("--scores", texts[0], texts[1]);
        Outcome listed =
                translate(
                        "--scores",
                        "--shortlist",
                        table.toString(),
                        "--shortlist-frequent",
                        "1000",
                        texts[0],
                        texts[1]);
        assertEquals(whole.out(), listed.out());
    }

    @Test
    void whatMakesNoSenseIsRefusedInOneSentence() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken"), "1 2 0.5\n1 2\n");
        assertRefused("line 2 is not", translate("--shortlist", broken.toString(), "1 2"));
        assertRefused("go together", translate("--shortlist-best", "5", "1 2"));
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        assertRefused("no text to learn from", make(empty, empty));
    }

    private static void assertRefused(String message, Outcome outcome) {
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
        assertEquals(1, outcome.err().strip().lines().count(), outcome.err());
    }
}
