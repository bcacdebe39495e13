package org.attn4j.cli.tools;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.io.ChildJvm;
import org.attn4j.cli.io.Logging;

/**
 * Loads one engine in a JVM of its own and multiplies two matrices with it, so that an engine that
 * cannot load, or that takes the process down, is a line of the report and nothing more.
 */
public final class EngineProbe {

    private static final String RESULT = "attn4j-probe: ";
    private static final String KERNELS = "attn4j-kernels: ";
    private static final String REFUSED = "attn4j-refused: ";
    private static final long LIMIT_SECONDS = 60;

    private EngineProbe() {}

    /**
     * What loading the engine showed; {@code problem} is empty when it works.
     *
     * @param kernels what computes on the CPU
     * @param refused why kernels that would suit it are not used
     */
    record Report(
            String engine,
            String version,
            int gpus,
            String kernels,
            List<String> refused,
            String problem) {

        boolean works() {
            return problem.isEmpty();
        }
    }

    /**
     * The probing JVM's entry point; prints one line.
     *
     * @param args the engine's name
     */
    public static void main(String[] args) {
        Logging.configure(false);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), args[0])) {
            NDArray ones = manager.ones(new Shape(8, 8));
            float product = ones.matMul(ones).getFloat(0, 0);
            Engine engine = Engine.getEngine(args[0]);
            if (product != 8f) {
                throw new IllegalStateException("a matrix product came out as " + product);
            }
            Kernels kernels = Kernels.of(manager);
            System.out.println(KERNELS + kernels.choice());
            kernels.refused().values().forEach(reason -> System.out.println(REFUSED + reason));
            System.out.println(RESULT + engine.getVersion() + " " + engine.getGpuCount());
        } catch (Throwable t) {
            Throwable cause = t;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println(RESULT + "! " + cause.toString().replaceAll("\\s*\\R\\s*", " "));
        }
        System.out.flush();
        // Engines leave threads behind that would hold the JVM.
        Runtime.getRuntime().halt(0);
    }

    /** Starts the probe of one engine; {@link Running#report} waits for what it found. */
    static Running start(String engine) throws IOException {
        Process process =
                ChildJvm.of(List.of(), EngineProbe.class, List.of(engine))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return new Running(engine, process);
    }

    /** A probe under way. */
    record Running(String engine, Process process) {

        Report report() throws IOException, InterruptedException {
            process.getOutputStream().close();
            String output;
            try (InputStream in = process.getInputStream()) {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return broken("did not load within " + LIMIT_SECONDS + " s");
                }
                output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            List<String> results = lines(output, RESULT);
            if (results.isEmpty()) {
                return broken("its process ended with exit code " + process.exitValue());
            }
            String result = results.get(0);
            if (result.startsWith("! ")) {
                return broken(result.substring(2));
            }
            String[] parts = result.split(" ");
            return new Report(
                    engine,
                    parts[0],
                    Integer.parseInt(parts[1]),
                    String.join("", lines(output, KERNELS)),
                    lines(output, REFUSED),
                    "");
        }

        private static List<String> lines(String output, String start) {
            return output.lines()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()))
                    .toList();
        }

        private Report broken(String problem) {
            return new Report(engine, "", 0, "", List.of(), problem);
        }
    }
}
