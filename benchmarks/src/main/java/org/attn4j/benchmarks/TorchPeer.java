package org.attn4j.benchmarks;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * The PyTorch of Python, which does the same in a process of its own, by the script {@code
 * torch_peer.py}.
 *
 * @param python the command of a Python that has it; null for none
 */
record TorchPeer(String python, int threads) {

    private static final String SCRIPT = "torch_peer.py";
    private static final int MOST_SECONDS = 60; // until it is imported

    /** Without it. */
    static final TorchPeer NONE = new TorchPeer(null, 1);

    /** The peer by a command, or none if that has no PyTorch. */
    static TorchPeer of(String command, int threads) {
        try {
            Process process =
                    new ProcessBuilder(command, "-c", "import torch")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? new TorchPeer(command, threads) : NONE;
        } catch (IOException e) {
            return NONE; // there is no such command
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command + " was tried", e);
        }
    }

    /** The numbers of a record by their names, which the script knows. */
    static JsonObject numbers(Record measured) {
        return new Gson().toJsonTree(measured).getAsJsonObject();
    }

    /**
     * The contender; none without a Python.
     *
     * @param kind what the script does
     * @param numbers how large, by the names that the script knows; asked when it is opened
     */
    List<Contender> contender(String kind, Callable<JsonObject> numbers) {
        return python == null
                ? List.of()
                : List.of(
                        Contender.other(
                                "torch of Python",
                                Contender.INCOMPARABLE,
                                () -> new Session(kind, numbers.call())));
    }

    /** What the script answers, after it began and after each run. */
    private record Answer(long cpuNanos, long peakBytes) {}

    /** A process that works when it is told to. */
    private final class Session implements Work {

        private final Process process;
        private final Writer in;
        private final BufferedReader out;
        private long cpuNanos;
        private long peakBytes;

        Session(String kind, JsonObject numbers) throws IOException {
            String script;
            try (InputStream stream = TorchPeer.class.getResourceAsStream(SCRIPT)) {
                script = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
            ProcessBuilder builder =
                    new ProcessBuilder(
                                    python,
                                    "-c",
                                    script,
                                    kind,
                                    numbers.toString(),
                                    String.valueOf(threads))
                            .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().remove("OPENBLAS_CORETYPE"); // it may ask for a slow way
            builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
            process = builder.start();
            in = process.outputWriter(StandardCharsets.UTF_8);
            out = process.inputReader(StandardCharsets.UTF_8);
            try {
                answer();
            } catch (IOException e) {
                process.destroyForcibly();
                throw e;
            }
        }

        private void answer() throws IOException {
            String line = out.readLine();
            Answer answer;
            try {
                answer = new Gson().fromJson(line, Answer.class);
            } catch (JsonParseException e) {
                throw new IOException(SCRIPT + " answers " + line, e);
            }
            if (answer == null) {
                throw new IOException(SCRIPT + " ended before it answered");
            }
            cpuNanos += answer.cpuNanos();
            peakBytes = answer.peakBytes();
        }

        @Override
        public List<float[]> values() {
            return List.of(); // weights are its own
        }

        @Override
        public void run() throws IOException {
            in.write("run\n");
            in.flush();
            answer();
        }

        @Override
        public long cpuNanosElsewhere() {
            return cpuNanos;
        }

        @Override
        public Long peakBytes() {
            return peakBytes;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
