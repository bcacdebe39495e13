package org.attn4j.attention.mechanism;

import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.score.AdditiveScore;

/**
 * Additive attention: a small network reads query and key together and says how well they fit.
 *
 * <p>Bahdanau et al. 2015, section 3.1 and appendix A.1.2: {@code e_ts = v · tanh(W_q q_t + W_k k_s
 * [+ b])}, {@code α_t = softmax(e_t)} over the visible keys, {@code context_t = Σ_s α_ts v_s}. The
 * paper writes s_{i−1} for the query, h_j for keys and values, W_a, U_a and v_a for the parameters;
 * these are the children {@code query_proj}, {@code key_proj} and {@code energy} of the child
 * {@code score}, an {@link AdditiveScore}.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv); a decoder of
 * the paper passes its annotations as key and as value. Choose it where queries and keys differ in
 * size or kind, as states of a decoder and annotations of an encoder do, and where sequences are
 * short: on long ones a dot product is much cheaper and, once scaled, as good. Time B·T·S·A and
 * memory B·T·S·A, with A the units of the hidden layer. W_k k is computed once and kept in the
 * cache, so a recurrent decoder pays for S·A products a step.
 */
public final class AdditiveAttention extends ScoredAttention<AdditiveScore> {

    private static final byte VERSION = 1;

    /**
     * Creates a block whose hidden layer has no bias, with softmax and without dropout.
     *
     * @param hiddenSize A, the units of the hidden layer, at least 1
     */
    public AdditiveAttention(int hiddenSize) {
        this(hiddenSize, false, Softmax.INSTANCE, 0);
    }

    /**
     * Creates a block.
     *
     * @param hiddenSize A, the units of the hidden layer, at least 1
     * @param bias whether the hidden layer has a bias
     * @param alignment how scores become weights
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     */
    public AdditiveAttention(int hiddenSize, boolean bias, Alignment alignment, float dropout) {
        super(VERSION, new AdditiveScore(hiddenSize, bias), alignment, dropout);
    }
}
