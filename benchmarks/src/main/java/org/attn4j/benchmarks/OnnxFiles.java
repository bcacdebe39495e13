package org.attn4j.benchmarks;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.common.Require;

/** The models for ONNX Runtime as files, which it maps; they end with this. */
final class OnnxFiles implements AutoCloseable {

    private static final List<String> NAMES = List.of(OnnxEncoder.FLOAT32, OnnxEncoder.INT8);

    /**
     * Without it ONNX Runtime looks at the process to report its use, and takes the JVM down over a
     * long class path.
     */
    private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

    private final Path folder;

    /**
     * Takes the models out of the artifacts on the class path.
     *
     * @throws IllegalArgumentException if ONNX Runtime would report its use
     */
    OnnxFiles() throws IOException {
        Require.that(
                "1".equals(System.getenv(NO_TELEMETRY)),
                "ONNX Runtime is to report its use to nobody: set %s=1, as ./attn4j does",
                NO_TELEMETRY);
        folder = Files.createTempDirectory("attn4j-bench");
        folder.toFile().deleteOnExit(); // for those who are interrupted
        try {
            for (String name : NAMES) {
                try (InputStream in = OnnxFiles.class.getResourceAsStream("/" + name)) {
                    if (in == null) {
                        throw new FileNotFoundException(name + " is not on the class path");
                    }
                    folder.resolve(name).toFile().deleteOnExit();
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
