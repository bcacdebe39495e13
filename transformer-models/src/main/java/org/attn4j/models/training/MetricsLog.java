package org.attn4j.models.training;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The metrics of a run as JSON lines: opened where a checkpoint left off, what was written after it
 * is dropped.
 */
final class MetricsLog implements AutoCloseable {

    private final Gson gson = new GsonBuilder().serializeSpecialFloatingPointValues().create();
    private final Path file;
    private final FileChannel channel;

    MetricsLog(Path file, long length) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.size() < length) {
            channel.close();
            throw new IOException(
                    file
                            + " is shorter than when the checkpoint was written: it was changed since; put it back or start"
                            + " another run");
        }
        channel.truncate(length);
        channel.position(length);
    }

    void write(StepProgress progress) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", "step");
        line.put("step", progress.step());
        line.put("epoch", progress.epoch());
        line.put("batch", progress.batch());
        line.put("loss", progress.loss());
        line.put("learning_rate", progress.learningRate());
        line.put("gradient_norm", progress.gradientNorm());
        line.put("tokens", progress.tokens());
        line.put("tokens_per_second", Math.round(progress.tokensPerSecond()));
        write(line, progress.seconds(), progress.cpuSeconds());
    }

    void write(ValidationReport report) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", "validation");
        line.put("step", report.step());
        line.put("epoch", report.epoch());
        line.putAll(report.scores());
        line.put("best", report.best());
        write(line, report.seconds(), report.cpuSeconds());
    }

    private void write(Map<String, Object> line, double seconds, double cpuSeconds)
            throws IOException {
        line.put("seconds", Math.round(seconds * 1000) / 1000.0);
        line.put("cpu_seconds", Math.round(cpuSeconds * 1000) / 1000.0);
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(gson.toJson(line) + "\n");
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Puts everything on the disk and tells how much it is. */
    long sync() throws IOException {
        channel.force(false);
        return channel.position();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
