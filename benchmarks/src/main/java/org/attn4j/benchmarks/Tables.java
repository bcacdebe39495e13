package org.attn4j.benchmarks;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a run found, for the terminal. */
final class Tables {

    private static final String HEAD = "%n%-22s %10s %10s %8s %8s %9s %10s%n";
    private static final String ROW = "  %-20s %10s %10s %8s %8s %9s %10s%n";

    private Tables() {}

    static void print(Document document, List<Change> changes, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s, %d threads on %d processors, Java %s, medians of %d rounds%n",
                document.kernels(),
                document.threads(),
                document.processors(),
                document.java(),
                document.rounds());
        String measurement = "";
        for (Row row : document.rows()) {
            if (!row.measurement().equals(measurement)) {
                measurement = row.measurement();
                out.printf(
                        Locale.ROOT,
                        HEAD,
                        measurement,
                        "CPU ms/" + row.unit(),
                        "wall ms",
                        "ours/it",
                        "it/bound",
                        "wall o/it",
                        "peak MB");
            }
            out.printf(
                    Locale.ROOT,
                    ROW,
                    row.contender(),
                    number(row.cpuMillis()),
                    number(row.wallMillis()),
                    number(row.oursToItCpu()),
                    row.itToBoundCpu() == null ? "-" : number(row.itToBoundCpu()),
                    number(row.oursToItWall()),
                    row.peakBytes() == null ? "-" : row.peakBytes() / 1_000_000);
        }
        if (!changes.isEmpty()) {
            out.printf(Locale.ROOT, "%nours/it%36s %8s %8s%n", "before", "now", "factor");
            changes.forEach(change -> print(change, out));
        }
    }

    private static void print(Change change, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "  %-42s %8s %8s %8s%s%n",
                change.measurement() + ", " + change.contender(),
                number(change.before()),
                number(change.now()),
                number(change.factor()),
                change.isTwiceAsBad() ? "  twice as bad" : "");
    }

    private static String number(double value) {
        return String.format(
                Locale.ROOT, value < 0.1 ? "%.4f" : value < 100 ? "%.2f" : "%.0f", value);
    }
}
