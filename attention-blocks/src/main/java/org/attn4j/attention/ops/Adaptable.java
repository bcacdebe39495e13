package org.attn4j.attention.ops;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Optional;

/** A linear map or an embedding, to whose result a low-rank update can be added. */
public interface Adaptable extends Block {

    /** How the map uses its weight. */
    enum Use {
        /** Hidden states are mapped: W (out, in). */
        LINEAR,
        /** As linear, from the last hidden states to the vocabulary. */
        OUTPUT,
        /** Ids choose rows: W (ids, size). */
        EMBEDDING
    }

    /**
     * Returns how the map uses its weight.
     *
     * @return the use
     */
    Use use();

    /**
     * Returns the weight.
     *
     * @return the parameter, which another block may own
     */
    Parameter weight();

    /**
     * Adds an update, or takes it away. Not while the block runs.
     *
     * @param update the update, initialised; null for none
     */
    void adapt(LowRankUpdate update);

    /**
     * Returns the update.
     *
     * @return the update, if there is one
     */
    Optional<LowRankUpdate> update();
}
