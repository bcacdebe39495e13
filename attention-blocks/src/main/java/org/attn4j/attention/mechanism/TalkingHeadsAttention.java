package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;

/**
 * Talking-heads attention: multi-head attention whose heads mix their scores before the softmax and
 * their weights after it.
 *
 * <p>Shazeer et al. 2020, "Talking-Heads Attention", in the general form with three numbers of
 * heads: with {@code J = scale · Q·Kᵀ} of the Nk heads of queries and keys, {@code L[h] = Σ_k
 * J[k]·P_l[k, h]} are the scores of N heads, {@code W = softmax(L)} over the keys that are visible,
 * {@code U[v] = Σ_h W[h]·P_w[h, v]} the weights of the Nv heads of values, and {@code context =
 * [U[1]·V[1] … U[Nv]·V[Nv]]·W^O}. P_l is the parameter {@code logits_mix} (Nk, N), P_w {@code
 * weights_mix} (N, Nv); both start as the identity, so that the block starts as multi-head
 * attention. The projections are those of {@link MultiHeadAttention}. The mask is put on the mixed
 * scores.
 *
 * <p>Query (B, T, D), key and value (B, S, D) give a context (B, T, D). The weights that are
 * observed are W, (B, N, T, S), the distributions; U may be negative. Choose it where more but
 * smaller heads should not each see too little to score with. Beyond multi-head attention it takes
 * time B·T·S·N·(Nk + Nv), and always the memory of the full weights, B·N·T·S.
 */
