package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;
import org.attn4j.common.Require;

/**
 * Luong's local attention: a query looks at a window of the keys around a position of its own.
 *
 * <p>Luong et al. 2015, section 3.2: {@code α_t(s) = softmax over |s − p_t| ≤ D of score(h_t,
 * h̄_s)}, {@code c_t = Σ_s α_t(s) h̄_s}. The centre p_t is
 *
 * <ul>
 *   <li>monotonic, local-m: {@code p_t = t}, the position of the query, or what {@link
 *       AttentionInputs#positions()} gives;
 *   <li>predictive, local-p: {@code p_t = S · sigmoid(v_p · tanh(W_p h_t))}, and the weights are
 *       multiplied by {@code exp(−(s − p_t)² / (2σ²))}, σ = D / 2, without normalising them again
 *       (equations 9 and 10). The centre is learned, since the gradient passes through this factor.
 * </ul>
 *
 * <p>h_t is the query, h̄_s both key and value, positions count from 0, and S is the position after
 * the last key that is no padding; under a causal mask it is the query's own position plus one. The
 * score is a part of its own, in the paper general: one with parameters is the child {@code score}.
 * W_p (A, Dq) is the child {@code position_proj}, v_p the child {@code position_energy} with a
 * weight (1, A); neither has a bias. A query whose window holds no visible key gives zeros.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give (B, T, Dv). The windows are
 * gathered: time and memory B·T·(2D + 1)·(Dq + Dv), forward and backward, whatever S is; weights of
 * T×S are made only for an observer, under a mask that brings such a pattern or bias, or where the
 * window is no smaller than S. The cache keeps what the score makes of the keys; a step reads its
 * window. Choose local-m where source and target run side by side, local-p where the target jumps,
 * and either where the source is long.
 */
public final class LocalAttention extends ScoredAttention<Score> {

    private static final byte VERSION = 1;
    private static final String STEPS = "local.steps"; // (B, 1): how many queries were answered

    private final int halfWidth;
    private final double deviation;
    private final LinearBlock positionProjection; // null if monotonic
    private final LinearBlock positionEnergy;

    private LocalAttention(
            Score score, int halfWidth, int positionSize, double deviation, float dropout) {
        super(VERSION, score, Softmax.INSTANCE, dropout);
        Require.that(
                !(score instanceof LocationScore),
                "local attention looks at windows, but the location score scores positions of the"
                        + " whole source: take a dot, general, concat or additive score");
        Require.that(
                positionSize >= 0 && halfWidth >= (positionSize > 0 ? 1 : 0),
                "halfWidth must be at least 0, and at least 1 where centres are predicted,"
                        + " got halfWidth=%s, positionSize=%s",
                halfWidth,
                positionSize);
        Require.that(deviation >= 0, "deviation must be at least 0, got deviation=%s", deviation);
        this.halfWidth = halfWidth;
        this.deviation = deviation == 0 ? halfWidth / 2.0 : deviation;
        boolean predictive = positionSize > 0;
        positionProjection =
                predictive
                        ? addChildBlock("position_proj", LinearBlock.of(positionSize, false))
                        : null;
        positionEnergy =
                predictive ? addChildBlock("position_energy", LinearBlock.of(1, false)) : null;
    }

    /**
     * Creates a block whose windows are centred at the positions of the queries (local-m).
     *
     * @param score a score of this block's own, which scores each key by itself, as all do but the
     *     location score; one with parameters becomes its child
     * @param halfWidth D: a window reaches so many positions to each side of its centre; at least 0
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     * @return the block
     */
    public static LocalAttention monotonic(Score score, int halfWidth, float dropout) {
        return new LocalAttention(score, halfWidth, 0, 0, dropout);
    }

