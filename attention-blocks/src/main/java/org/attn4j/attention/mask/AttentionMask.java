package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.Temporaries;

/**
 * Who sees whom: which keys each query may attend to, and what is added to their scores.
 *
 * <p>A mask is a conjunction of up to five parts, kept apart until a kernel needs them as numbers,
 * so that a fused kernel can take "causal" as a flag and a block-sparse one can read the window:
 *
 * <ul>
 *   <li>a band: the keys from {@link #left()} places before a query to {@link #right()} places
 *       after it. Positions are counted from the end: with T queries and S keys (the others come
 *       from a cache), query i stands at i + S − T;
 *   <li>visible keys, (B, S), usually the padding;
 *   <li>any pattern, broadcastable to (B, N, T, S);
 *   <li>a bias added to the scores, broadcastable to (B, N, T, S);
 *   <li>global places, (B, S), which a sparse mechanism lets see all and be seen by all. They hide
 *       nothing, and a mechanism in which all see all anyway has no use for them.
 * </ul>
 *
 * <p>True (or 1) is visible, false (or 0) is hidden. Hidden keys have the weight 0; a query that
 * sees nothing has weights and a context of zeros. A bias of −∞ hides a key too, while the lowest
 * finite number does not: a row full of it is averaged, as it is in Hugging Face's models.
 *
 * <p>Masks are immutable. The arrays belong to the caller.
 */
public final class AttentionMask {

    /**
     * Stands for −∞ in sums of float32: no score is seen beside it, and a row full of it gives no
     * NaN.
     */
    public static final float FLOOR = -1e30f;

    private static final long UNBOUNDED = Long.MAX_VALUE;
    private static final AttentionMask NONE =
            new AttentionMask(UNBOUNDED, UNBOUNDED, null, null, null);
    private static final AttentionMask CAUSAL = new AttentionMask(UNBOUNDED, 0, null, null, null);

    private final long left;
    private final long right;
    private final NDArray keys; // (B, S)
    private final NDArray pattern; // broadcastable to (B, N, T, S)
    private final NDArray bias; // broadcastable to (B, N, T, S)
    private final NDArray globals; // (B, S)
    private final MaskNumbers numbers; // of the two lengths, once realised
    private final long queryLength;
    private final long keyLength;

    private AttentionMask(long left, long right, NDArray keys, NDArray pattern, NDArray bias) {
        this(left, right, keys, pattern, bias, null, null, -1, -1);
    }

    private AttentionMask(
            long left,
            long right,
            NDArray keys,
            NDArray pattern,
            NDArray bias,
            NDArray globals,
            MaskNumbers numbers,
            long queryLength,
            long keyLength) {
        this.left = left;
        this.right = right;
        this.keys = keys;
        this.pattern = pattern;
        this.bias = bias;
        this.globals = globals;
        this.numbers = numbers;
        this.queryLength = queryLength;
        this.keyLength = keyLength;
    }

    /**
     * Returns the mask that hides nothing.
     *
     * @return a mask under which every query sees every key
     */
    public static AttentionMask none() {
        return NONE;
    }

    /**
     * Returns the mask under which a query sees its own place and those before it.
     *
     * @return the causal mask
     */
    public static AttentionMask causal() {
        return CAUSAL;
    }

    /**
     * Returns a sliding window around each query's own place, which is always in it.
     *
     * @param left how many places before its own a query sees, at least 0; −1 for all
     * @param right how many places after its own a query sees, at least 0; −1 for all
     * @return the window
     */
    public static AttentionMask window(int left, int right) {
        if (left < -1 || right < -1) {
            throw new IllegalArgumentException(
                    "a window must be -1 (all) or at least 0 on each side, got left="
                            + left
                            + ", right="
                            + right);
        }
        return new AttentionMask(
                left < 0 ? UNBOUNDED : left, right < 0 ? UNBOUNDED : right, null, null, null);
    }

