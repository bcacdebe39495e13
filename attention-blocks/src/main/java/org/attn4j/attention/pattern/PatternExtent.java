package org.attn4j.attention.pattern;

import org.attn4j.common.Require;

/**
 * The positions that a call is about: queries {@code first} to {@code first + queries − 1} of a
 * sequence of which {@code keys} positions are there.
 *
 * @param first the position of the first query; above 0 when the positions before it are cached
 * @param queries T
 * @param keys S, at least {@code first + queries}
 * @param causal whether no query sees a later position
 */
public record PatternExtent(int first, int queries, int keys, boolean causal) {

    public PatternExtent {
        Require.that(
                first >= 0 && queries >= 1 && keys >= first + queries,
                "sparse patterns are for a sequence that attends to itself, got"
                        + " queries=%s, keys=%s, first query at %s",
                queries,
                keys,
                first);
    }

    /**
     * Returns the position after the last query.
     *
     * @return {@code first + queries}
     */
    public int end() {
        return first + queries;
    }

    /**
     * Returns whether all positions of the sequence are queries.
     *
     * @return whether nothing comes from a cache
     */
    public boolean isWhole() {
        return first == 0 && queries == keys;
    }

    /**
     * Returns whether the direction of time lets a query see a key.
     *
     * @param query a position
     * @param key a position
     * @return false if the key is later and the extent is causal
     */
    public boolean allows(int query, int key) {
        return key >= 0 && key < keys && (!causal || key <= query);
    }
}
