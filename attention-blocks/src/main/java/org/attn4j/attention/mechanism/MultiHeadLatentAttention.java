package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;

/**
 * Multi-head latent attention: keys and values of all heads are made from one small vector a
 * position, and only that vector is cached.
 *
 * <p>DeepSeek-V2 2024, section 2.1. With h the input (D) of a position, n a head, R the rank of the
 * compressed keys and values, and ρ the rotation of {@link RotaryEmbedding}:
 *
 * <pre>
 *   [c' ; k']        = W_kv_a h                  kv_a_proj_with_mqa: R + Hr features
 *   c                = RMSNorm(c')               kv_a_layernorm       (R)   — the latent, cached
 *   kr               = ρ(k')                     one for all heads    (Hr)  — cached
 *   [k_n ; v_n]      = W_kv_b,n c                kv_b_proj            (Hn + Hv a head)
 *   [q_n ; q'_n]     = W_q,n h                   q_proj, or with a query rank
 *                    = W_q_b,n RMSNorm(W_q_a h)  q_b_proj, q_a_layernorm, q_a_proj
 *   weights_n        = softmax((q_n·k_n + ρ(q'_n)·kr) / √(Hn + Hr))
 *   context          = W_o [Σ weights_1 v_1 … Σ weights_N v_N]        o_proj
 * </pre>
 *
 * The paper's c^KV is c, its W^UK and W^UV are the two parts of W_kv_b, its k^R is kr. Names and
 * shapes of the parameters are those of DeepSeek's checkpoints.
 *
 * <p><b>Two forms, one result.</b> The plain form makes k_n and v_n of every position. The absorbed
 * one folds W_kv_b into query and output: {@code q_n·(W_uk,n c) = (W_uk,nᵀ q_n)·c} and {@code Σ
 * weights W_uv,n c = W_uv,n Σ weights c}, so that all heads attend to the cached latent itself, as
 * multi-query attention with R + Hr features does. With a cache, whichever takes fewer
 * multiplications is computed: the plain form for a long prompt, the absorbed one from token to
 * token. Both agree to rounding.
 *
 * <p>The value of {@link AttentionInputs} is not read: keys and values come from the key input.
 * Query (B, T, D) and key (B, S, D) give a context (B, T, D); weights are (B, N, T, S). Choose it
 * when the cache is what limits generation: it holds R + Hr numbers a position, where multi-head
 * attention holds 2·N·H, and keeps a key and value of its own for each head, which grouped-query
 * attention does not. Time B·S·R·N·(Hn + Hv) for the keys and values, B·T·S·N·(Hn + Hr + Hv) for
 * attending in the plain form and B·T·S·N·(2R + Hr) in the absorbed one.
 *
 * <p>Positions rotate the shared key and its query part alone, so the block needs no others. In
 * cross-attention positions of two sequences have no distance: build it with {@code
 * optRotary(null)}, and the shared key is used as it is.
 */
