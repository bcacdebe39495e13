package org.attn4j.benchmarks;

import de.kherud.llama.LlamaModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * llama.cpp's native library, loaded once. The jar's own way takes it out into the common folder
 * for temporary files, clears that of what has a name like its own, and prints. Here it has a
 * folder of its own, which is gone when the library is loaded.
 */
final class LlamaLibrary {

    private static final String FOLDER = "/de/kherud/llama/Linux/x86_64/";
    private static final String NAME = "libjllama.so";

    /** Where the jar looks for the library, and what it clears. */
    private static final String PATH = "de.kherud.llama.lib.path";

    private static final String CLEARED = "de.kherud.llama.tmpdir";

    private static final boolean LOADED = isForThisSystem() && load();

    private LlamaLibrary() {}

    /** Whether it is there: on Linux on x86-64, where {@code libgomp.so.1} is installed. */
    static boolean isLoaded() {
        return LOADED;
    }

    private static boolean isForThisSystem() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
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
            return false;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        } finally {
            System.clearProperty(PATH);
            System.clearProperty(CLEARED);
        }
    }
}
