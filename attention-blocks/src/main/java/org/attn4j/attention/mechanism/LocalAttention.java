package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Objects;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;

/**
 * Luong's local attention: a query looks at a window of the keys around a place of its own.
 *
 * <p>Luong et al. 2015, section 3.2: {@code α_t(s) = softmax over |s − p_t| ≤ D of score(h_t,
 * h̄_s)}, {@code c_t = Σ_s α_t(s) h̄_s}. The centre p_t is
 *
 * <ul>
 *   <li>monotonic, local-m: {@code p_t = t}, the place of the query, or what {@link
 *       AttentionInputs#positions()} gives;
 *   <li>predictive, local-p: {@code p_t = S · sigmoid(v_p · tanh(W_p h_t))}, and the weights are
 *       multiplied by {@code exp(−(s − p_t)² / (2σ²))}, σ = D / 2, without normalising them again
 *       (equations 9 and 10). The centre is learned, since the gradient passes through this factor.
 * </ul>
 *
 * <p>h_t is the query, h̄_s both key and value, places count from 0, and S is the place after the
 * last key that is no padding; under a causal mask it is the query's own place plus one. The score
 * is a part of its own, in the paper general: one with parameters is the child {@code score}. W_p
 * (A, Dq) is the child {@code position_proj}, v_p the child {@code position_energy} with a weight
 * (1, A); neither has a bias. A query whose window holds no visible key gives zeros.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give (B, T, Dv). The windows are
 * gathered: time and memory B·T·(2D + 1)·(Dq + Dv), forward and backward, whatever S is; weights of
 * T×S are made only for an observer, under a mask that brings such a pattern or bias, or where the
 * window is no smaller than S. The cache keeps what the score makes of the keys; a step reads its
 * window. Choose local-m where source and target run side by side, local-p where the target jumps,
 * and either where the source is long.
 */
public final class LocalAttention extends AttentionBlock {

    private static final byte VERSION = 1;
    private static final String STEPS = "local.steps"; // (B, 1): how many queries were answered

    private final Score score;
    private final int halfWidth;
    private final double deviation;
    private final float dropout;
    private final ScoredAttention core;
    private final Linear positionProjection; // null if monotonic
    private final Linear positionEnergy;