    /**
     * Returns a mask that hides keys from all queries, as padding does.
     *
     * @param visible (B, S), boolean or of zeros and ones: which keys are seen
     * @return the mask
     */
    public static AttentionMask keys(NDArray visible) {
        if (visible.getShape().dimension() != 2) {
            throw new IllegalArgumentException(
                    "a key mask must be (B, S), got " + visible.getShape());
        }
        return new AttentionMask(UNBOUNDED, UNBOUNDED, visible, null, null);
    }

    /**
     * Returns a mask of any pattern.
     *
     * @param visible (T, S), (B, T, S) or broadcastable to (B, N, T, S), boolean or of zeros and
     *     ones
     * @return the mask
     */
    public static AttentionMask dense(NDArray visible) {
        return new AttentionMask(UNBOUNDED, UNBOUNDED, null, fourAxes(visible), null);
    }

    /**
     * Returns a mask that adds to the scores, and passes gradients to what it adds.
     *
     * @param additive (T, S), (B, T, S) or broadcastable to (B, N, T, S); −∞ hides
     * @return the mask
     */
    public static AttentionMask bias(NDArray additive) {
        return new AttentionMask(UNBOUNDED, UNBOUNDED, null, null, fourAxes(additive));
    }

    /**
     * Returns this mask with global places, which see all and are seen by all where a sparse
     * mechanism would not let them.
     *
     * @param places (B, S), boolean or of zeros and ones; null for none
     * @return the mask
     */
    public AttentionMask withGlobals(NDArray places) {
        if (places != null && places.getShape().dimension() != 2) {
            throw new IllegalArgumentException(
                    "global places must be (B, S), got " + places.getShape());
        }
        return new AttentionMask(
                left, right, keys, pattern, bias, places, numbers, queryLength, keyLength);
    }

    /**
     * Returns the mask under which a key is seen if it is seen under both; biases add up, and a
     * place is global that is so in one of them.
     *
     * @param other another mask for the same queries and keys
     * @return the conjunction
     */
    public AttentionMask and(AttentionMask other) {
        if (other.isNone()) {
            return this;
        }
        if (isNone()) {
            return other;
        }
        return new AttentionMask(
                Math.min(left, other.left),
                Math.min(right, other.right),
                both(keys, other.keys),
                both(pattern, other.pattern),
                sum(bias, other.bias),
                either(globals, other.globals),
                null,
                -1,
                -1);
    }

    /**
     * Returns whether nothing is hidden and nothing added.
     *
     * @return whether this mask can be left out
     */
    public boolean isNone() {
        return changesNothing() && globals == null;
    }

    /**
     * Returns whether this is the causal mask and nothing else, so that a kernel may take it as a
     * flag.
     *
     * @return whether all of this mask is "no later key"
     */
    public boolean isCausalOnly() {
        return left == UNBOUNDED && right == 0 && !hasArrays();
    }

    /**
     * Returns how many places before its own a query sees.
     *
     * @return the number of places, or −1 if all
     */
    public long left() {
        return left == UNBOUNDED ? -1 : left;
    }

    /**
     * Returns how many places after its own a query sees.
     *
     * @return the number of places, or −1 if all
     */
    public long right() {
        return right == UNBOUNDED ? -1 : right;
    }

    /**
     * Returns the visible keys.
     *
     * @return (B, S), or null if all are
     */
    public NDArray keys() {
        return keys;
    }

    /**
     * Returns the pattern, beside band and keys.
     *
     * @return an array broadcastable to (B, N, T, S), or null if there is none
     */
    public NDArray pattern() {
        return pattern;
    }

    /**
     * Returns what is added to the scores.
     *
     * @return an array broadcastable to (B, N, T, S), or null if there is nothing
     */
    public NDArray bias() {
        return bias;
    }

    /**
     * Returns the global places.
     *
     * @return (B, S), or null if there are none
     */
    public NDArray globals() {
        return globals;
    }

