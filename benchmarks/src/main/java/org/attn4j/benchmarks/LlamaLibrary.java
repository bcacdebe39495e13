package org.attn4j.benchmarks;

import de.kherud.llama.LlamaModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * llama.cpp's native library, loaded once. The jar's own way takes it out into the common folder
 * for temporary files, clears that of what has a name like its own, and prints. Here it has a
 * folder of its own, which is gone when the library is loaded.
 */
final class LlamaLibrary {

    private static final Logger LOGGER = LoggerFactory.getLogger(LlamaLibrary.class);

    private static final String FOLDER = "/de/kherud/llama/Linux/x86_64/";
    private static final String NAME = "libjllama.so";

    /** Where the jar looks for the library, and what it clears. */
    private static final String PATH = "de.kherud.llama.lib.path";

    private static final String CLEARED = "de.kherud.llama.tmpdir";

    private static final boolean LOADED = isForThisSystem() && load();

    private LlamaLibrary() {}

    /**
     * Whether it is there: on Linux on x86-64 with AVX2, where {@code libgomp.so.1} is installed.
     */
    static boolean isLoaded() {
        return LOADED;
    }

    /** Its code is for AVX2: on a processor without, it would take the JVM down. */
    private static boolean isForThisSystem() {
        boolean fits =
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64")
                        && hasAvx2();
        if (!fits) {
            LOGGER.warn("llama.cpp is left out: it needs Linux on an x86-64 processor with AVX2");
        }
        return fits;
    }

    private static boolean hasAvx2() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo")).contains(" avx2 ");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean load() {
        try {
            Path folder = Files.createTempDirectory("attn4j-bench");
            try {
                return load(folder);
            } finally {
                Files.deleteIfExists(folder.resolve(NAME));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean load(Path folder) throws IOException {
        try (InputStream library = LlamaModel.class.getResourceAsStream(FOLDER + NAME)) {
            Files.copy(library, folder.resolve(NAME));
        }
        System.setProperty(PATH, folder.toString());
        System.setProperty(CLEARED, folder.toString());
        try {
            System.load(folder.resolve(NAME).toString());
            Class.forName(LlamaModel.class.getName()); // it takes the library over
            return true;
        } catch (UnsatisfiedLinkError e) {
            LOGGER.warn("llama.cpp is left out, its library does not load: {}", e.getMessage());
            return false;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        } finally {
            System.clearProperty(PATH);
            System.clearProperty(CLEARED);
        }
    }
}
