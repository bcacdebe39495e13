package org.attn4j.cli.io;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentsTest {

    @TempDir Path folder;

    private Path typed(byte... bytes) throws IOException {
        return Files.write(folder.resolve("cmdline"), bytes);
    }

    private static String refusal(String encoding, Path typed, String... args) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> Arguments.check(encoding, typed, args))
                .getMessage();
    }

    @Test
    void whatTheLocaleCannotReadIsRefused() throws IOException {
        Path typed = typed("é".getBytes(StandardCharsets.UTF_8));
        String message = refusal("ANSI_X3.4-1968", typed, "classify", "\uFFFD\uFFFD");
        assertTrue(message.contains("ANSI_X3.4-1968") && message.contains("LC_ALL=C.UTF-8"));
        assertDoesNotThrow(() -> Arguments.check("ANSI_X3.4-1968", typed, "classify", "e"));
        assertDoesNotThrow(() -> Arguments.check("ISO-8859-1", typed, "classify", "é"));
    }

    @Test
    void whatIsNotUtf8IsRefusedAndTheReplacementCharacterItselfIsNot() throws IOException {
        String message = refusal("UTF-8", typed((byte) 0xE9), "classify", "\uFFFD");
        assertEquals("an argument is not UTF-8: convert it to UTF-8", message);
        Path typed = typed("\uFFFD".getBytes(StandardCharsets.UTF_8));
        assertDoesNotThrow(() -> Arguments.check("UTF-8", typed, "classify", "\uFFFD"));
        Path none = folder.resolve("none");
        assertDoesNotThrow(() -> Arguments.check("UTF-8", none, "classify", "\uFFFD"));
    }

    @Test
    void optionsEndAtTwoDashes() {
        assertEquals(List.of("a", "--json"), Arguments.options("a", "--json", "--", "--verbose"));
    }
}
