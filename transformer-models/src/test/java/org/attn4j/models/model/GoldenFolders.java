package org.attn4j.models.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.ModelDirectory;

/**
 * The checkpoints with reference outputs: those among the resources, and those in the folder that
 * {@code -Dattn4j.models} names.
 */
public final class GoldenFolders {

    private static final Path RESOURCES = Path.of("src/test/resources/goldens/models");
    private static final Path ENCODERS = Path.of("src/test/resources/goldens/encoders");
    private static final Path DECODERS = Path.of("src/test/resources/goldens/decoders");
    private static final Path SEQ2SEQ = Path.of("src/test/resources/goldens/seq2seq");
    private static final Path GENERATION = Path.of("src/test/resources/goldens/generation/models");

    private GoldenFolders() {}

    public static List<Path> all() throws IOException {
        List<Path> roots =
                new ArrayList<>(List.of(RESOURCES, ENCODERS, DECODERS, SEQ2SEQ, GENERATION));
        String others = System.getProperty("attn4j.models");
        if (others != null) {
            roots.add(Path.of(others));
        }
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> children = Files.list(root)) {
                children.filter(child -> Files.exists(child.resolve("golden.json")))
                        .filter(child -> Files.exists(child.resolve(ModelDirectory.CONFIG)))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }

    public static Path named(String name) {
        return RESOURCES.resolve(name);
    }
}
