package org.attn4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.benchmarks.Contender.Role;

/** Makes rows of what was timed. */
final class Rows {

    private Rows() {}

    /**
     * The rows of a measurement.
     *
     * @param times those of each contender, in order
     * @param peaks the peak memory of each contender; nulls if not measured
     */
    static List<Row> of(Measurement measurement, List<Times> times, List<Long> peaks) {
        Times ours = times.get(0);
        Times bound = bound(measurement, times);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            Times its = times.get(i);
            rows.add(
                    new Row(
                            measurement.name(),
                            measurement.contenders().get(i).name(),
                            measurement.unit(),
                            Statistics.median(its.cpu()),
                            Statistics.median(its.wall()),
                            Statistics.medianRatio(ours.cpu(), its.cpu()),
                            Statistics.medianRatio(ours.wall(), its.wall()),
                            bound == null ? null : Statistics.medianRatio(its.cpu(), bound.cpu()),
                            bound == null ? null : Statistics.medianRatio(its.wall(), bound.wall()),
                            peaks.get(i)));
        }
        return rows;
    }

    /** The bound that took the least CPU time; null without one. */
    private static Times bound(Measurement measurement, List<Times> times) {
        Times best = null;
        for (int i = 0; i < times.size(); i++) {
            boolean isBound = measurement.contenders().get(i).role() == Role.BOUND;
            if (isBound
                    && (best == null
                            || Statistics.median(times.get(i).cpu())
                                    < Statistics.median(best.cpu()))) {
                best = times.get(i);
            }
        }
        return best;
    }
}