    private LocalAttention(Builder builder) {
        super(VERSION);
        score = builder.score;
        halfWidth = builder.halfWidth;
        deviation = builder.deviation == 0 ? halfWidth / 2.0 : builder.deviation;
        dropout = builder.dropout;
        if (score instanceof Block block) {
            addChildBlock("score", block);
        }
        core = new ScoredAttention(score, Softmax.INSTANCE, dropout);
        boolean predictive = builder.positionSize > 0;
        positionProjection =
                predictive ? addChildBlock("position_proj", linear(builder.positionSize)) : null;
        positionEnergy = predictive ? addChildBlock("position_energy", linear(1)) : null;
    }

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
        int first = in.cache() == null ? 0 : in.cache().length();
        KeyValues memory = core.memory(parameters, in, training);
        if (in.cache() != null) {
            first = count(in.cache(), first, in.query());
        }
        Windows windows = windows(parameters, in, memory.length(), first, training);
        AttentionMask mask = in.mask();
        boolean dense =
                in.observed()
                        || mask.dense().isPresent()
                        || mask.bias().isPresent()
                        || !(mask.band().isAll() || mask.band().isCausal())
                        || 2 * halfWidth + 1 >= memory.length();
        return dense
                ? full(parameters, in, memory, windows, training)
                : gathered(parameters, in, memory, windows, training);
    }

    /**
     * Returns the centres of the windows.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what, without a cache
     * @param training whether this is a training pass
     * @return p, (B, T) or (1, T)
     */
    public NDArray centres(ParameterStore parameters, AttentionInputs in, boolean training) {
        int keys = Math.toIntExact(in.key().getShape().get(1));
        return windows(parameters, in, keys, 0, training).centre();
    }

    /**
     * Where the queries look.
     *
     * @param centre p, (B, T) or (1, T)
     * @param place where the queries stand among the keys, (1, T)
     * @param first the centre of the first query if the others follow it place by place; −1 if not
     */
    private record Windows(NDArray centre, NDArray place, int first) {}

    private Windows windows(
            ParameterStore parameters, AttentionInputs in, int keys, int first, boolean training) {
        NDManager manager = in.query().getManager();
        long queries = in.query().getShape().get(1);
        DataType type = wide(in.query().getDataType());
        NDArray place = LocalWindows.range(manager, keys - queries, queries, type);
        if (positionProjection != null) {
            NDArray hidden = apply(positionProjection, parameters, in.query(), training).tanh();
            NDArray energy = apply(positionEnergy, parameters, hidden, training).squeeze(2);
            NDArray share = Activation.sigmoid(energy.toType(type, false)); // (B, T)
            return new Windows(share.mul(lengths(in.mask(), keys, place)), place, -1);
        }
        if (in.positions() != null) {
            NDArray given = in.positions().toType(type, false);
            return new Windows(given.reshape(-1, queries), place, -1);
        }
        return new Windows(LocalWindows.range(manager, first, queries, type), place, first);
    }

    /** Where the first of the queries stands, in a memory that is read step by step. */
    private static int count(KeyValueCache cache, int before, NDArray query) {
        NDArray known = cache.state(STEPS);
        boolean grew = cache.length() > before;
        int first = before > 0 && !grew && known != null ? (int) known.getFloat(0) : before;
        Shape shape = query.getShape();
        cache.state(
                STEPS, query.getManager().full(new Shape(shape.get(0), 1), first + shape.get(1)));
        return first;
    }

    /** How many places a query may look at, S in the paper: broadcastable to (B, T). */
    private static NDArray lengths(AttentionMask mask, int keys, NDArray place) {
        NDManager manager = place.getManager();
        DataType type = place.getDataType();
        NDArray count = LocalWindows.range(manager, 1, keys, type); // (1, S)
        NDArray lengths = manager.full(new Shape(1, 1), keys, type);
        if (mask.keys().isPresent()) {
            NDArray visible = mask.keys().get().toType(type, false);
            lengths = count.mul(visible).max(new int[] {1}, true); // (B, 1)
        }
        if (mask.band().after() < keys) {
            lengths = lengths.minimum(Scalars.add(place, mask.band().after() + 1)); // (B, T)
        }
        if (mask.dense().isPresent()) {
            NDArray visible = mask.dense().get().toType(type, false); // (B, 1, T, S)
            lengths = lengths.minimum(visible.mul(count).max(new int[] {3}).squeeze(1));
        }
        return Scalars.maximum(lengths, 0);
    }

    /** With weights of T×S, in which what is outside of the windows is hidden. */
    private AttentionOutput full(
            ParameterStore parameters,
            AttentionInputs in,
            KeyValues memory,
            Windows windows,
            boolean training) {
        NDArray scores = core.scores(parameters, in.query(), memory, training); // (B, 1, T, S)
        MaskArrays mask = ScoredAttention.mask(in, memory);
        NDArray centre = windows.centre().expandDims(1).expandDims(3); // (B, 1, T, 1)
        NDArray place =
                LocalWindows.range(centre.getManager(), 0, memory.length(), centre.getDataType())
                        .reshape(1, 1, 1, memory.length());
        NDArray inside = LocalWindows.inside(place, centre, halfWidth); // (B, 1, T, S)
        NDArray weights = Softmax.INSTANCE.weights(parameters, scores, mask.and(inside), training);
        return core.output(favoured(weights, place, centre), memory, in, training);
    }

    /** With the keys of the windows alone. */
    private AttentionOutput gathered(
            ParameterStore parameters,
            AttentionInputs in,
            KeyValues memory,
            Windows windows,
            boolean training) {
        NDArray query = in.query();
        long batch = query.getShape().get(0);
        LocalWindows local =
                windows.first() < 0
                        ? LocalWindows.single(
                                windows.centre().broadcast(batch, query.getShape().get(1)),
                                windows.place(),
                                halfWidth)
                        : LocalWindows.consecutive(
                                windows.first(), windows.place(), halfWidth, memory.length());
        NDArray keys = local.gathered(onPass(memory.key(), query)); // (B·Q, K, X)
        NDArray values = local.gathered(onPass(memory.value(), query)); // (B·Q, K, Dv)
        NDArray scores =
                score.scores(parameters, local.grouped(query), keys, training)
                        .expandDims(1); // (B·Q, 1, M, K)
        MaskArrays mask = local.mask(in.mask(), halfWidth, batch, memory.length());
        NDArray weights = Softmax.INSTANCE.weights(parameters, scores, mask, training);
        weights = favoured(weights, local.place(), local.centre());
        if (training && dropout > 0) {
            weights = Kernels.of(weights.getManager()).dropout().dropout(weights, dropout);
        }
        NDArray context = weights.matMul(values.expandDims(1)); // (B·Q, 1, M, Dv)
        return new AttentionOutput(local.ungrouped(context, batch));
    }

    /** Weights that fall with the distance from the centre, if it is predicted. */
    private NDArray favoured(NDArray weights, NDArray place, NDArray centre) {
        if (positionProjection == null) {
            return weights;
        }
        NDArray distance = place.sub(centre);
        NDArray favour =
                Scalars.multiply(distance.square(), -1 / (2 * deviation * deviation)).exp();
        return weights.mul(favour.toType(weights.getDataType(), false).reshape(weights.getShape()));
    }

    /** Cached places (B, 1, S, X) as (B, S, X) on the manager of the pass. */
    private static NDArray onPass(NDArray cached, NDArray query) {
        NDArray places = cached.squeeze(1);
        places.attach(query.getManager());
        return places;
    }

    private static DataType wide(DataType type) {
        return type == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
    }

    private static Linear linear(long units) {
        return Linear.builder().setUnits(units).optBias(false).build();
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return ScoredAttention.outputShapes(inputShapes[0], queryKeyValue(inputShapes)[2]);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        core.initialize(manager, dataType, shapes[0], shapes[1]);
        if (positionProjection != null) {
            positionProjection.initialize(manager, dataType, shapes[0]);
            Shape hidden = positionProjection.getOutputShapes(new Shape[] {shapes[0]})[0];
            positionEnergy.initialize(manager, dataType, hidden);
        }
    }

    /** Builds a {@link LocalAttention}. */
    public static final class Builder {

        private Score score;
        private int halfWidth;
        private int positionSize;
        private double deviation;
        private float dropout;

        private Builder() {}

        /**
         * Sets how a query scores a key. It must score each key by itself, which all do but the
         * location score.
         *
         * @param score a score of this block's own: one with parameters becomes its child
         * @return this builder
         */
        public Builder setScore(Score score) {
            this.score = score;
            return this;
        }

        /**
         * Sets D: a window reaches so many places to each side of its centre.
         *
         * @param halfWidth at least 0, and at least 1 where centres are predicted
         * @return this builder
         */
        public Builder setHalfWidth(int halfWidth) {
            this.halfWidth = halfWidth;
            return this;
        }

        /**
         * Predicts the centres (local-p); unless set they are the places of the queries (local-m).
         *
         * @param positionSize A, the hidden features of the prediction; 0 for local-m
         * @return this builder
         */
        public Builder optPredictive(int positionSize) {
            this.positionSize = positionSize;
            return this;
        }

        /**
         * Sets σ, how fast weights fall with the distance from a predicted centre; D / 2 unless
         * set.
         *
         * @param deviation above 0; 0 for D / 2
         * @return this builder
         */
        public Builder optDeviation(double deviation) {
            this.deviation = deviation;
            return this;
        }

        /**
         * Sets the rate at which weights are dropped in training; 0 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public LocalAttention build() {
            Objects.requireNonNull(score, "score");
            if (score instanceof LocationScore) {
                throw new IllegalArgumentException(
                        "local attention looks at windows, but the location score scores places of the whole source:"
                                + " take a dot, general, concat or additive score");
            }
            if (positionSize < 0 || halfWidth < (positionSize > 0 ? 1 : 0)) {
                throw new IllegalArgumentException(
                        "halfWidth must be at least 0, and at least 1 where centres are predicted, got halfWidth="
                                + halfWidth
                                + ", positionSize="
                                + positionSize);
            }
            if (!(deviation >= 0)) {
                throw new IllegalArgumentException(
                        "deviation must be at least 0, got deviation=" + deviation);
            }
            return new LocalAttention(this);
        }
    }
}
