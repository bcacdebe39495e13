package org.attn4j.benchmarks;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.common.Require;

/**
 * What a run found, as {@code --json} prints it.
 *
 * @param kernels what computed
 * @param processors what the JVM sees
 * @param changes the ratios beside those of an earlier run; empty without one
 */
record Document(
        String kernels,
        int threads,
        int processors,
        String java,
        int rounds,
        List<Row> rows,
        List<Change> changes) {

    private static final long MOST_BYTES = 1 << 24;

    static Document of(Settings settings, int rounds, List<Row> rows) {
        return new Document(
                Kernels.of(settings.manager()).choice().toString(),
                settings.threads(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                rounds,
                List.copyOf(rows),
                List.of());
    }

    Document with(List<Change> found) {
        return new Document(kernels, threads, processors, java, rounds, rows, found);
    }

    /**
     * Reads what an earlier run printed.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Document read(Path file) throws IOException {
        Require.that(
                Files.size(file) <= MOST_BYTES,
                "%s is larger than what 'bench --json' prints",
                file);
        Document document;
        try {
            document = new Gson().fromJson(Files.readString(file), Document.class);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(refusal(file), e);
        }
        boolean whole =
                document != null
                        && document.rows != null
                        && document.rows.stream()
                                .allMatch(
                                        row ->
                                                row != null
                                                        && row.measurement() != null
                                                        && row.contender() != null
                                                        && row.oursToItCpu() > 0
                                                        && Double.isFinite(row.oursToItCpu()));
        Require.that(whole, "%s", refusal(file));
        return document;
    }

    private static String refusal(Path file) {
        return file + " is not what 'bench --json' printed: give --compare such a file";
    }
}
