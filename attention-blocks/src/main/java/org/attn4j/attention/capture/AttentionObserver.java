package org.attn4j.attention.capture;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/**
 * Is told who looked at what, and what came of it. Weights and hidden states leave a model through
 * an observer and never through a field, so that several threads can use the model at once.
 */
@FunctionalInterface
public interface AttentionObserver {

    /**
     * Receives the weights of one attention block.
     *
     * @param site where in the model they arose, such as {@code decoder.layers.0.cross_attention};
     *     empty for the block that was called itself
     * @param weights (B, N, T, S); they live on the manager of the pass, so an observer that keeps
     *     them attaches or copies them
     */
    void observe(String site, NDArray weights);

    /**
     * Receives the hidden states between two layers. Ignored unless an observer wants them.
     *
     * @param site where in the model they arose: {@code hidden_states.0} are the embeddings of a
     *     stack, {@code hidden_states.i} what its layer i gives, the last of them after the stack's
     *     final norm if it has one
     * @param states (B, T, D); they live on the manager of the pass
     */
    default void hidden(String site, NDArray states) {}

    /**
     * Receives a stage on the way from the inputs to the output. Ignored unless an observer wants
     * them, and computed only if it asks.
     *
     * @param site where in the model it arose, as for {@link #observe}
     * @param stage which one: a name of {@link Stages}
     * @param values gives the numbers, on the manager of the pass; to be asked during this call
     */
    default void stage(String site, String stage, Supplier<NDArray> values) {}

    /**
     * Tells an observer a stage of the block that was called itself.
     *
     * @param observer the observer; null for nobody
     * @param stage a name of {@link Stages}
     * @param values gives the numbers
     */
    static void tell(AttentionObserver observer, String stage, Supplier<NDArray> values) {
        if (observer != null) {
            observer.stage("", stage, values);
        }
    }

    /**
     * Returns an observer for a part of the model: what it is told arrives here with the part's
     * name in front.
     *
     * @param prefix the name of the part
     * @return the observer to hand to the part
     */
    default AttentionObserver at(String prefix) {
        return new PartObserver(this, prefix);
    }
}
