package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/**
 * One way of computing {@code softmax(scale · Q·Kᵀ + M)·V}.
 *
 * <p>{@link ReferenceKernel} is the definition; any other kernel gives the same values and
 * gradients up to rounding, and says by {@link #supports} when it applies. A kernel keeps nothing
 * between calls and serves several threads.
 */
public interface AttentionKernel {

    /**
     * Returns whether this kernel can compute the request.
     *
     * @param request the request
     * @return whether {@link #attend} may be called with it
     */
    boolean supports(AttentionRequest request);

    /**
     * Computes the request.
     *
     * @param request a request that this kernel supports
     * @return the context (B, N, T, Hv). A query that sees no key has zeros in it, and in the
     *     weights
     */
    NDArray attend(AttentionRequest request);
}
