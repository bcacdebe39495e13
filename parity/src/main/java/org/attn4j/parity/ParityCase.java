package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;

/**
 * How one kind of dump is computed with the blocks of this project.
 *
 * <p>Cases of other modules are found through {@code
 * META-INF/services/org.attn4j.parity.ParityCase}.
 */
public interface ParityCase {

    /**
     * Returns whether this case computes a dump.
     *
     * @param fixture a dump; its name and tensors tell its kind
     * @return whether {@link #compute} may be called with it
     */
    boolean matches(Fixture fixture);

    /**
     * Computes all results of a dump. It is called while gradients are recorded, and everything
     * must be computed from the arrays of the inputs, so that gradients reach them.
     *
     * @param inputs the arrays of the dump, and where parameters of blocks are bound to them
     * @param kernel the attention kernel to use where one applies; null for the fastest
     * @return the results by their names without {@code out/}. A result that can be reached in
     *     several ways may be there several times: {@code output} and {@code output@window} are
     *     both held against {@code out/output}; the gradients are those of the name without
     *     {@code @}
     */
    Map<String, NDArray> compute(FixtureInputs inputs, AttentionKernel kernel);
}
