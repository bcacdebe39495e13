package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.Score;
import org.attn4j.common.Require;

/**
 * Hard, stochastic attention: each query looks at one position, drawn from what the scores say.
 *
 * <p>Xu et al. 2015, section 4.1: {@code α_t = softmax(e_t)} over the visible keys, {@code s_t ~
 * Categorical(α_t)}, {@code context_t = a_{s_t}}. The annotations a are key and value, the
 * decoder's state is the query, and the child {@code score} gives e, in the paper an {@link
 * org.attn4j.attention.score.AdditiveScore}. A draw has no slope, so the scores learn in one of two
 * ways:
 *
 * <ul>
 *   <li>straight-through Gumbel-softmax, Jang et al. 2017, equations 1 and 2 and section 2.2: with
 *       noise {@code g = −log(−log u)} and {@code y = softmax((log α + g) / τ)}, the value is the
 *       one-hot of y's largest position, which is an exact draw from α, and the gradient is y's. It
 *       is biased, smooth, and needs nothing of the loss: {@link #attend} does it in training;
 *   <li>REINFORCE, Xu et al. 2015, equations 10 to 12: {@link #draw} samples N times and tells how
 *       likely each draw was, and {@link Reinforce} makes the loss of it. It is unbiased, noisy,
 *       and takes any reward that can be written as a log-likelihood.
 * </ul>
 *
 * <p>Outside of training {@link #attend} looks at the likeliest position. An observer is told where
 * was looked: ones and zeros.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv). Choose it
 * where a look is costly or must be explained by one position; soft attention learns faster. Time
 * and memory are those of the score, and B·T·S·Dv to pick the values; N draws cost N times the
 * latter.
 */
public final class HardAttention extends ScoredAttention<Score> {

    private static final byte VERSION = 1;
    private static final double COLDEST = 1e-4; // the mask's floor over it is still a float32

    private final double temperature;

    /**
     * Creates a block with a temperature of 1.
     *
     * @param score a score of this block's own: one with parameters becomes its child
     */
    public HardAttention(Score score) {
        this(score, 1);
    }

    /**
     * Creates a block.
     *
     * @param score a score of this block's own: one with parameters becomes its child
     * @param temperature τ, how far the straight-through gradient is from that of a single
     *     position: the colder, the less bias and the more noise; at least 0.0001
     */
    public HardAttention(Score score, double temperature) {
        super(VERSION, score, Softmax.INSTANCE, 0);
        Require.that(
                temperature >= COLDEST,
                "temperature must be at least %s, got temperature=%s",
                COLDEST,
                temperature);
        this.temperature = temperature;
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        Looks looks = looks(parameters, in, training);
        NDArray hard;
        if (training) {
            NDArray noise = gumbel(looks.logits().getManager(), looks.logits().getShape());
            hard = relaxed(looks, noise).hard();
        } else {
            hard = oneHot(looks.logits(), looks);
        }
        AttentionObserver.tell(
                in.observer(),
                Stages.PLAIN_WEIGHTS,
                () -> looks.shown(looks.logits().softmax(-1))); // α
        return output(hard, looks.memory(), in, training);
    }

    /**
     * Looks once, straight through, with given noise.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param noise g, (B, 1, T, S), constant; from {@link #gumbel}
     * @param training whether this is a training pass
     * @return the look and what it is made of
     */
    public StraightThrough straightThrough(
            ParameterStore parameters, AttentionInputs in, NDArray noise, boolean training) {
        Looks looks = looks(parameters, in, training);
        Relaxed relaxed = relaxed(looks, noise);
        NDArray context = relaxed.hard().matMul(looks.memory().value()).squeeze(1);
        NDArray positions = largest(relaxed.soft()).squeeze(1); // (B, T)
        NDArray weights = looks.shown(looks.logits().softmax(-1));
        return new StraightThrough(weights, relaxed.soft(), relaxed.hard(), positions, context);
    }

    /**
     * Draws positions from the weights, for {@link Reinforce}.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param samples N, how often each query looks
     * @param training whether this is a training pass
     * @return the positions, what is there and how likely they were
     */
    public Glimpses draw(
            ParameterStore parameters, AttentionInputs in, int samples, boolean training) {
        Require.that(samples >= 1, "samples must be at least 1, got samples=%s", samples);
        Looks looks = looks(parameters, in, training);
        NDArray logits = looks.logits().stopGradient(); // (B, 1, T, S)
        Shape shape = logits.getShape();
        Shape drawn = new Shape(samples, shape.get(0), shape.get(2), shape.get(3));
        NDArray noise = gumbel(logits.getManager(), drawn).toType(logits.getDataType(), false);
        NDArray positions = largest(noise.add(logits.squeeze(1).expandDims(0))); // (N, B, T)
        return glimpses(looks, positions);
    }

