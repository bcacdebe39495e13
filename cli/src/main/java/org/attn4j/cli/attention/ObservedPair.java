package org.attn4j.cli.attention;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * What two models attend to in the same tokens, at the sites that both have.
 *
 * @param before the first model
 * @param after the second, at the same sites, with as many heads and keys
 * @param alone the sites that only one of them has, or with other keys
 */
record ObservedPair(Observation before, Observation after, List<String> alone) {

    /** How much of the weight of a head is elsewhere in the second model. */
    record Change(String site, String label, int head, double change) {}

    /** Joins what two models saw; of other numbers of heads the means are compared. */
    static ObservedPair of(Observation before, Observation after) {
        Map<String, ObservedAttention> others = new LinkedHashMap<>(); // in the model's order
        after.attentions().forEach(it -> others.put(it.site(), it));
        List<ObservedAttention> firsts = new ArrayList<>();
        List<ObservedAttention> seconds = new ArrayList<>();
        List<String> alone = new ArrayList<>();
        for (ObservedAttention first : before.attentions()) {
            ObservedAttention second = others.remove(first.site());
            if (second == null || !second.keys().equals(first.keys())) {
                alone.add(first.site());
                continue;
            }
            boolean alike = first.heads() == second.heads();
            firsts.add(alike ? first : first.mean());
            seconds.add(alike ? second : second.mean());
        }
        alone.addAll(others.keySet());
        Require.that(
                !firsts.isEmpty(),
                "the models must have an attention in common, got only %s",
                String.join(", ", alone));
        return new ObservedPair(before.with(firsts), after.with(seconds), alone);
    }

    /** The change of each head, in the order of the sites. */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < before.attentions().size(); i++) {
            ObservedAttention first = before.attentions().get(i);
            float[][][] one = first.recorded().row(0);
            float[][][] other = after.attentions().get(i).recorded().row(0);
            for (int head = 0; head < first.heads(); head++) {
                double change = distance(one[head], other[head]);
                changes.add(new Change(first.site(), first.label(), head, change));
            }
        }
        return changes;
    }

    /** The total variation distance between rows of weights, the mean over the rows. */
    static double distance(float[][] one, float[][] other) {
        return IntStream.range(0, one.length)
                .mapToDouble(row -> distance(one[row], other[row]))
                .average()
                .orElse(0);
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.abs(one[i] - other[i]);
        }
        return sum / 2;
    }
}
