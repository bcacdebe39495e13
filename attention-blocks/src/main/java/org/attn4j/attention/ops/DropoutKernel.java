package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/**
 * Dropout (Srivastava 2014), scaled while training so that nothing is left to do when predicting.
 */
public interface DropoutKernel {

    /**
     * Sets each element to 0 with probability {@code rate} and divides the others by {@code 1 −
     * rate}. The mask is a function of the engine's random seed and of what was drawn since.
     *
     * @param input the input, of any shape
     * @param rate the probability, in [0, 1); 0 returns the input itself
     * @return the result, on the manager of the input
     */
    NDArray dropout(NDArray input, float rate);
}