public final class MultiHeadLatentAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    /** How the result is computed. */
    public enum Form {
        /** Plain without a cache; with one, whichever takes fewer multiplications. */
        BY_COST,
        /** Keys and values of all heads are made from the latent. */
        PLAIN,
        /** The heads attend to the latent itself. */
        ABSORBED
    }

    private final int modelSize;
    private final int heads;
    private final int rank;
    private final int headSize;
    private final int sharedSize;
    private final int valueSize;
    private final RotaryEmbedding rotary; // null: the shared key is not rotated
    private final Form form;
    private final ScaledDotProduct core;

    private final LinearBlock queryProjection; // q_proj, or q_b_proj after the two below
    private final LinearBlock queryDown; // null without a query rank
    private final RmsNorm queryNorm;
    private final LinearBlock keyValueDown;
    private final RmsNorm keyValueNorm;
    private final LinearBlock keyValueUp;
    private final LinearBlock outputProjection;

    private MultiHeadLatentAttention(Builder builder) {
        super(VERSION);
        headSize = builder.headSize();
        modelSize = builder.modelSize;
        heads = builder.heads;
        rank = builder.keyValueRank;
        valueSize = builder.valueHeadSize == 0 ? headSize : builder.valueHeadSize;
        sharedSize = builder.sharedKeySize == 0 ? 2 * ((headSize + 3) / 4) : builder.sharedKeySize;
        Require.that(
                rank >= 1 && builder.queryRank >= 0 && valueSize >= 1 && sharedSize >= 1,
                "keyValueRank, valueHeadSize and sharedKeySize must be at least 1 and queryRank at"
                        + " least 0, got keyValueRank=%s, valueHeadSize=%s, sharedKeySize=%s,"
                        + " queryRank=%s",
                rank,
                valueSize,
                sharedSize,
                builder.queryRank);
        rotary = builder.rotarySet ? builder.rotary : interleaved(sharedSize);
        Require.that(
                rotary == null || rotary.size() <= sharedSize,
                "rotary size must be at most sharedKeySize, got rotary size=%s, sharedKeySize=%s",
                rotary == null ? 0 : rotary.size(),
                sharedSize);
        form = builder.form;
        double scale = builder.scale == null ? 1 / Math.sqrt(headSize + sharedSize) : builder.scale;
        core = new ScaledDotProduct(scale, builder.dropout, builder.kernel);

        boolean compressed = builder.queryRank > 0;
        int queryFeatures = heads * (headSize + sharedSize);
        queryDown =
                compressed
                        ? addChildBlock("q_a_proj", LinearBlock.of(builder.queryRank, builder.bias))
                        : null;
        queryNorm =
                compressed
                        ? addChildBlock(
                                "q_a_layernorm", new RmsNorm(builder.queryRank, builder.epsilon))
                        : null;
        queryProjection =
                addChildBlock(
                        compressed ? "q_b_proj" : "q_proj", LinearBlock.of(queryFeatures, false));
        keyValueDown =
                addChildBlock(
                        "kv_a_proj_with_mqa", LinearBlock.of(rank + sharedSize, builder.bias));
        keyValueNorm = addChildBlock("kv_a_layernorm", new RmsNorm(rank, builder.epsilon));
        keyValueUp =
                addChildBlock("kv_b_proj", LinearBlock.of(heads * (headSize + valueSize), false));
        outputProjection = addChildBlock("o_proj", LinearBlock.of(modelSize, builder.bias));
    }

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
        NDArray query = query(parameters, in, training); // (B, N, T, Hn + Hr)
        int cached = in.cached();
        KeyValues latent = // (B, 1, S, R) and (B, 1, S, Hr)
                in.remembered(() -> compressed(parameters, in, cached, training));
        NDManager manager = in.query().getManager();
        KeyValues read =
                new KeyValues(Heads.on(manager, latent.key()), Heads.on(manager, latent.value()));
        AttentionObserver.tell(in.observer(), Stages.LATENT, read::key);
        AttentionObserver.tell(in.observer(), Stages.SHARED_KEY, read::value);
        boolean absorbs = absorbs(in.cache() != null, query.getShape().get(2), latent.length());
        NDArray context =
                absorbs
                        ? absorbed(parameters, query, read, in, training)
                        : plain(parameters, query, read, in, training); // (B, T, N·Hv)
        AttentionObserver.tell(in.observer(), Stages.CONCATENATED, () -> context);
        NDArray output = outputProjection.apply(parameters, context, training); // (B, T, D)
        AttentionObserver.tell(in.observer(), Stages.OUTPUT, () -> output);
        return new AttentionOutput(output);
    }

    private NDArray query(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray split = split(parameters, in.query(), training);
        AttentionObserver.tell(in.observer(), Stages.PROJECTED_QUERY, () -> split);
        return positioned(split, in.positions(), in.cached());
    }

    private KeyValues compressed(
            ParameterStore parameters, AttentionInputs in, long first, boolean training) {
        NDArray both = down(parameters, in.key(), training);
        AttentionObserver.tell(in.observer(), Stages.PROJECTED_KEY, () -> both);
        return parted(parameters, both, in.positions(), first, training);
    }

    /**
     * Returns what is kept of positions: all that later queries need of them.
     *
     * @param parameters where the block's parameters are found
     * @param x the positions, (B, S, D)
     * @param positions where they stand, (S) or (B, S); null for consecutive positions
     * @param first where the first stands if {@code positions} is null
     * @param training whether this is a training pass
     * @return as key the latent c, (B, 1, S, R), and as value the shared key kr, (B, 1, S, Hr)
     */
    public KeyValues compress(
            ParameterStore parameters, NDArray x, NDArray positions, long first, boolean training) {
        return parted(parameters, down(parameters, x, training), positions, first, training);
    }

    private NDArray down(ParameterStore parameters, NDArray x, boolean training) {
        return keyValueDown.apply(parameters, x, training).expandDims(1); // (B, 1, S, R + Hr)
    }

    /** The latent and the shared key of what both are made from. */
    private KeyValues parted(
            ParameterStore parameters,
            NDArray both,
            NDArray positions,
            long first,
            boolean training) {
        NDArray latent = keyValueNorm.apply(parameters, head(both, rank), training);
        return new KeyValues(latent, rotated(tail(both, rank), positions, first));
    }

    /**
     * Returns the heads of queries.
     *
     * @param parameters where the block's parameters are found
     * @param x the positions that attend, (B, T, D)
     * @param positions where they stand, (T) or (B, T); null for consecutive positions
     * @param first where the first stands if {@code positions} is null
     * @param training whether this is a training pass
     * @return (B, N, T, Hn + Hr), the last Hr features rotated
     */
    public NDArray queries(
            ParameterStore parameters, NDArray x, NDArray positions, long first, boolean training) {
        return positioned(split(parameters, x, training), positions, first);
    }

    private NDArray split(ParameterStore parameters, NDArray x, boolean training) {
        NDArray input = x; // (B, T, D)
        if (queryDown != null) {
            NDArray down = queryDown.apply(parameters, x, training);
            input = queryNorm.apply(parameters, down, training); // (B, T, Rq)
        }
        return Heads.split(queryProjection.apply(parameters, input, training), heads);
    }

    private NDArray positioned(NDArray split, NDArray positions, long first) {
        NDArray positioned = rotated(tail(split, headSize), positions, first); // (B, N, T, Hr)
        return rotary == null ? split : head(split, headSize).concat(positioned, 3);
    }

    /** Every head with keys and values of its own. */
    private NDArray plain(
            ParameterStore parameters,
            NDArray queryHeads, // (B, N, T, Hn + Hr)
            KeyValues latent,
            AttentionInputs in,
            boolean training) {
        Shape shape = latent.key().getShape(); // (B, 1, S, R)
        long batch = shape.get(0);
        long keys = shape.get(2);
        NDArray up =
                keyValueUp.apply(parameters, latent.key().reshape(batch, keys, rank), training);
        NDArray upHeads = Heads.split(up, heads); // (B, N, S, Hn + Hv)
        NDArray shared = latent.value().broadcast(batch, heads, keys, sharedSize);
        NDArray key = head(upHeads, headSize).concat(shared, 3); // (B, N, S, Hn + Hr)
        KeyValues memory = new KeyValues(key, tail(upHeads, headSize));
        return core.attend(queryHeads, memory, in.mask(), in.observer(), training);
    }

    /** All heads look at the latent itself: multi-query attention of R + Hr features. */
    private NDArray absorbed(
            ParameterStore parameters,
            NDArray queryHeads, // (B, N, T, Hn + Hr)
            KeyValues latent,
            AttentionInputs in,
            boolean training) {
        NDArray weight =
                parameters.getValue(
                        keyValueUp.getDirectParameters().get("weight"),
                        queryHeads.getDevice(),
                        training);
        NDArray up =
                Heads.on(queryHeads.getManager(), weight)
                        .reshape(heads, headSize + valueSize, rank);
        NDArray keyUp = up.get(new NDIndex(":, :{}", headSize)); // (N, Hn, R)
        NDArray valueUp = up.get(new NDIndex(":, {}:", headSize)); // (N, Hv, R)

        NDArray folded = Heads.times(head(queryHeads, headSize), keyUp); // (B, N, T, R)
        NDArray query = folded.concat(tail(queryHeads, headSize), 3); // (B, N, T, R + Hr)
        NDArray key = latent.key().concat(latent.value(), 3); // (B, 1, S, R + Hr)
        NDArray output =
                core.attend(
                        query,
                        new KeyValues(key, latent.key()),
                        in.mask(),
                        in.observer(),
                        training);
        NDArray read = Heads.split(output, heads); // (B, N, T, R)
        NDArray context = Heads.times(read, valueUp.swapAxes(1, 2)); // (B, N, T, Hv)
        return Heads.merge(context);
    }

    private boolean absorbs(boolean cached, long queries, long keys) {
        if (form != Form.BY_COST) {
            return form == Form.ABSORBED;
        }
        long made = (long) rank * (headSize + valueSize);
        long plain = keys * made + queries * keys * (headSize + sharedSize + valueSize);
        long absorbed = queries * made + queries * keys * (2L * rank + sharedSize);
        return cached && absorbed < plain;
    }

    private static RotaryEmbedding interleaved(int size) {
        return RotaryEmbedding.builder()
                .setSize(size)
                .optLayout(RotaryEmbedding.Layout.INTERLEAVED)
                .build();
    }

    private NDArray rotated(NDArray shared, NDArray positions, long first) {
        if (rotary == null) {
            return shared;
        }
        return positions == null ? rotary.apply(shared, first) : rotary.apply(shared, positions);
    }

    private static NDArray head(NDArray x, int size) {
        return x.get(new NDIndex("..., :{}", size));
    }

    private static NDArray tail(NDArray x, int from) {
        return x.get(new NDIndex("..., {}:", from));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        for (int i = 0; i < 2; i++) {
            if (shapes[i].get(shapes[i].dimension() - 1) != modelSize) {
                throw new IllegalArgumentException(
                        ("query and key must have modelSize features, got"
                                        + " modelSize=%s, query=%s, key=%s")
                                .formatted(modelSize, shapes[0], shapes[1]));
            }
        }
        Shape input = shapes[0];
        if (queryDown != null) {
            queryDown.initialize(manager, dataType, input);
            Shape low = input.slice(0, input.dimension() - 1).add(queryNorm.size());
            queryNorm.initialize(manager, dataType, low);
            queryProjection.initialize(manager, dataType, low);
        } else {
            queryProjection.initialize(manager, dataType, input);
        }
        keyValueDown.initialize(manager, dataType, shapes[1]);
        Shape latent = new Shape(1, 1, rank);
        keyValueNorm.initialize(manager, dataType, latent);
        keyValueUp.initialize(manager, dataType, latent);
        outputProjection.initialize(manager, dataType, new Shape(1, 1, (long) heads * valueSize));
    }

    /**
     * Builds a {@link MultiHeadLatentAttention}. The head size is Hn, the features of a head
     * without positions, {@code qk_nope_head_dim}. A bias ({@code attention_bias}), which there is
     * not unless set, belongs to the projections that read the input and to the last one; {@code
     * q_proj} and the projections from a compressed vector never have one.
     */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int keyValueRank;
        private int queryRank;
        private int sharedKeySize;
        private int valueHeadSize;
        private Double scale;
        private double epsilon = 1e-6;
        private boolean rotarySet;
        private RotaryEmbedding rotary;
        private Form form = Form.BY_COST;
        private AttentionKernel kernel;

        private Builder() {
            bias = false;
        }

        /**
         * Sets R, the features of the latent; {@code kv_lora_rank} in checkpoints.
         *
         * @param keyValueRank at least 1
         * @return this builder
         */
        public Builder setKeyValueRank(int keyValueRank) {
            this.keyValueRank = keyValueRank;
            return this;
        }

        /**
         * Sets the features that the query is compressed to, {@code q_lora_rank} in checkpoints; it
         * is not compressed unless set.
         *
         * @param queryRank at least 1, or 0 for no compression
         * @return this builder
         */
        public Builder optQueryRank(int queryRank) {
            this.queryRank = queryRank;
            return this;
        }

        /**
         * Sets Hr, the features of the shared key, {@code qk_rope_head_dim}; half of Hn, made even,
         * unless set.
         *
         * @param sharedKeySize at least 1, even if it is rotated
         * @return this builder
         */
        public Builder optSharedKeySize(int sharedKeySize) {
            this.sharedKeySize = sharedKeySize;
            return this;
        }

        /**
         * Sets Hv, the features of a head's values, {@code v_head_dim}; Hn unless set.
         *
         * @param valueHeadSize at least 1
         * @return this builder
         */
        public Builder optValueHeadSize(int valueHeadSize) {
            this.valueHeadSize = valueHeadSize;
            return this;
        }

        /**
         * Sets the factor on the scores; 1/√(Hn + Hr) unless set. Checkpoints that stretch their
         * positions by YaRN multiply it.
         *
         * @param scale the factor
         * @return this builder
         */
        public Builder optScale(double scale) {
            this.scale = scale;
            return this;
        }

        /**
         * Sets what the norms add to the mean of the squares; 1e-6 unless set.
         *
         * @param epsilon at least 0
         * @return this builder
         */
        public Builder optEpsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Sets how the shared key and its part of the query are rotated. Unless set, neighbouring
         * features are pairs and the base is 10000, as in DeepSeek.
         *
         * @param rotary an embedding of Hr features; null to rotate nothing
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            rotarySet = true;
            return this;
        }

        /**
         * Sets how the result is computed; {@link Form#BY_COST} unless set.
         *
         * @param form the form
         * @return this builder
         */
        public Builder optForm(Form form) {
            this.form = form;
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
        public MultiHeadLatentAttention build() {
            return new MultiHeadLatentAttention(this);
        }
    }
}
