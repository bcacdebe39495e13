package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentPathsTest {

    private static final Path HOME = Path.of("/home/ann").toAbsolutePath();

    private static Path path(String value) {
        return new EnvironmentPaths(Map.of("FOLDER", value, "DISK", "/disk", "B", "$DISK"), HOME)
                .path("FOLDER");
    }

    @ParameterizedTest
    @CsvSource({
        "~, /home/ann",
        "~/hf, /home/ann/hf",
        "/a/~/b, /a/~/b",
        "$DISK/hf, /disk/hf",
        "${DISK}/hf, /disk/hf",
        "~/$DISK, /home/ann/disk",
        "/x/$B, /x/$DISK", // what a variable holds is not read again
        "/x/$NONE/${NONE}, /x/$NONE/${NONE}", // as in Python, which leaves what it does not know
        "/x/$/y, /x/$/y",
        "relative/x, relative/x",
    })
    void homeAndVariablesAreReadAsPythonReadsThem(String value, Path expected) {
        assertEquals(expected, path(value));
    }

    @Test
    void theEnvironmentSaysWhereHomeIs() {
        EnvironmentPaths paths =
                new EnvironmentPaths(Map.of("HOME", "/mnt/ann", "FOLDER", "~/x"), HOME);
        assertEquals(Path.of("/mnt/ann/x"), paths.path("FOLDER"));
        assertEquals(Path.of("/mnt/ann"), paths.home());
    }

    @Test
    void anEmptyVariableIsNone() {
        assertNull(path(" "));
        assertNull(new EnvironmentPaths(Map.of(), HOME).path("FOLDER"));
    }

    @Test
    void whatCannotBeFollowedIsRefusedByTheVariablesName() {
        String other =
                assertThrows(IllegalArgumentException.class, () -> path("~nobody-else/x"))
                        .getMessage();
        assertTrue(other.startsWith("FOLDER must not begin"), other);
        String nul = assertThrows(IllegalArgumentException.class, () -> path("a\0b")).getMessage();
        assertTrue(nul.startsWith("FOLDER must hold a path"), nul);
        EnvironmentPaths homeless = new EnvironmentPaths(Map.of("FOLDER", "~/x"), Path.of("?"));
        String none =
                assertThrows(IllegalArgumentException.class, () -> homeless.path("FOLDER"))
                        .getMessage();
        assertTrue(none.contains("set HOME"), none);
    }
}
