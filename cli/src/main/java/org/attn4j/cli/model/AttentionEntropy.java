package org.attn4j.cli.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.models.model.ModelSite;
import org.attn4j.models.model.ModelSite.Side;

/**
 * How widely attention looks: the entropy of the weights of a query, {@code -Σ w·ln w} in nats,
 * averaged over queries, heads and texts. 0 is a look at one position, {@code ln S} one at all S
 * alike.
 *
 * <p>Weights that do not sum to one are divided by their sum first; a query that sees nothing does
 * not count.
 */
public final class AttentionEntropy implements AttentionObserver {

    /** What was seen at a place. */
    private record Sum(double entropy, long queries) {

        static final Sum NONE = new Sum(0, 0);

        Sum plus(Sum other) {
            return new Sum(entropy + other.entropy, queries + other.queries);
        }

        /** The mean in nats; null if nothing was seen. */
        Double mean() {
            return queries == 0 ? null : entropy / queries;
        }
    }

    private final Map<String, Sum> sums = new LinkedHashMap<>();

    @Override
    public void observe(String site, NDArray weights) {
        int keys = Math.toIntExact(weights.getShape().get(weights.getShape().dimension() - 1));
        float[] flat = weights.toFloatArray();
        Sum seen = Sum.NONE;
        for (int row = 0; row < flat.length; row += keys) {
            double entropy = of(flat, row, keys);
            if (!Double.isNaN(entropy)) {
                seen = seen.plus(new Sum(entropy, 1));
            }
        }
        if (seen.queries > 0) {
            sums.merge(site, seen, Sum::plus);
        }
    }

    /** The mean over the queries at some slots, in nats; null if none of them shows its weights. */
    public Double mean(List<AttentionSlot> slots) {
        return sums.entrySet().stream()
                .filter(sum -> slots.contains(slotOf(sum.getKey())))
                .map(Map.Entry::getValue)
                .reduce(Sum.NONE, Sum::plus)
                .mean();
    }

    /** The mean of each place, in nats, in the order in which they were first seen. */
    public Map<String, Double> means() {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((site, sum) -> means.put(site, sum.mean()));
        return means;
    }

    /**
     * The entropy of one query.
     *
     * @param weights the weights of several queries, one after the other
     * @param begin where those of the query begin
     * @param count how many keys it has
     * @return in nats; not a number for a query that sees nothing
     */
    public static double of(float[] weights, int begin, int count) {
        double total = 0;
        for (int i = begin; i < begin + count; i++) {
            total += Math.max(0, weights[i]);
        }
        double entropy = 0;
        for (int i = begin; i < begin + count; i++) {
            double share = Math.max(0, weights[i]) / total;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return total > 0 ? entropy : Double.NaN;
    }

    /** Null for a site of no slot. */
    private static AttentionSlot slotOf(String name) {
        return ModelSite.of(name)
                .map(
                        site ->
                                switch (site.sublayer()) {
                                    case CROSS_ATTENTION -> AttentionSlot.CROSS;
                                    case SELF_ATTENTION ->
                                            site.side() == Side.DECODER
                                                    ? AttentionSlot.DECODER_SELF
                                                    : AttentionSlot.ENCODER_SELF;
                                    default -> null;
                                })
                .orElse(null);
    }
}
