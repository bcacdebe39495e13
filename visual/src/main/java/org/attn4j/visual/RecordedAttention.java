package org.attn4j.visual;

import org.attn4j.common.Require;

/**
 * The weights of one attention block in one pass, on the Java heap.
 *
 * @param site where in the model they arose, such as {@code decoder.layers.0.encoder_attn}; empty
 *     for a block that was called itself
 * @param pass how many times the site was observed before: 0 for the first pass, 1 for the second
 *     (a step of generation)
 * @param batch B, the rows
 * @param heads N
 * @param queries T
 * @param keys S
 * @param weights (B, N, T, S), row after row; not copied
 */
public record RecordedAttention(
        String site, int pass, int batch, int heads, int queries, int keys, float[] weights) {

    /** Checks the sizes. */
    public RecordedAttention {
        Require.atLeast("pass", pass, 0);
        Require.atLeast("batch", batch, 0);
        Require.atLeast("heads", heads, 0);
        Require.atLeast("queries", queries, 0);
        Require.atLeast("keys", keys, 0);
        long count = Math.multiplyExact((long) batch * heads, (long) queries * keys);
        Require.that(
                weights.length == count,
                "weights must be batch · heads · queries · keys, got %s weights, sizes=(%s, %s, %s,"
                        + " %s)",
                weights.length,
                batch,
                heads,
                queries,
                keys);
    }

    /**
     * Returns one weight.
     *
     * @param row the row of the batch, from 0
     * @param head the head, from 0
     * @param query the position that looks, from 0
     * @param key the position looked at, from 0
     * @return the weight
     */
    public float weight(int row, int head, int query, int key) {
        within("row", row, batch);
        within("head", head, heads);
        within("query", query, queries);
        within("key", key, keys);
        return weights[((row * heads + head) * queries + query) * keys + key];
    }

    /**
     * Returns the weights of one row of the batch.
     *
     * @param row the row, from 0
     * @return a copy, (N, T, S)
     */
    public float[][][] row(int row) {
        return row(row, queries, keys);
    }

    /**
     * Returns the weights of one row of the batch without its padding.
     *
     * @param row the row, from 0
     * @param firstQueries how many queries are real
     * @param firstKeys how many keys are real
     * @return a copy, (N, firstQueries, firstKeys)
     */
    public float[][][] row(int row, int firstQueries, int firstKeys) {
        within("row", row, batch);
        Require.that(
                firstQueries <= queries && firstKeys <= keys,
                "there must be as many queries and keys, got %s of %s queries, %s of %s keys",
                firstQueries,
                queries,
                firstKeys,
                keys);
        float[][][] copy = new float[heads][firstQueries][firstKeys];
        for (int head = 0; head < heads; head++) {
            for (int query = 0; query < firstQueries; query++) {
                int begin = ((row * heads + head) * queries + query) * keys;
                System.arraycopy(weights, begin, copy[head][query], 0, firstKeys);
            }
        }
        return copy;
    }

    private static void within(String name, int index, int size) {
        Require.that(
                index >= 0 && index < size,
                "%s must be from 0 and below %s, got %s",
                name,
                size,
                index);
    }
}
