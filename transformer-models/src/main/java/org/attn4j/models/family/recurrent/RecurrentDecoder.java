package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.recurrent.RecurrentState;

/** A recurrent decoder that attends to a memory at each step. */
public interface RecurrentDecoder extends Block {

    /**
     * Returns what the decoder remembers before its first step.
     *
     * @param layers the state of each layer, (B, d)
     * @return the state
     */
    DecoderState start(List<RecurrentState> layers);

    /**
     * Decodes T steps whose inputs are known: all of a target in training, one in generation.
     *
     * @param parameters where the parameters are found
     * @param ids the token that each step reads, (B, T) int64: the start token, then the target
     * @param memory what is attended to
     * @param state what {@link #start} returned, or the last state of the call before
     * @param observer receives the weights (B, N, T, S), or null
     * @param training whether dropout applies
     * @return the results, on the manager of {@code ids}
     */
    DecoderOutput decode(
            ParameterStore parameters,
            NDArray ids,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training);
}
