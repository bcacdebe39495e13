package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.RotaryEmbedding;

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
public final class TalkingHeadsAttention extends ProjectedAttention {

    private static final byte VERSION = 1;

    private final int heads;
    private final double scale;
    private final float dropout;
    private final Parameter logitsMix; // (Nk, N)
    private final Parameter weightsMix; // (N, Nv)

    private TalkingHeadsAttention(Builder builder, Sizes sizes) {
        super(VERSION, sizes, builder.bias, builder.rotary);
        heads = builder.heads;
        scale = builder.scale == null ? 1 / Math.sqrt(sizes.headSize()) : builder.scale;
        dropout = builder.dropout;
        logitsMix = addParameter(mix("logits_mix", sizes.heads(), heads));
        weightsMix = addParameter(mix("weights_mix", heads, sizes.valueHeads()));
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

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray queryHeads = queryHeads(parameters, in, training);
        KeyValues memory = memory(parameters, in, training);
        HeadsOutput output = attendHeads(parameters, queryHeads, memory, in.mask(), training);
        if (in.observed()) {
            in.observer().observe("", output.weights());
        }
        return new AttentionOutput(context(parameters, output.context(), training));
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
        NDManager manager = queryHeads.getManager();
        NDArray scores =
                Scalars.multiply(queryHeads, scale)
                        .matMul(memory.key().swapAxes(2, 3)); // (B, Nk, T, S)
        NDArray logits = mixed(scores, logitsMix, parameters, training); // (B, N, T, S)
        MaskArrays numbers = mask.arrays(manager, queryHeads.getShape().get(2), memory.length());
        NDArray weights = Softmax.INSTANCE.weights(parameters, logits, numbers, training);
        NDArray mixedWeights = mixed(weights, weightsMix, parameters, training); // (B, Nv, T, S)
        NDArray kept =
                training && dropout > 0
                        ? Kernels.of(manager).dropout().dropout(mixedWeights, dropout)
                        : mixedWeights;
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

    /** Builds a {@link TalkingHeadsAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int keyHeads;
        private int valueHeads;
        private int headSize;
        private int valueSize;
        private boolean bias = true;
        private Double scale;
        private float dropout;
        private RotaryEmbedding rotary;

        private Builder() {}

        /**
         * Sets D, the features of query, key, value and context.
         *
         * @param modelSize at least 1
         * @return this builder
         */
        public Builder setModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets N, the heads of the softmax.
         *
         * @param heads at least 1
         * @return this builder
         */
        public Builder setHeads(int heads) {
            this.heads = heads;
            return this;
        }

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
         * Sets H, the features of a place in a head of queries and keys; D / Nk unless set.
         *
         * @param headSize at least 1
         * @return this builder
         */
        public Builder optHeadSize(int headSize) {
            this.headSize = headSize;
            return this;
        }

        /**
         * Sets Hv, the features of a place in a head of values; D / Nv unless set.
         *
         * @param valueSize at least 1
         * @return this builder
         */
        public Builder optValueSize(int valueSize) {
            this.valueSize = valueSize;
            return this;
        }

        /**
         * Sets whether the four projections have a bias; they do unless set.
         *
         * @param bias whether they have
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
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
         * Sets the rate at which mixed weights are dropped in training; 0 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Sets positions that turn queries and keys, for self-attention.
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
            ScaledDotProduct.checkDropout(dropout);
            if (heads < 1) {
                throw new IllegalArgumentException("heads must be at least 1, got heads=" + heads);
            }
            int keys = keyHeads == 0 ? heads : keyHeads;
            int values = valueHeads == 0 ? heads : valueHeads;
            return new TalkingHeadsAttention(
                    this,
                    new Sizes(
                            modelSize,
                            keys,
                            headSize == 0 ? Sizes.part(modelSize, keys) : headSize,
                            values,
                            valueSize == 0 ? Sizes.part(modelSize, values) : valueSize));
        }
    }
}
