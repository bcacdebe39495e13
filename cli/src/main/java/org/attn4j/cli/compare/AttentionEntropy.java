package org.attn4j.cli.compare;

import ai.djl.ndarray.NDArray;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.spec.AttentionSlot;

/**
 * How widely attention looks: the entropy of the weights of a query, {@code -Σ w·ln w} in nats,
 * averaged over queries, heads and layers. 0 is a look at one position, {@code ln S} one at all S
 * alike.
 *
 * <p>Weights that do not sum to one are divided by their sum first; a query that sees nothing does
 * not count.
 */
public final class AttentionEntropy implements AttentionObserver {

    private final Map<AttentionSlot, double[]> sums = new EnumMap<>(AttentionSlot.class);

    @Override
    public void observe(String site, NDArray weights) {
        double[] sum = sums.computeIfAbsent(slotOf(site), unused -> new double[2]);
        int keys = Math.toIntExact(weights.getShape().get(weights.getShape().dimension() - 1));
        float[] flat = weights.toFloatArray();
        for (int row = 0; row < flat.length; row += keys) {
            double entropy = of(flat, row, keys);
            if (!Double.isNaN(entropy)) {
                sum[0] += entropy;
                sum[1]++;
            }
        }
    }

    /** The mean over the queries at some slots, in nats; null if none of them shows its weights. */
    Double mean(List<AttentionSlot> slots) {
        double total = 0;
        double queries = 0;
        for (AttentionSlot slot : slots) {
            double[] sum = sums.getOrDefault(slot, new double[2]);
            total += sum[0];
            queries += sum[1];
        }
        return queries == 0 ? null : total / queries;
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

    private static AttentionSlot slotOf(String site) {
        if (site.startsWith("encoder.")) {
            return AttentionSlot.ENCODER_SELF;
        }
        return site.contains("encoder_attn") ? AttentionSlot.CROSS : AttentionSlot.DECODER_SELF;
    }
}
