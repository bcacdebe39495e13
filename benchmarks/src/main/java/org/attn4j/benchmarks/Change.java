package org.attn4j.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a ratio changed from one run to another. Ratios are compared, not times: another machine, or
 * a busy one, slows all contenders.
 *
 * @param before our CPU time by the contender's, in the earlier run
 * @param now the same in this run
 */
record Change(String measurement, String contender, double before, double now) {

    private static final double TWICE = 2;

    /** How many times as bad the ratio became; below 1 where it improved. */
    double factor() {
        return now / before;
    }

    boolean isTwiceAsBad() {
        return factor() >= TWICE;
    }

    /** The ratios that both runs have, but for ours to itself. */
    static List<Change> between(Document before, Document now) {
        Map<String, Row> earlier = new HashMap<>();
        before.rows().forEach(row -> earlier.put(row.key(), row));
        List<Change> changes = new ArrayList<>();
        for (Row row : now.rows()) {
            Row then = earlier.get(row.key());
            if (then != null && !row.contender().equals(Contender.OURS)) {
                changes.add(
                        new Change(
                                row.measurement(),
                                row.contender(),
                                then.oursToItCpu(),
                                row.oursToItCpu()));
            }
        }
        return changes;
    }
}
