package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Finds the files that others made, and skips a test with a line where they are not there. */
final class SharedFiles {

    private SharedFiles() {}

    static Path folder(String name) {
        Path folder = Path.of(System.getProperty("attn4j.shared", "../../shared")).resolve(name);
        Assumptions.assumeTrue(
                Files.isDirectory(folder), "skipped: " + name + " is not on this machine");
        return folder;
    }

    static List<Path> files(String folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(folder(folder))) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
