package org.attn4j.cli.retrieval;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import org.attn4j.retrieval.IndexReport;

/** Says how far an index is, a line every ten seconds. */
final class ProgressLines implements Consumer<IndexReport> {

    private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;

    private final PrintWriter err;
    private final int files;
    private final long start = System.nanoTime();
    private long last = start;

    ProgressLines(PrintWriter err, int files) {
        this.err = err;
        this.files = files;
    }

    @Override
    public void accept(IndexReport report) {
        long now = System.nanoTime();
        if (now - last < NANOS_BETWEEN_LINES) {
            return;
        }
        last = now;
        err.println(
                String.format(
                        Locale.ROOT,
                        "file %,d of %,d  documents %,d  unchanged %,d  passages %,d  %.1f passages/s",
                        report.files() + 1,
                        files,
                        report.added() + report.replaced(),
                        report.unchanged(),
                        report.passages(),
                        report.passages() * 1e9 / (now - start)));
        err.flush();
    }
}