public final class TalkingHeadsAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final double scale;
    private final float dropout;
    private final Projections projections;
    private final Parameter logitsMix; // (Nk, N)
    private final Parameter weightsMix; // (N, Nv)

    private TalkingHeadsAttention(Builder builder) {
        super(VERSION);
        int heads = builder.heads;
        Require.that(heads >= 1, "heads must be at least 1, got heads=%s", heads);
        ScaledDotProduct.checkDropout(builder.dropout);
        int keyHeads = builder.keyHeads == 0 ? heads : builder.keyHeads;
        int valueHeads = builder.valueHeads == 0 ? heads : builder.valueHeads;
        int headSize = builder.headSize(keyHeads);
        int valueSize = builder.valueSize == 0 ? builder.part(valueHeads) : builder.valueSize;
        int size = builder.modelSize;
        scale = builder.scale == null ? 1 / Math.sqrt(headSize) : builder.scale;
        dropout = builder.dropout;
        projections =
                new Projections(
                                this::addChildBlock,
                                new Projections.Sizes(
                                        size,
                                        size,
                                        size,
                                        keyHeads,
                                        headSize,
                                        keyHeads,
                                        valueHeads,
                                        valueSize,
                                        valueHeads),
                                builder.bias,
                                null,
                                builder.rotary)
                        .withOutput(this::addChildBlock, builder.bias);
        logitsMix = addParameter(mix("logits_mix", keyHeads, heads));
        weightsMix = addParameter(mix("weights_mix", heads, valueHeads));
    }

    private static Parameter mix(String name, int from, int to) {
        Initializer identity = (manager, shape, type) -> manager.eye(from, to, 0, type);
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(from, to))
                .optInitializer(identity)
                .build();
    }

    /**
     * What attending on heads gives.
     *
     * @param logits L, the mixed scores before the mask, (B, N, T, S)
     * @param weights W, a distribution for each query and head, (B, N, T, S)
     * @param mixedWeights U, what the values are multiplied with, (B, Nv, T, S)
     * @param context (B, Nv, T, Hv)
     */
    public record HeadsOutput(
            NDArray logits, NDArray weights, NDArray mixedWeights, NDArray context) {}

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = projections.query(parameters, in, training); // (B, Nk, T, H)
        KeyValues memory = projections.memory(parameters, in, training); // Nk and Nv heads
        HeadsOutput output =
                attendHeads(parameters, query, memory, in.mask(), in.observer(), training);
        if (in.observed()) {
            in.observer().observe("", output.weights()); // (B, N, T, S)
        }
        AttentionObserver.tell(in.observer(), Stages.MIXED_WEIGHTS, output::mixedWeights);
        AttentionObserver.tell(in.observer(), Stages.CONTEXT, output::context);
        NDArray context = Heads.merge(output.context());
        return projections.output(parameters, in, context, training); // (B, T, D)
    }

    /**
     * Attends on heads, without the projections.
     *
     * @param parameters where {@code logits_mix} and {@code weights_mix} are found
     * @param queryHeads (B, Nk, T, H)
     * @param memory keys (B, Nk, S, H) and values (B, Nv, S, Hv)
     * @param mask who sees whom; heads of its own are those of the N mixed scores
     * @param training whether this is a training pass
     * @return what comes out on the way and in the end
     */
    public HeadsOutput attendHeads(
            ParameterStore parameters,
            NDArray queryHeads,
            KeyValues memory,
            AttentionMask mask,
            boolean training) {
        return attendHeads(parameters, queryHeads, memory, mask, null, training);
    }

    private HeadsOutput attendHeads(
            ParameterStore parameters,
            NDArray queryHeads,
            KeyValues memory,
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = queryHeads.getManager();
        NDArray keys = memory.key().swapAxes(2, 3); // (B, Nk, H, S)
        NDArray scores = Scalars.multiply(queryHeads, scale).matMul(keys); // (B, Nk, T, S)
        AttentionObserver.tell(observer, Stages.QUERY, () -> queryHeads);
        AttentionObserver.tell(observer, Stages.KEY, memory::key);
        AttentionObserver.tell(observer, Stages.VALUE, memory::value);
        AttentionObserver.tell(observer, Stages.SCORES, () -> queryHeads.matMul(keys));
        AttentionObserver.tell(observer, Stages.SCALED_SCORES, () -> scores);
        NDArray logits = mixed(scores, logitsMix, parameters, training); // (B, N, T, S)
        MaskArrays numbers = mask.arrays(manager, queryHeads.getShape().get(2), memory.length());
        AttentionObserver.tell(observer, Stages.MIXED_SCORES, () -> logits);
        numbers.tell(observer, logits);
        NDArray weights = Softmax.INSTANCE.weights(parameters, logits, numbers, training);
        NDArray mixedWeights = mixed(weights, weightsMix, parameters, training); // (B, Nv, T, S)
        NDArray kept = Kernels.dropped(mixedWeights, dropout, training);
        return new HeadsOutput(logits, weights, mixedWeights, kept.matMul(memory.value()));
    }

    /** Mixes heads: (B, N, T, S) with a matrix (N, M) to (B, M, T, S). */
    private static NDArray mixed(
            NDArray heads, Parameter mix, ParameterStore parameters, boolean training) {
        NDArray matrix = parameters.getValue(mix, heads.getDevice(), training); // (N, M)
        Shape shape = heads.getShape();
        long columns = matrix.getShape().get(1);
        return heads.transpose(0, 2, 3, 1) // (B, T, S, N)
                .reshape(-1, shape.get(1))
                .matMul(matrix)
                .reshape(shape.get(0), shape.get(2), shape.get(3), columns)
                .transpose(0, 3, 1, 2);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
    }

    /** Builds a {@link TalkingHeadsAttention}. The four projections have a bias unless set. */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int keyHeads;
        private int valueHeads;
        private int valueSize;
        private Double scale;
        private RotaryEmbedding rotary;

        private Builder() {}

        /**
         * Sets Nk, the heads of queries and keys; N unless set.
         *
         * @param keyHeads at least 1
         * @return this builder
         */
        public Builder optKeyHeads(int keyHeads) {
            this.keyHeads = keyHeads;
            return this;
        }

        /**
         * Sets Nv, the heads of values; N unless set.
         *
         * @param valueHeads at least 1
         * @return this builder
         */
        public Builder optValueHeads(int valueHeads) {
            this.valueHeads = valueHeads;
            return this;
        }

        /**
         * Sets Hv, the features of a position in a head of values; D / Nv unless set.
         *
         * @param valueSize at least 1
         * @return this builder
         */
        public Builder optValueSize(int valueSize) {
            this.valueSize = valueSize;
            return this;
        }

        /**
         * Sets the factor on the scores; 1/√H unless set, 1 in the paper's program.
         *
         * @param scale the factor
         * @return this builder
         */
        public Builder optScale(double scale) {
            this.scale = scale;
            return this;
        }

        /**
         * Sets positions that rotate queries and keys, for self-attention.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public TalkingHeadsAttention build() {
            return new TalkingHeadsAttention(this);
        }
    }
}
