package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.attention.position.ScoreBias;

/** What encoder and decoder stacks share. */
final class Stacks {

    private Stacks() {}

    /** Adds a stack's score bias, computed once for all its layers, to a mask. */
    static AttentionMask biased(
            AttentionMask mask,
            ScoreBias scoreBias,
            ParameterStore parameters,
            NDManager manager,
            long queryLength,
            long keyLength,
            boolean training) {
        return scoreBias == null
                ? mask
                : mask.and(
                        AttentionMask.bias(
                                scoreBias.bias(
                                        parameters, manager, queryLength, keyLength, training)));
    }

    /** What happens to the arrays that the layers make: an observer may keep what it is told. */
    static Temporaries temporaries(
            Block stack,
            ParameterStore parameters,
            AttentionObserver observer,
            boolean training,
            NDArray... inputs) {
        return observer != null
                ? Temporaries.KEPT
                : Temporaries.of(stack, parameters, training, inputs);
    }

    /** Tells what goes into layer {@code index}, or comes out of the last. */
    static void hidden(AttentionObserver observer, int index, NDArray states) {
        if (observer != null) {
            observer.hidden("hidden_states." + index, states);
        }
    }

    static AttentionObserver layer(AttentionObserver observer, int index) {
        return observer == null ? null : observer.at("layers." + index);
    }
}
