package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.score.GeneralScore;

/**
 * Intra-temporal attention: what a decoder has looked at before counts for less, so that it does
 * not say the same again.
 *
 * <p>Paulus, Xiong and Socher 2018, section 2.1, equations 1 to 5: {@code e_ti = h_tᵀ W h_i}; at
 * the first step {@code e'_1i = exp(e_1i)}, at later ones {@code e'_ti = exp(e_ti) / Σ_{j<t}
 * exp(e_ji)}; {@code α_ti = e'_ti / Σ_i e'_ti} over the visible i, {@code context_t = Σ_i α_ti
 * v_i}. h_t, the state of the decoder, is the query, h_i, that of the encoder, key and value. W is
 * the child {@code score}, a {@link GeneralScore}. All is computed in logarithms, as {@code α =
 * softmax_i(e_ti − log Σ_{j<t} exp(e_ji))}, so that no exponential overflows.
 *
 * <p>The sum runs over strictly earlier steps, and over pairs that are visible: a key that no
 * earlier step could see is as new as at the first step. A bias of the mask belongs to the score.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv). Choose it
 * where long targets are decoded from long sources, in summarisation above all. Time B·T·S·(Dq +
 * Dv), with log₂ T passes over the scores for the sums of a whole target; memory B·T·S. Step by
 * step the cache keeps W h_i and one sum for each key.
 */
public final class IntraTemporalAttention extends ScoredAttention<GeneralScore> {

    private static final byte VERSION = 1;

    /** The state of a cache: log Σ exp(e) over the steps so far, (B, 1, 1, S). */
    private static final String SUMS = "intra_temporal.log_sums";

    /**
     * Creates a block.
     *
     * @param querySize Dq, the features of a query
     */
    public IntraTemporalAttention(int querySize) {
        this(querySize, 0);
    }

    /**
     * Creates a block with dropout.
     *
     * @param querySize Dq, the features of a query
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     */
    public IntraTemporalAttention(int querySize, float dropout) {
        super(VERSION, new GeneralScore(querySize), Softmax.INSTANCE, dropout);
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDArray raw = scores(parameters, in, memory, training); // (B, 1, T, S)
        MaskArrays mask = mask(in, memory);
        NDArray seen = mask.masked(raw);
        NDArray sums = sums(seen, earlier(in.cache(), seen)); // (B, 1, T + 1, S)
        if (in.cache() != null) {
            NDArray last = sums.get(new NDIndex(":, :, -1:"));
            in.cache().state(SUMS, training ? last : last.stopGradient());
        }
        NDArray penalised = penalised(MaskArrays.NONE.masked(raw), sums);
        AttentionObserver.tell(in.observer(), Stages.PENALISED_SCORES, () -> penalised);
        NDArray weights =
                weights(parameters, penalised, mask, in.observer(), training)
                        .toType(raw.getDataType(), false); // (B, 1, T, S)
        return output(weights, memory, in, training); // (B, T, Dv)
    }

    /**
     * Penalises scores by those of earlier steps: {@code log e'_t = e_t − log Σ_{j<t} exp(e_j)},
     * and e_1 at the first step.
     *
     * @param scores e, of all steps of a target, (B, T, S)
     * @return log e', (B, T, S)
     */
    public static NDArray logScores(NDArray scores) {
        NDArray steps = scores.expandDims(1);
        return penalised(steps, sums(steps, earlier(null, steps))).squeeze(1);
    }

    /** The logarithms of the sums over the steps of earlier calls, (B, 1, 1, S). */
    private static NDArray earlier(KeyValueCache cache, NDArray scores) {
        NDArray known = cache == null ? null : cache.state(SUMS);
        long keys = scores.getShape().get(3);
        if (known == null) {
            return floor(scores, keys);
        }
        long fresh = keys - known.getShape().get(3); // of a cache that grows
        NDArray widened = fresh == 0 ? known.duplicate() : known.concat(floor(scores, fresh), 3);
        widened.attach(scores.getManager());
        return widened;
    }

    /** The logarithm of nothing, (B, 1, 1, S). */
    private static NDArray floor(NDArray scores, long keys) {
        Shape shape = new Shape(scores.getShape().get(0), 1, 1, keys);
        NDManager manager = scores.getManager();
        return manager.full(shape, MaskArrays.FLOOR, scores.getDataType());
    }

    /**
     * Running sums in logarithms: row t holds log Σ_{j<t} exp(e_j), the last that over all steps.
     * Each pass adds to every row what stands a power of two above it.
     */
    private static NDArray sums(NDArray scores, NDArray earlier) {
        NDArray sums = earlier.concat(scores, 2); // (B, 1, T + 1, S)
        long rows = sums.getShape().get(2);
        for (long reach = 1; reach < rows; reach *= 2) {
            NDArray stay = sums.get(new NDIndex(":, :, :{}", reach));
            NDArray above = sums.get(new NDIndex(":, :, :{}", rows - reach));
            NDArray below = sums.get(new NDIndex(":, :, {}:", reach));
            sums = stay.concat(logOfSum(above, below), 2);
        }
        return sums;
    }

    /** log(exp(a) + exp(b)), where neither overflows nor vanishes. */
    private static NDArray logOfSum(NDArray a, NDArray b) {
        NDArray larger = a.maximum(b).stopGradient();
        return a.sub(larger).exp().add(b.sub(larger).exp()).log().add(larger);
    }

    private static NDArray penalised(NDArray scores, NDArray sums) {
        NDArray earlier = sums.get(new NDIndex(":, :, :-1")); // (B, 1, T, S)
        NDArray looked = earlier.gt(MaskArrays.FLOOR / 2).toType(scores.getDataType(), false);
        return scores.sub(earlier.mul(looked));
    }
}
