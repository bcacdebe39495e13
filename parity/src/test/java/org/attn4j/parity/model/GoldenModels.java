package org.attn4j.parity.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checkpoints with reference outputs: those among the test resources of the models' module, and
 * those in the folder that {@code -Dattn4j.models} names.
 */
final class GoldenModels {

    static final Path ROOT = Path.of("../transformer-models/src/test/resources/goldens");

    private GoldenModels() {}

    static List<Path> all() throws IOException {
        List<Path> roots = new ArrayList<>();
        for (String name :
                List.of("models", "encoders", "decoders", "seq2seq", "generation/models")) {
            roots.add(ROOT.resolve(name));
        }
        String others = System.getProperty("attn4j.models");
        if (others != null) {
            roots.add(Path.of(others));
        }
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> children = Files.list(root)) {
                children.filter(it -> Files.exists(it.resolve(ModelFixture.DESCRIPTION)))
                        .filter(it -> Files.exists(it.resolve("config.json")))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }

    static Path named(String name) {
        return ROOT.resolve("models").resolve(name);
    }
}