    /**
     * Creates a block that predicts the centres of its windows (local-p).
     *
     * @param score a score of this block's own, which scores each key by itself, as all do but the
     *     location score; one with parameters becomes its child
     * @param halfWidth D: a window reaches so many positions to each side of its centre; at least 1
     * @param positionSize A, the hidden features of the prediction, at least 1
     * @param deviation σ, how fast weights fall with the distance from a centre; 0 for D / 2
     * @param dropout the rate at which weights are dropped in training, in [0, 1)
     * @return the block
     */
    public static LocalAttention predictive(
            Score score, int halfWidth, int positionSize, double deviation, float dropout) {
        Require.that(
                positionSize >= 1,
                "positionSize must be at least 1, got positionSize=%s",
                positionSize);
        return new LocalAttention(score, halfWidth, positionSize, deviation, dropout);
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        int first = in.cache() == null ? 0 : in.cache().length();
        KeyValues memory = memory(parameters, in, training);
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
     * Returns how far a window reaches.
     *
     * @return D, the positions to each side of its centre
     */
    public int halfWidth() {
        return halfWidth;
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
     * @param position where the queries stand among the keys, (1, T)
     * @param first the centre of the first query if the others follow it position by position; −1
     *     if not
     */
    private record Windows(NDArray centre, NDArray position, int first) {}

    private Windows windows(
            ParameterStore parameters, AttentionInputs in, int keys, int first, boolean training) {
        NDManager manager = in.query().getManager();
        long queries = in.query().getShape().get(1);
        DataType type = wide(in.query().getDataType());
        NDArray position = LocalWindows.range(manager, keys - queries, queries, type);
        if (positionProjection != null) {
            NDArray hidden = positionProjection.apply(parameters, in.query(), training).tanh();
            NDArray energy = positionEnergy.apply(parameters, hidden, training).squeeze(2);
            NDArray share = Activation.sigmoid(energy.toType(type, false)); // (B, T)
            return new Windows(share.mul(lengths(in.mask(), keys, position)), position, -1);
        }
        if (in.positions() != null) {
            NDArray given = in.positions().toType(type, false);
            return new Windows(given.reshape(-1, queries), position, -1);
        }
        return new Windows(LocalWindows.range(manager, first, queries, type), position, first);
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

    /** How many positions a query may look at, S in the paper: broadcastable to (B, T). */
    private static NDArray lengths(AttentionMask mask, int keys, NDArray position) {
        NDManager manager = position.getManager();
        DataType type = position.getDataType();
        NDArray count = LocalWindows.range(manager, 1, keys, type); // (1, S)
        NDArray lengths = manager.full(new Shape(1, 1), keys, type);
        if (mask.keys().isPresent()) {
            NDArray visible = mask.keys().get().toType(type, false);
            lengths = count.mul(visible).max(new int[] {1}, true); // (B, 1)
        }
        if (mask.band().after() < keys) {
            lengths = lengths.minimum(Scalars.add(position, mask.band().after() + 1)); // (B, T)
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
        NDArray scores = scores(parameters, in, memory, training); // (B, 1, T, S)
        MaskArrays mask = mask(in, memory);
        NDArray centre = windows.centre().expandDims(1).expandDims(3); // (B, 1, T, 1)
        NDArray position =
                LocalWindows.range(centre.getManager(), 0, memory.length(), centre.getDataType())
                        .reshape(1, 1, 1, memory.length());
        NDArray inside = LocalWindows.inside(position, centre, halfWidth); // (B, 1, T, S)
        AttentionObserver observer = in.observer();
        AttentionObserver.tell(observer, Stages.CENTRE, () -> centre);
        AttentionObserver.tell(observer, Stages.PATTERN, () -> inside);
        NDArray weights = weights(parameters, scores, mask.and(inside), observer, training);
        return output(favoured(weights, position, centre, observer), memory, in, training);
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
                                windows.position(),
                                halfWidth)
                        : LocalWindows.consecutive(
                                windows.first(), windows.position(), halfWidth, memory.length());
        NDArray keys = local.gathered(keys(memory, query.getManager())); // (B·Q, K, X)
        NDArray cached = memory.value().squeeze(1); // (B, S, Dv)
        cached.attach(query.getManager());
        NDArray values = local.gathered(cached); // (B·Q, K, Dv)
        NDArray scores =
                score().scores(parameters, local.grouped(query), keys, training)
                        .expandDims(1); // (B·Q, 1, M, K)
        MaskArrays mask = local.mask(in.mask(), halfWidth, batch, memory.length());
        NDArray weights = weights(parameters, scores, mask, null, training);
        weights = favoured(weights, local.position(), local.centre(), null);
        NDArray context =
                dropped(weights, training).matMul(values.expandDims(1)); // (B·Q, 1, M, Dv)
        return new AttentionOutput(local.ungrouped(context, batch));
    }

    /** Weights that fall with the distance from the centre, if it is predicted. */
    private NDArray favoured(
            NDArray weights, NDArray position, NDArray centre, AttentionObserver observer) {
        if (positionProjection == null) {
            return weights;
        }
        NDArray distance = position.sub(centre);
        NDArray favour =
                Scalars.multiply(distance.square(), -1 / (2 * deviation * deviation)).exp();
        AttentionObserver.tell(observer, Stages.PLAIN_WEIGHTS, () -> weights);
        AttentionObserver.tell(observer, Stages.GAUSSIAN, () -> favour);
        return weights.mul(favour.toType(weights.getDataType(), false).reshape(weights.getShape()));
    }

    private static DataType wide(DataType type) {
        return type == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        if (positionProjection != null) {
            Shape query = inputShapes[0];
            positionProjection.initialize(manager, dataType, query);
            Shape hidden = positionProjection.getOutputShapes(new Shape[] {query})[0];
            positionEnergy.initialize(manager, dataType, hidden);
        }
    }
}
