package org.attn4j.benchmarks;

import java.util.List;
import org.attn4j.benchmarks.Contender.Role;
import org.attn4j.common.Require;

/**
 * What contenders are compared by.
 *
 * @param name what it is called in tables and documents
 * @param unit what the figures are for one of
 * @param units how many of them a contender does at a time
 * @param opening whether it is loading that is measured, each time in a JVM of its own
 * @param contenders ours first, then others
 */
record Measurement(
        String name, String unit, int units, boolean opening, List<Contender> contenders) {

    Measurement {
        contenders = List.copyOf(contenders);
        Require.that(units >= 1, "units must be at least 1, got units=%s", units);
        Require.that(
                !contenders.isEmpty() && contenders.get(0).role() == Role.OURS,
                "the first contender must be ours, got %s",
                contenders);
    }

    static Measurement of(String name, String unit, int units, List<Contender> contenders) {
        return new Measurement(name, unit, units, false, contenders);
    }

    static Measurement ofOpening(String name, List<Contender> contenders) {
        return new Measurement(name, "load", 1, true, contenders);
    }

    Contender contender(String wanted) {
        return contenders.stream()
                .filter(each -> each.name().equals(wanted))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(name + " has no contender " + wanted));
    }
}
