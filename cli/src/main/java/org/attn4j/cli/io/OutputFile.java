package org.attn4j.cli.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attn4j.common.Require;

/** Files that options name, checked before the work whose result they get. */
public final class OutputFile {

    private OutputFile() {}

    /** A file to write: its name has one of the endings, and its folder is there. Null for null. */
    public static Path of(String option, Path file, String... endings) {
        if (file == null) {
            return null;
        }
        String name = file.getFileName().toString();
        Require.that(
                Arrays.stream(endings).anyMatch(name::endsWith),
                "%s must end in %s, got %s",
                option,
                String.join(" or ", endings),
                file);
        Path folder = file.toAbsolutePath().getParent();
        Require.that(Files.isDirectory(folder), "%s: there is no folder %s", option, folder);
        return file;
    }
}
