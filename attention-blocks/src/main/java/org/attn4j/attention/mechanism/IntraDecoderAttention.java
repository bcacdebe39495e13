package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.score.GeneralScore;

/**
 * Intra-decoder attention: a decoder looks back at its own earlier states, to know what it has
 * said.
 *
 * <p>Paulus, Xiong and Socher 2018, section 2.2, equations 6 to 8: {@code e_ts = h_tᵀ W h_s} for s
 * &lt; t, {@code α_t = softmax_{s<t}(e_t)}, {@code context_t = Σ_{s<t} α_ts h_s}. The step itself
 * is not among what it sees, so the context of the first step is zero. W is the child {@code
 * score}, a {@link GeneralScore}.
 *
 * <p>It is self-attention, and hides the present and later steps by itself; the mask of the inputs
 * hides more. x (B, T, D) gives a context (B, T, D). Choose it beside an attention to the source,
 * where targets are long and may repeat themselves. Time B·T²·D, memory B·T²; step by step the
 * cache keeps W h_s and h_s, and a step costs T·D.
 */
public final class IntraDecoderAttention extends ScoredAttention<GeneralScore> {

    private static final byte VERSION = 1;

    /**
     * Creates a block.
     *
     * @param modelSize D
     */
    public IntraDecoderAttention(int modelSize) {
        this(modelSize, 0);
    }

    /**
     * Creates a block with dropout.
     *
     * @param modelSize D
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     */
    public IntraDecoderAttention(int modelSize, float dropout) {
        super(VERSION, new GeneralScore(modelSize), Softmax.INSTANCE, dropout);
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDManager manager = in.query().getManager();
        AttentionMask earlier =
                AttentionMask.dense(
                        earlier(manager, in.query().getShape().get(1), memory.length()));
        AttentionInputs masked = in.withMask(in.mask().and(earlier));
        NDArray scores = scores(parameters, in, memory, training); // (B, 1, T, T)
        NDArray weights =
                weights(parameters, scores, mask(masked, memory), in.observer(), training);
        return output(weights, memory, in, training); // (B, T, D)
    }

    /** Which keys stand before a query, (T, S); the last query stands at the last key. */
    private static NDArray earlier(NDManager manager, long queries, long keys) {
        NDArray query = manager.arange((float) (keys - queries), keys, 1).reshape(queries, 1);
        NDArray key = manager.arange(0f, keys, 1).reshape(1, keys);
        return key.sub(query).lt(0);
    }
}
