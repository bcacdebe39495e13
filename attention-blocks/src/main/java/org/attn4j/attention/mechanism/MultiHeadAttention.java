package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.PackedLayer;
import org.attn4j.attention.ops.Precision;
import org.attn4j.attention.ops.Rotation;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.ops.SublayerKernel;
import org.attn4j.attention.position.RelativeKeys;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.common.Require;

/**
 * Multi-head attention: N times scaled dot-product attention, each on projections of its own, and
 * their results projected once more.
 *
 * <p>Vaswani et al. 2017, section 3.2.2: {@code head_n = softmax(Q·W_n^Q · (K·W_n^K)ᵀ / √H) ·
 * V·W_n^V} and {@code context = [head_1 … head_N]·W^O}. W^Q, W^K, W^V and W^O are here the children
 * {@code query_proj}, {@code key_proj}, {@code value_proj} and {@code output_proj}, each with a
 * weight (out, in) and, unless it is left out, a bias. The same block is
 *
 * <ul>
 *   <li>self-attention when it is given {@link AttentionInputs#self}, masked with {@link
 *       AttentionMask#causal()};
 *   <li>cross-attention with {@link AttentionInputs#cross}, or with keys and values of other sizes;
 *   <li>grouped-query attention (Ainslie et al. 2023) with fewer key and value heads than query
 *       heads, and multi-query attention (Shazeer 2019) with one: the cache shrinks by N / G.
 * </ul>
 *
 * <p>Heads can be masked and pruned (Michel et al. 2019, sections 2.3 and 4). A {@linkplain
 * #maskHeads masked} head gives zeros, as if its weights were zero. A {@linkplain
 * Builder#optPrunedHeads pruned} one is not there at all: the projections are smaller, H stays what
 * it was, and observers are told the weights of the others alone.
 *
 * <p>Query (B, T, D), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, D). Time B·(T +
 * S)·D² for the projections and B·T·S·D for attending; memory B·N·T·S with the reference kernel,
 * B·T·D with a fused one.
 */
public final class MultiHeadAttention extends AttentionBlock implements Packable {

    private static final byte VERSION = 1;

    private final HeadSelection selection;
    private final int heads; // without pruned ones, as all that follows
    private final int keyValueHeads;
    private final int headSize;
    private final int extras; // keys that every query sees: learned, and of zeros
    private final boolean zeroAttention;
    private final double scale;
    private final Projections projections;
    private final ScaledDotProduct core;
    private final Parameter extraKey; // (1, 1, G·H), or null
    private final Parameter extraValue;
    private final ScoreBias scoreBias; // null for none
    private final RelativeKeys relativeKeys; // null for none
    private final QueryKeyNorm norm; // null for none
    private final Alignment alignment; // null for softmax

