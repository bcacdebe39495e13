package org.attn4j.visual;

import org.attn4j.common.Require;

/**
 * The weights of one attention block, as a page shows them.
 *
 * @param label what a reader calls it, such as {@code layer 3}
 * @param site where in the model they arose, unique on a page
 * @param kind who looks at whom
 * @param layer the layer, from 0
 * @param queries the name of the {@link ShownTokens} that look, T of them
 * @param keys the name of the {@link ShownTokens} looked at, S of them
 * @param drawing how the mechanism's paper draws it
 * @param weights (N, T, S); {@link Float#NaN} where a query cannot see a key at all, which {@link
 *     Drawing#PATTERN} tells apart from a weight of 0. Not copied: left as they are while the page
 *     is in use
 * @param note a sentence on what is seen, or empty
 */
public record ShownAttention(
        String label,
        String site,
        Kind kind,
        int layer,
        String queries,
        String keys,
        Drawing drawing,
        float[][][] weights,
        String note) {

    static final int MOST_HEADS = 1024;

    /** Who looks at whom. */
    public enum Kind {
        /** An encoder at its own sequence. */
        ENCODER,
        /** A decoder at what it has produced. */
        DECODER,
        /** A decoder at the source. */
        CROSS,
        /** A sequence at itself, neither encoder nor decoder. */
        SELF
    }

    /** How the paper of a mechanism draws it. */
    public enum Drawing {
        /** Weights as they are: Vaswani et al. 2017, Bahdanau et al. 2015. */
        WEIGHTS,
        /** One position a query, marked: hard attention, Xu et al. 2015, figure 2. */
        POSITION,
        /** A window of keys, with the Gaussian if there is one: local, Luong et al. 2015, 3.2. */
        WINDOW,
        /** Which cells are seen at all: sparse, Child et al. 2019, figure 3. */
        PATTERN,
        /** Facts by hops: memory networks, Sukhbaatar et al. 2015, figure 2. */
        HOPS,
        /** Tokens by experts: mixtures of experts, Jiang et al. 2024, figure 8. */
        ROUTING,
        /**
         * Words in sentences: hierarchical, Yang et al. 2016, figure 5. Two attentions show it: one
         * whose queries are the sentences and whose keys are the words, NaN outside of a sentence,
         * and one whose keys are the sentences.
         */
        LEVELS,
        /** Steps of a time series: temporal, Qin et al. 2017, figure 4. */
        SERIES
    }

    /**
     * Makes the only attention of its kind on a page: a block by itself, outside of any layers.
     *
     * @param label what a reader calls it, and its site
     * @param queries the name of the tokens that look
     * @param keys the name of the tokens looked at
     * @param drawing how the mechanism's paper draws it
     * @param weights (N, T, S)
     * @return of kind {@link Kind#SELF} if a sequence looks at itself, else {@link Kind#CROSS}
     */
    public static ShownAttention of(
            String label, String queries, String keys, Drawing drawing, float[][][] weights) {
        Kind kind = queries.equals(keys) ? Kind.SELF : Kind.CROSS;
        return new ShownAttention(label, label, kind, 0, queries, keys, drawing, weights, "");
    }

    /** Checks the sizes. */
    public ShownAttention {
        Require.that(!site.isBlank(), "site must not be blank");
        Require.atLeast("layer", layer, 0);
        Require.that(
                weights.length >= 1 && weights.length <= MOST_HEADS,
                "heads of %s must be from 1 to %s, got %s",
                site,
                MOST_HEADS,
                weights.length);
        Grids.check("weights of " + site, weights, ShownTokens.MOST_TOKENS);
        Grids.checkFiniteOrNaN("weights of " + site, weights);
    }

    /**
     * Takes weights of exactly 0 as keys that cannot be seen. A softmax gives a masked key exactly
     * 0 and a visible one more, so this brings back the mask.
     *
     * @return the same attention with {@link Float#NaN} for 0
     */
    public ShownAttention withZerosUnseen() {
        float[][][] seen = new float[heads()][queryCount()][keyCount()];
        for (int head = 0; head < heads(); head++) {
            for (int query = 0; query < queryCount(); query++) {
                for (int key = 0; key < keyCount(); key++) {
                    float weight = weights[head][query][key];
                    seen[head][query][key] = weight == 0 ? Float.NaN : weight;
                }
            }
        }
        return new ShownAttention(label, site, kind, layer, queries, keys, drawing, seen, note);
    }

    int heads() {
        return weights.length;
    }

    int queryCount() {
        return weights[0].length;
    }

    int keyCount() {
        return weights[0][0].length;
    }

    long cells() {
        return (long) heads() * queryCount() * keyCount();
    }
}