    /**
     * Looks at given positions and tells how likely they were.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param positions (N, B, T) of int64, each a visible key
     * @param training whether this is a training pass
     * @return what is there
     */
    public Glimpses look(
            ParameterStore parameters, AttentionInputs in, NDArray positions, boolean training) {
        return glimpses(looks(parameters, in, training), positions);
    }

    /**
     * Draws Gumbel noise, {@code −log(−log u)}, by the engine's random numbers: the engine's seed
     * fixes it.
     *
     * @param manager where the noise lives
     * @param shape its shape
     * @return float32 noise
     */
    public static NDArray gumbel(NDManager manager, Shape shape) {
        NDArray uniform = manager.randomUniform(1e-10f, 1f, shape, DataType.FLOAT32);
        return uniform.log().neg().log().neg();
    }

    /** What can be looked at: masked logits (B, 1, T, S), values and rows that see anything. */
    private record Looks(NDArray logits, KeyValues memory, MaskArrays mask) {

        /** Zero in the rows that see nothing; x is broadcastable to (B, 1, T, S). */
        NDArray shown(NDArray x) {
            return mask.keepSeeing(x);
        }
    }

    private record Relaxed(NDArray soft, NDArray hard) {}

    private Looks looks(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDArray scores = scores(parameters, in, memory, training); // (B, 1, T, S)
        MaskArrays mask = mask(in, memory);
        mask.tell(in.observer(), scores);
        return new Looks(mask.masked(scores), memory, mask);
    }

    private Relaxed relaxed(Looks looks, NDArray noise) {
        NDArray logits = looks.logits();
        NDArray noisy = logits.add(noise.toType(logits.getDataType(), false));
        NDArray soft = looks.shown(Scalars.multiply(noisy, 1 / temperature).softmax(-1));
        NDArray slope = soft.sub(soft.stopGradient()); // zero, with the gradient of soft
        NDArray hard = slope.add(oneHot(soft, looks));
        DataType type = looks.memory().value().getDataType();
        return new Relaxed(soft, hard.toType(type, false)); // (B, 1, T, S)
    }

    /** The largest positions as ones, in the type of the values and without a gradient. */
    private static NDArray oneHot(NDArray x, Looks looks) {
        int keys = Math.toIntExact(x.getShape().get(3));
        NDArray hot = looks.shown(largest(x).oneHot(keys)); // (B, 1, T, S)
        return hot.toType(looks.memory().value().getDataType(), false);
    }

    private static NDArray largest(NDArray x) {
        return x.stopGradient().argMax(-1).toType(DataType.INT64, false);
    }

    private static Glimpses glimpses(Looks looks, NDArray positions) {
        Shape shape = looks.logits().getShape(); // (B, 1, T, S)
        long samples = positions.getShape().get(0);
        long batch = shape.get(0);
        long queries = shape.get(2);
        int keys = Math.toIntExact(shape.get(3));

        NDArray logs = looks.mask().keepVisible(looks.logits().logSoftmax(-1));
        NDArray weights = looks.shown(looks.logits().softmax(-1)); // (B, 1, T, S)
        NDArray entropy = weights.mul(logs).sum(new int[] {3}).squeeze(1).neg(); // (B, T)

        NDArray hot = looks.shown(positions.swapAxes(0, 1).oneHot(keys)); // (B, N, T, S)
        hot = hot.toType(logs.getDataType(), false);
        NDArray logProbability = logs.mul(hot).sum(new int[] {3}).swapAxes(0, 1); // (N, B, T)
        NDArray value = looks.memory().value(); // (B, 1, S, Dv)
        NDArray context =
                hot.toType(value.getDataType(), false)
                        .reshape(batch, 1, samples * queries, keys)
                        .matMul(value) // (B, 1, N·T, Dv)
                        .reshape(batch, samples, queries, value.getShape().get(3))
                        .swapAxes(0, 1); // (N, B, T, Dv)
        return new Glimpses(weights, positions, context, logProbability, entropy);
    }
}
