package org.attn4j.cli.compare;

import ai.djl.ndarray.NDArray;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.spec.AttentionPlace;

/**
 * How widely attention looks: the entropy of the weights of a query, {@code -Σ w·ln w} in nats,
 * averaged over queries, heads and layers. 0 is a look at one place, {@code ln S} one at all S
 * alike.
 *
 * <p>Weights that do not sum to one are divided by their sum first; a query that sees nothing does
 * not count.
 */
final class AttentionEntropy implements AttentionObserver {

    private final Map<AttentionPlace, double[]> sums = new EnumMap<>(AttentionPlace.class);

    @Override
    public void observe(String place, NDArray weights) {
        double[] sum = sums.computeIfAbsent(placeOf(place), unused -> new double[2]);
        int keys = Math.toIntExact(weights.getShape().get(weights.getShape().dimension() - 1));
        float[] flat = weights.toFloatArray();
        for (int row = 0; row < flat.length; row += keys) {
            double entropy = entropy(flat, row, keys);
            if (!Double.isNaN(entropy)) {
                sum[0] += entropy;
                sum[1]++;
            }
        }
    }

    /**
     * The mean over the queries of some places, in nats; null if none of them shows its weights.
     */
    Double mean(List<AttentionPlace> places) {
        double total = 0;
        double queries = 0;
        for (AttentionPlace place : places) {
            double[] sum = sums.getOrDefault(place, new double[2]);
            total += sum[0];
            queries += sum[1];
        }
        return queries == 0 ? null : total / queries;
    }

    private static double entropy(float[] weights, int begin, int count) {
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

    private static AttentionPlace placeOf(String place) {
        if (place.startsWith("encoder.")) {
            return AttentionPlace.ENCODER_SELF;
        }
        return place.contains("encoder_attn") ? AttentionPlace.CROSS : AttentionPlace.DECODER_SELF;
    }
}
