package org.attn4j.attention.ops;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;

/** A block that can pack its weights for prediction. */
public interface Packable extends Block {

    /**
     * Packs the weights as they are now, so that prediction is faster; training and gradients go on
     * with the weights themselves. Whoever changes these afterwards must {@link #unpack} the block.
     * Not while the block runs.
     *
     * @param owner takes the packed weights over
     * @param precision what prediction computes with
     * @throws IllegalArgumentException if this precision is not to be had here
     */
    void pack(NDManager owner, Precision precision);

    /** Predicts with the weights themselves again. Not while the block runs. */
    void unpack();

    /**
     * Packs all blocks of a tree that can be.
     *
     * @param root a block, initialised
     * @param owner takes the packed weights over
     * @param precision what prediction computes with
     * @throws IllegalArgumentException if this precision is not to be had here
     */
    static void packAll(Block root, NDManager owner, Precision precision) {
        if (root instanceof Packable packable) {
            packable.pack(owner, precision);
        } else {
            root.getChildren().values().forEach(child -> packAll(child, owner, precision));
        }
    }

    /**
     * Unpacks all blocks of a tree.
     *
     * @param root a block
     */
    static void unpackAll(Block root) {
        if (root instanceof Packable packable) {
            packable.unpack();
        } else {
            root.getChildren().values().forEach(Packable::unpackAll);
        }
    }
}
