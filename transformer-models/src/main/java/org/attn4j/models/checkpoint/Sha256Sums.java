package org.attn4j.models.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.common.Digests;

/**
 * The SHA-256 of each file that a training run keeps in a directory, in {@code
 * training_state/SHA256SUMS}, as {@code sha256sum} writes and checks them.
 */
public final class Sha256Sums {

    private static final Path FILE = Path.of("training_state", "SHA256SUMS");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) [ *](.{1,500})");
    private static final int MAX_BYTES = 1 << 20;

    private Sha256Sums() {}

    /**
     * Records the files of a directory.
     *
     * @param directory the directory, complete
     * @throws IOException if a file cannot be read, or the record not be written
     */
    public static void write(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : names(directory)) {
            lines.add(Digests.sha256(directory.resolve(name)) + "  " + name);
        }
        Path record = directory.resolve(FILE.toString());
        Files.createDirectories(record.getParent());
        Files.write(record, lines);
    }

    /**
     * Returns whether a directory has a record. What older versions wrote has none.
     *
     * @param directory the directory
     * @return whether it can be checked
     */
    public static boolean areIn(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE.toString()));
    }

    /**
     * Holds the files of a directory against its record, if it has one.
     *
     * @param directory the directory
     * @param which the names of the files to check, with slashes
     * @throws CheckpointFormatException if one of them is missing, or is not what it was, or
     *     weights or settings are there that were not
     * @throws IOException if one cannot be read
     */
    public static void check(Path directory, Predicate<String> which) throws IOException {
        if (!areIn(directory)) {
            return;
        }
        Set<String> recorded = new HashSet<>();
        for (String line : lines(directory.resolve(FILE.toString()))) {
            Matcher parts = LINE.matcher(line);
            Path file = parts.matches() ? inside(directory, parts.group(2)) : null;
            if (file == null) {
                throw new CheckpointFormatException(
                        directory.resolve(FILE.toString())
                                + " is damaged: it is no list of digests");
            }
            recorded.add(parts.group(2));
            if (!which.test(parts.group(2))) {
                continue;
            }
            if (!Files.isRegularFile(file)) {
                throw new CheckpointFormatException(
                        file + " is missing, which was there when it was saved");
            }
            if (!Digests.sha256(file).equals(parts.group(1))) {
                throw new CheckpointFormatException(
                        file + " is damaged: it has not the SHA-256 that it was saved with");
            }
        }
        for (String name : names(directory)) {
            boolean counts = name.endsWith(".safetensors") || name.endsWith(".json");
            if (counts && which.test(name) && !recorded.contains(name)) {
                throw new CheckpointFormatException(
                        directory.resolve(name) + " is not among the files that were saved");
            }
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            return entries.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> lines(Path record) throws IOException {
        byte[] bytes = ModelFiles.read(record, MAX_BYTES);
        return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }

    /** The file of a name, or null if that leaves the directory. */
    private static Path inside(Path directory, String name) {
        try {
            Path file = directory.resolve(name).normalize();
            return file.startsWith(directory.normalize()) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
