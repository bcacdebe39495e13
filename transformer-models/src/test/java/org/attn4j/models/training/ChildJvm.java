package org.attn4j.models.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a program of these tests in a process of its own, on the engine of this one. */
public final class ChildJvm {

    private ChildJvm() {}

    /** Starts it with its errors in a file; its output is to be read from the process. */
    public static Process start(Path errors, List<String> options, Class<?> program, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Dattn4j.engine=" + TinyTask.engineName());
        command.add("-Dai.djl.default_engine=" + TinyTask.engineName());
        command.add("-DOPT_OUT_TRACKING=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(program.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(errors.toFile()).start();
    }

    /**
     * Memory of this process that no file backs: the Java heap, and what the engine holds.
     *
     * @return kilobytes
     */
    public static long anonymousKilobytes() {
        System.gc(); // arrays that only the collector frees are no leak
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException("the kernel does not tell this process's memory", e);
        }
    }
}