    /**
     * Makes the numbers of this mask once, for all the layers of a stack that share it. The parts
     * stay readable. A mask that hides nothing at these lengths becomes {@link #none()}; one that
     * is only causal stays a flag, since fused kernels want no numbers for it.
     *
     * @param manager where the numbers live
     * @param queryLength T
     * @param keyLength S, cached keys included
     * @return the mask, ready for exactly these lengths
     */
    public AttentionMask realise(NDManager manager, long queryLength, long keyLength) {
        if (isRealised(queryLength, keyLength)) {
            return this;
        }
        AttentionMask trimmed = trimmed(queryLength, keyLength);
        if (trimmed.changesNothing() || trimmed.isCausalOnly()) {
            return trimmed;
        }
        return trimmed.with(
                trimmed.numbers(manager, queryLength, keyLength), queryLength, keyLength);
    }

    /**
     * Returns this mask as numbers; those of a realised mask are there already.
     *
     * @param manager where the numbers live
     * @param queryLength T
     * @param keyLength S, cached keys included
     * @return the numbers, or null if nothing is hidden and nothing added
     */
    public MaskNumbers numbers(NDManager manager, long queryLength, long keyLength) {
        if (isRealised(queryLength, keyLength)) {
            return numbers;
        }
        if (trimmed(queryLength, keyLength).changesNothing()) {
            return null;
        }
        checkLengths(queryLength, keyLength);
        boolean blindRows = hasArrays() || queryLength > keyLength;
        NDList made =
                Temporaries.FREED.ofList(
                        () -> {
                            NDArray visible = visible(manager, queryLength, keyLength);
                            NDArray hidden = MaskNumbers.additive(visible);
                            NDArray additive = bias == null ? hidden : biased(hidden, bias);
                            return blindRows
                                    ? new NDList(
                                            visible, additive, visible.max(new int[] {-1}, true))
                                    : new NDList(visible, additive);
                        });
        made.attach(manager);
        return new MaskNumbers(made.get(0), made.get(1), blindRows ? made.get(2) : null);
    }

    /**
     * Returns this mask with further keys at the end that every query sees, as {@code bias_k} and
     * {@code add_zero_attn} of torch's multi-head attention add them.
     *
     * @param manager where the numbers live
     * @param queryLength T
     * @param keyLength S without the further keys
     * @param count how many keys are added
     * @return a mask for T queries and S + count keys
     */
    public AttentionMask withVisibleKeys(
            NDManager manager, long queryLength, long keyLength, int count) {
        MaskNumbers old = numbers(manager, queryLength, keyLength);
        if (old == null) {
            return NONE;
        }
        NDArray visible = appended(old.visible(), manager.ones(tail(old.visible(), count)));
        NDArray additive = appended(old.additive(), manager.zeros(tail(old.additive(), count)));
        return new AttentionMask(UNBOUNDED, UNBOUNDED, null, visible, additive)
                .with(new MaskNumbers(visible, additive, null), queryLength, keyLength + count);
    }

    private AttentionMask with(MaskNumbers made, long queries, long keyCount) {
        return new AttentionMask(
                left, right, keys, pattern, bias, globals, made, queries, keyCount);
    }

    /** Whether no score is hidden and none changed, whichever places are global. */
    private boolean changesNothing() {
        return left == UNBOUNDED && right == UNBOUNDED && !hasArrays();
    }

    private boolean isRealised(long queries, long keyCount) {
        return numbers != null && queryLength == queries && keyLength == keyCount;
    }

    private boolean hasArrays() {
        return keys != null || pattern != null || bias != null;
    }

    /**
     * Drops the sides of the band that hide nothing: the first query sees T − 1 keys to its right,
     * the last S − 1 to its left.
     */
    private AttentionMask trimmed(long queries, long keyCount) {
        boolean leftHides = left < keyCount - 1;
        boolean rightHides = right < queries - 1;
        if ((leftHides || left == UNBOUNDED) && (rightHides || right == UNBOUNDED)) {
            return this;
        }
        return new AttentionMask(
                leftHides ? left : UNBOUNDED,
                rightHides ? right : UNBOUNDED,
                keys,
                pattern,
                bias,
                globals,
                null,
                -1,
                -1);
    }