    private MultiHeadAttention(Builder builder) {
        super(VERSION);
        headSize = builder.headSize();
        selection = builder.selection();
        heads = selection.kept().length;
        keyValueHeads = selection.keptGroups().length;
        zeroAttention = builder.zeroAttention;
        scoreBias = builder.scoreBias;
        relativeKeys = builder.relativeKeys;
        norm = builder.norm;
        alignment = builder.alignment;
        Require.that(
                relativeKeys == null || keyValueHeads == heads,
                "relative keys need as many key heads as query heads,"
                        + " got heads=%s, keyValueHeads=%s",
                heads,
                keyValueHeads);
        double usual = norm == null ? 1 / Math.sqrt(headSize) : norm.scale(headSize);
        scale = builder.scale == null ? usual : builder.scale;
        core = new ScaledDotProduct(scale, builder.dropout, builder.kernel);
        Projections.Sizes sizes =
                Projections.Sizes.of(builder.modelSize, heads, headSize, keyValueHeads)
                        .withInputs(
                                builder.keySize == 0 ? builder.modelSize : builder.keySize,
                                builder.valueSize == 0 ? builder.modelSize : builder.valueSize);
        projections =
                new Projections(this::addChildBlock, sizes, builder.bias, norm, builder.rotary)
                        .withOutput(this::addChildBlock, builder.bias);
        extraKey = builder.keyValueBias ? addParameter(extra("bias_k")) : null;
        extraValue = builder.keyValueBias ? addParameter(extra("bias_v")) : null;
        extras = (builder.keyValueBias ? 1 : 0) + (zeroAttention ? 1 : 0);
        boolean own = scoreBias != null || norm instanceof Block || alignment instanceof Block;
        Require.that(
                selection.isWhole() || !own && !builder.keyValueBias,
                "heads cannot be pruned from attention with a score bias, learned keys, or a learned"
                        + " norm or alignment of its own, got prunedHeads=%s",
                selection.pruned());
        Heads.adopt("score_bias", scoreBias, this::addChildBlock);
        Heads.adopt("relative_keys", relativeKeys, this::addChildBlock);
        Heads.adopt("norm", norm, this::addChildBlock);
        Heads.adopt("alignment", alignment, this::addChildBlock);
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the heads.
     *
     * @return their numbers, ascending; pruned heads keep theirs, so that these may have gaps
     */
    public List<Integer> heads() {
        return Arrays.stream(selection.kept()).boxed().toList();
    }

    /**
     * Returns the weight of the projection that joins the heads, by which the block is found among
     * the parameters of a model.
     *
     * @return the parameter {@code output_proj.weight}, (D, N·H)
     */
    public Parameter outputWeight() {
        return projections.outputWeight();
    }

    /**
     * Makes heads give zeros, on every engine and kernel and with a cache too, by zeros in the
     * columns of {@code output_proj.weight} that read them. What transformers 4 called {@code
     * head_mask} gives the same. Not while the block runs.
     *
     * @param masked the numbers of the heads
     * @throws IllegalArgumentException if there is no such head
     * @throws IllegalStateException if a low-rank update of the projection reads the heads too
     */
    public void maskHeads(Collection<Integer> masked) {
        for (int head : masked) {
            long place = Arrays.binarySearch(selection.kept(), head);
            Require.that(place >= 0, "head must be one of %s, got %s", heads(), head);
            projections.maskContext(place * headSize, headSize);
        }
    }

    /**
     * Takes the values of the projections from a block that this one lacks heads of.
     *
     * @param whole the block, initialised as this one is, whose other settings are the same
     * @throws IllegalArgumentException if it has not all the heads of this one
     */
    public void takeHeads(MultiHeadAttention whole) {
        projections.take(
                whole.projections,
                selection.featuresIn(whole.selection, headSize),
                selection.groupFeaturesIn(whole.selection, headSize));
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        Projections.Projected projected = projections.all(parameters, in, training);
        NDArray query = projected.query(); // (B, N, T, H)
        KeyValues memory = projected.memory(); // (B, G, S, H)
        AttentionMask given =
                selection.isWhole()
                        ? in.mask()
                        : in.mask().ofHeads(query.getManager(), selection.kept());
        AttentionMask mask =
                ScaledDotProduct.biased(given, scoreBias, parameters, query, memory, training);
        if (relativeKeys != null) {
            NDArray scores =
                    relativeKeys.scores(parameters, query, memory.key(), training); // (B, N, T, S)
            mask = mask.and(AttentionMask.bias(Scalars.multiply(scores, scale)));
        }
        if (extras > 0) {
            NDManager manager = query.getManager();
            long queries = query.getShape().get(2);
            mask = mask.withVisibleKeys(manager, queries, memory.length(), extras);
            memory = withExtras(parameters, manager, memory, training); // (B, G, S + extras, H)
        }
        NDArray context =
                core.with(alignment, parameters, in.observer())
                        .attendHeads(query, memory, mask, in.observer(), training); // (B, N, T, H)
        return projections.joined(parameters, in, context, training); // (B, T, D)
    }

    @Override
    public void pack(NDManager owner, Precision precision) {
        getChildren().values().forEach(child -> Packable.packAll(child, owner, precision));
    }

    /**
     * Packs the weights as {@link #pack} does, those of query, key and value together, for a
     * sequence that attends to itself. Attention to another sequence then computes with the plain
     * weights.
     *
     * @param owner takes the packed weights over
     * @param precision what prediction computes with
     * @throws IllegalArgumentException if this precision is not to be had here
     */
    public void packForSelf(NDManager owner, Precision precision) {
        unpack();
        List<Block> together = projections.packTogether(owner, precision);
        getChildren().values().stream()
                .filter(child -> !together.contains(child))
                .forEach(child -> Packable.packAll(child, owner, precision));
    }

    /**
     * Returns the parts of a packed layer, after {@link #packForSelf}.
     *
     * @return the packed attention; nothing if it is more than softmax of scaled products
     */
    public Optional<PackedLayer.SelfAttention> packed() {
        return isSoftmaxOfProducts() ? projections.packed(scale) : Optional.empty();
    }

    /**
     * Returns the parts of a packed layer that attend to a memory, after {@link #pack}.
     *
     * @return the packed attention; nothing if it is more than softmax of scaled products
     */
    public Optional<PackedLayer.CrossAttention> packedCross() {
        return isSoftmaxOfProducts() ? projections.packedCross(scale) : Optional.empty();
    }

    private boolean isSoftmaxOfProducts() {
        return extras == 0
                && scoreBias == null
                && relativeKeys == null
                && alignment == null
                && core.kernel() == null;
    }

    /**
     * Returns what a kernel for whole sublayers computes, for training.
     *
     * @param x what attends, (B, T, D)
     * @param memory what it attends to; null for itself
     * @param positions of x where they are not 0, 1, 2 …, (T) or (B, T); null if they are
     * @return this attention; nothing if it is more than softmax of scaled products, has fewer
     *     heads of keys than of queries, or rotates what it reads of a memory
     */
    public Optional<SublayerKernel.Attention> sublayer(
            NDArray x, NDArray memory, NDArray positions) {
        boolean plain =
                isSoftmaxOfProducts()
                        && selection.isWhole()
                        && heads == keyValueHeads
                        && (memory == null || !projections.rotates());
        return plain
                ? projections
                        .plain()
                        .map(
                                maps ->
                                        new SublayerKernel.Attention(
                                                maps,
                                                heads,
                                                scale,
                                                core.dropout(),
                                                rotation(x, positions)))
                : Optional.empty();
    }

    private Rotation rotation(NDArray x, NDArray positions) {
        return projections.rotates()
                ? projections.rotation(x.getManager(), positions, x.getShape().get(1))
                : null;
    }

    /**
     * Returns whether an adapter adds to a projection, so that packed parts do not tell all.
     *
     * @return whether there is an update
     */
    public boolean adapted() {
        return projections.adapted();
    }

    @Override
    public void unpack() {
        projections.unpack();
        getChildren().values().forEach(Packable::unpackAll);
    }

    /** Appends the learned key and value and those of zeros, in torch's order. */
    private KeyValues withExtras(
            ParameterStore parameters, NDManager manager, KeyValues memory, boolean training) {
        NDArray key = memory.key();
        NDArray value = memory.value();
        Shape one = new Shape(key.getShape().get(0), 1, (long) keyValueHeads * headSize);
        NDArray zeros = manager.zeros(one, key.getDataType()); // (B, 1, G·H)
        if (extraKey != null) {
            NDArray learnedKey = parameters.getValue(extraKey, key.getDevice(), training);
            NDArray learnedValue = parameters.getValue(extraValue, key.getDevice(), training);
            key = key.concat(Heads.split(zeros.add(learnedKey), keyValueHeads), 2);
            value = value.concat(Heads.split(zeros.add(learnedValue), keyValueHeads), 2);
        }
        if (zeroAttention) {
            NDArray nothing = Heads.split(zeros, keyValueHeads); // (B, G, 1, H)
            key = key.concat(nothing, 2);
            value = value.concat(nothing, 2);
        }
        return new KeyValues(key, value);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
        Heads.initialize(scoreBias, manager, dataType, new Shape(1, 1));
        Heads.initialize(relativeKeys, manager, dataType, new Shape(1, 1));
        Shape oneHead = new Shape(1, heads, 1, headSize);
        Heads.initialize(norm, manager, dataType, oneHead, oneHead);
        Heads.initialize(alignment, manager, dataType, new Shape(1, heads, 1, 1));
    }

    private Parameter extra(String name) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.OTHER)
                .optShape(new Shape(1, 1, (long) keyValueHeads * headSize))
                .optInitializer(new NormalInitializer(0.02f))
                .build();
    }

    /** Builds a {@link MultiHeadAttention}. The four projections have a bias unless set. */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private Set<Integer> prunedHeads = Set.of();
        private int keyValueHeads;
        private int keySize;
        private int valueSize;
        private boolean keyValueBias;
        private boolean zeroAttention;
        private Double scale;
        private RotaryEmbedding rotary;
        private ScoreBias scoreBias;
        private RelativeKeys relativeKeys;
        private QueryKeyNorm norm;
        private Alignment alignment;
        private AttentionKernel kernel;

        private Builder() {}

        private HeadSelection selection() {
            return HeadSelection.without(
                    heads, keyValueHeads == 0 ? heads : keyValueHeads, prunedHeads);
        }

        /**
         * Sets the heads of N that the block is made without; none unless set. Of grouped-query
         * attention whole groups can be pruned.
         *
         * @param prunedHeads their numbers, from 0 to N − 1, not all of them
         * @return this builder
         */
        public Builder optPrunedHeads(Set<Integer> prunedHeads) {
            this.prunedHeads = Set.copyOf(prunedHeads);
            return this;
        }

        /**
         * Sets G, the heads of keys and values; N unless set, and 1 for multi-query attention.
         *
         * @param keyValueHeads a divisor of N
         * @return this builder
         */
        public Builder optKeyValueHeads(int keyValueHeads) {
            this.keyValueHeads = keyValueHeads;
            return this;
        }

        /**
         * Sets Dk, the features of the key; D unless set.
         *
         * @param keySize at least 1
         * @return this builder
         */
        public Builder optKeySize(int keySize) {
            this.keySize = keySize;
            return this;
        }

        /**
         * Sets Dv, the features of the value; D unless set.
         *
         * @param valueSize at least 1
         * @return this builder
         */
        public Builder optValueSize(int valueSize) {
            this.valueSize = valueSize;
            return this;
        }

        /**
         * Sets whether a learned key and value that every query sees are appended, as {@code
         * add_bias_kv} of torch; not unless set. Parameters {@code bias_k} and {@code bias_v}, (1,
         * 1, G·H).
         *
         * @param keyValueBias whether they are
         * @return this builder
         */
        public Builder optKeyValueBias(boolean keyValueBias) {
            this.keyValueBias = keyValueBias;
            return this;
        }

        /**
         * Sets whether a key and value of zeros that every query sees are appended, as {@code
         * add_zero_attn} of torch, so that a query can look at nothing; not unless set.
         *
         * @param zeroAttention whether they are
         * @return this builder
         */
        public Builder optZeroAttention(boolean zeroAttention) {
            this.zeroAttention = zeroAttention;
            return this;
        }

        /**
         * Sets the factor on the scores; 1/√H unless set, 1 in T5.
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
         * Sets positions that add to the scores. One with parameters becomes the child {@code
         * score_bias}.
         *
         * @param scoreBias the bias; null for none
         * @return this builder
         */
        public Builder optScoreBias(ScoreBias scoreBias) {
            this.scoreBias = scoreBias;
            return this;
        }

        /**
         * Sets what is done to queries and keys before their dot product, as in cosine attention;
         * nothing unless set. Unless {@link #optScale} is called too, it brings the factor on the
         * scores. One with parameters becomes the child {@code norm}.
         *
         * @param norm the norm; null for none
         * @return this builder
         */
        public Builder optQueryKeyNorm(QueryKeyNorm norm) {
            this.norm = norm;
            return this;
        }

        /**
         * Sets how scores become weights; softmax unless set. Any other is computed by the
         * reference kernel. One with parameters becomes the child {@code alignment}.
         *
         * @param alignment the mapping; null for softmax
         * @return this builder
         */
        public Builder optAlignment(Alignment alignment) {
            this.alignment = alignment;
            return this;
        }

        /**
         * Sets vectors for distances that queries are compared with, for self-attention. They
         * become the child {@code relative_keys}.
         *
         * @param relativeKeys the vectors, of this attention's head size; null for none
         * @return this builder
         */
        public Builder optRelativeKeys(RelativeKeys relativeKeys) {
            this.relativeKeys = relativeKeys;
            return this;
        }

        /**
         * Sets the kernel; unless set, the fastest that the engine and device have. Requests that
         * it does not support go to the reference.
         *
         * @param kernel the kernel; null for the fastest
         * @return this builder
         */
        public Builder optKernel(AttentionKernel kernel) {
            this.kernel = kernel;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public MultiHeadAttention build() {
            return new MultiHeadAttention(this);
        }
    }
}
