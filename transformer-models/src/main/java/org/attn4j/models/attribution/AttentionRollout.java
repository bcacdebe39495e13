package org.attn4j.models.attribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * Attention rollout (Abnar and Zuidema 2020, §3, eq. 1): how much of each token's input reaches a
 * position, if attention and the residual connection around it pass on half each.
 */
final class AttentionRollout {

    private AttentionRollout() {}

    /**
     * Follows the weights from the last layer to the first.
     *
     * @param start the share of each position after the last layer, (T)
     * @param layers the weights of each layer, the mean of its heads, (T, T), the first layer first
     * @return the share of each token, (T)
     */
    static double[] back(double[] start, List<double[][]> layers) {
        double[] share = start;
        for (int layer = layers.size() - 1; layer >= 0; layer--) {
            share = throughLayer(share, layers.get(layer));
        }
        return share;
    }

    private static double[] throughLayer(double[] share, double[][] weights) {
        double[] before = new double[share.length];
        for (int query = 0; query < share.length; query++) {
            before[query] += share[query] / 2;
            for (int key = 0; key < before.length; key++) {
                before[key] += share[query] * weights[query][key] / 2;
            }
        }
        return before;
    }

    /**
     * Returns the weights of layers as an observer was told them.
     *
     * @param observed arrays (1, N, T, S) by name
     * @param names what the names of the layers begin with, up to their numbers
     * @param keys S, how many tokens are looked at
     * @return for each layer the mean of its heads, (T, S); empty if nothing was told
     * @throws IllegalArgumentException if the weights of a layer are not between all tokens
     */
    static List<double[][]> layers(Map<String, NDArray> observed, String names, int keys) {
        List<double[][]> layers = new ArrayList<>();
        while (observed.containsKey(names + layers.size())) {
            String name = names + layers.size();
            NDArray weights = observed.get(name);
            Shape shape = weights.getShape();
            Require.that(
                    shape.dimension() == 4 && shape.get(3) == keys,
                    "rollout needs the weights of all %s tokens, but %s has the shape %s: use"
                            + " another method",
                    keys,
                    name,
                    shape);
            layers.add(mean(weights));
        }
        return layers;
    }

    private static double[][] mean(NDArray weights) {
        double[] all = weights.mean(new int[] {1}).toType(DataType.FLOAT64, false).toDoubleArray();
        int keys = Math.toIntExact(weights.getShape().get(3)); // S
        double[][] rows = new double[all.length / keys][];
        for (int query = 0; query < rows.length; query++) {
            rows[query] = Arrays.copyOfRange(all, query * keys, (query + 1) * keys);
        }
        return rows;
    }
}