    /** Ones and zeros, broadcastable to (B, N, T, S). */
    private NDArray visible(NDManager manager, long queries, long keyCount) {
        NDArray visible = band(manager, queries, keyCount);
        if (keys != null) {
            NDArray rows = keys.reshape(keys.getShape().get(0), 1, 1, keyCount);
            visible = visible.mul(rows.toType(DataType.FLOAT32, false));
        }
        if (pattern != null) {
            visible = visible.mul(pattern.toType(DataType.FLOAT32, false));
        }
        if (bias != null) {
            visible = visible.mul(bias.gte(-Float.MAX_VALUE).toType(DataType.FLOAT32, false));
        }
        return visible;
    }

    private NDArray band(NDManager manager, long queries, long keyCount) {
        if (left == UNBOUNDED && right == UNBOUNDED) {
            return manager.ones(new Shape(1, 1, 1, 1));
        }
        NDArray query =
                manager.arange((float) (keyCount - queries), keyCount, 1).reshape(1, 1, queries, 1);
        NDArray key = manager.arange(0f, keyCount, 1).reshape(1, 1, 1, keyCount);
        NDArray distance = key.sub(query); // (1, 1, T, S)
        NDArray visible = distance.lte(Math.min(right, keyCount)).toType(DataType.FLOAT32, false);
        return left == UNBOUNDED
                ? visible
                : visible.mul(distance.gte(-left).toType(DataType.FLOAT32, false));
    }

    private void checkLengths(long queries, long keyCount) {
        if (keys != null && keys.getShape().get(1) != keyCount) {
            throw new IllegalArgumentException(
                    "the key mask is " + keys.getShape() + " but there are " + keyCount + " keys");
        }
        for (NDArray array : new NDArray[] {pattern, bias}) {
            if (array == null) {
                continue;
            }
            Shape shape = array.getShape();
            boolean fits =
                    (shape.get(2) == 1 || shape.get(2) == queries)
                            && (shape.get(3) == 1 || shape.get(3) == keyCount);
            if (!fits) {
                throw new IllegalArgumentException(
                        "the mask is "
                                + shape
                                + " but there are "
                                + queries
                                + " queries and "
                                + keyCount
                                + " keys");
            }
        }
    }

    private static NDArray biased(NDArray hidden, NDArray bias) {
        DataType type =
                bias.getDataType() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
        return hidden.toType(type, false)
                .add(bias.toType(type, false).clip(FLOOR, Float.MAX_VALUE));
    }

    private static NDArray fourAxes(NDArray array) {
        Shape shape = array.getShape();
        return switch (shape.dimension()) {
            case 2 -> array.reshape(1, 1, shape.get(0), shape.get(1));
            case 3 -> array.reshape(shape.get(0), 1, shape.get(1), shape.get(2));
            case 4 -> array;
            default ->
                    throw new IllegalArgumentException(
                            "a mask must be (T, S), (B, T, S) or (B, N, T, S), got " + shape);
        };
    }

    private static NDArray both(NDArray one, NDArray other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.toType(DataType.FLOAT32, false).mul(other.toType(DataType.FLOAT32, false));
    }

    private static NDArray either(NDArray one, NDArray other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.toType(DataType.FLOAT32, false).maximum(other.toType(DataType.FLOAT32, false));
    }

    private static NDArray sum(NDArray one, NDArray other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.add(other);
    }

    private static Shape tail(NDArray array, int count) {
        Shape shape = array.getShape();
        return new Shape(shape.get(0), shape.get(1), shape.get(2), count);
    }

    private static NDArray appended(NDArray array, NDArray tail) {
        return array.concat(tail, -1);
    }
}
