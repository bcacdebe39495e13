package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/**
 * A mask as arrays, for one query length T and one key length S: float32, broadcastable to (B, N,
 * T, S). Those of {@link #NONE} are absent.
 *
 * @param visible one where the key is seen, zero where it is hidden
 * @param additive what is added to the scores: the bias where the key is seen, {@link
 *     AttentionMask#FLOOR} or less where it is hidden
 * @param seeing broadcastable to (B, N, T, 1): one where the query sees any key, zero where it sees
 *     none; null if every query sees some key. The additive form alone would average the values of
 *     a row that is all hidden, so the context is multiplied by this
 */
public record MaskNumbers(NDArray visible, NDArray additive, NDArray seeing) {

    /** Hides nothing and adds nothing. */
    public static final MaskNumbers NONE = new MaskNumbers(null, null, null);

    /**
     * Makes the arrays of what is visible.
     *
     * @param visible one where the key is seen, zero where it is hidden
     * @return the arrays
     */
    public static MaskNumbers of(NDArray visible) {
        return new MaskNumbers(visible, additive(visible), seeing(visible));
    }

    /** The arrays of a mask that hides something, and nothing else on the manager. */
    static MaskNumbers of(AttentionMask mask, NDManager manager, long queries, long keys) {
        boolean alwaysSeeing = !mask.hasArrays() && queries <= keys;
        NDList made =
                Temporaries.FREED.ofList(
                        () -> {
                            Optional<NDArray> bias = mask.bias();
                            NDArray visible = visible(mask, bias, manager, queries, keys);
                            NDArray hidden = additive(visible);
                            NDArray additive = bias.map(b -> biased(hidden, b)).orElse(hidden);
                            return alwaysSeeing
                                    ? new NDList(visible, additive)
                                    : new NDList(visible, additive, seeing(visible));
                        });
        made.attach(manager);
        return new MaskNumbers(made.get(0), made.get(1), made.size() > 2 ? made.get(2) : null);
    }

    /**
     * Returns whether nothing is hidden and nothing added.
     *
     * @return whether this is {@link #NONE}
     */
    public boolean isNone() {
        return visible == null;
    }

    /**
     * What is added to scores so that hidden keys get no weight.
     *
     * @param visible one where the key is seen, zero where it is hidden
     * @return zero where the key is seen, {@link AttentionMask#FLOOR} where it is hidden
     */
    public static NDArray additive(NDArray visible) {
        return Scalars.multiply(Scalars.subtract(visible, 1), -AttentionMask.FLOOR);
    }

    /**
     * Adds the mask to scores. Scores in half precision are widened first, so that no mask
     * overflows.
     *
     * @param scores (B, N, T, S)
     * @return the masked scores, in float32 or wider
     */
    public NDArray masked(NDArray scores) {
        DataType type = scores.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        NDArray wide = half ? scores.toType(DataType.FLOAT32, false) : scores;
        return isNone() ? wide : wide.add(additive.toType(wide.getDataType(), false));
    }

    /**
     * Makes what belongs to hidden keys exactly zero.
     *
     * @param pairs (B, N, T, S)
     * @return the pairs, of the same type
     */
    public NDArray keepVisible(NDArray pairs) {
        return isNone() ? pairs : pairs.mul(visible.toType(pairs.getDataType(), false));
    }

    /**
     * Makes the rows of queries that see nothing exactly zero.
     *
     * @param rows broadcastable to (B, N, T, S)
     * @return the rows, of the same type
     */
    public NDArray keepSeeing(NDArray rows) {
        return seeing == null ? rows : rows.mul(seeing.toType(rows.getDataType(), false));
    }

    /**
     * Hides further keys.
     *
     * @param further one where a key is seen, zero where it is hidden, broadcastable to (B, N, T,
     *     S)
     * @return the conjunction
     */
    public MaskNumbers and(NDArray further) {
        if (isNone()) {
            return of(further);
        }
        NDArray both = further.mul(visible);
        return new MaskNumbers(both, additive(further).add(additive), seeing(both));
    }

    /**
     * Returns the mask of one query.
     *
     * @param manager where the arrays live
     * @param query its index
     * @return the arrays for T = 1
     */
    public MaskNumbers ofQuery(NDManager manager, long query) {
        NDIndex row = new NDIndex(":, :, {}:{}", query, query + 1);
        return part(x -> x.getShape().get(2) == 1 ? x : x.get(manager, row));
    }

    /**
     * Leaves out the first keys, which no query may see.
     *
     * @param manager where the arrays live
     * @param count how many
     * @return the arrays for S − count keys
     */
    public MaskNumbers withoutFirstKeys(NDManager manager, long count) {
        NDIndex rest = new NDIndex(":, :, :, {}:", count);
        return count == 0 ? this : part(x -> x.getShape().get(3) == 1 ? x : x.get(manager, rest));
    }

    private MaskNumbers part(UnaryOperator<NDArray> of) {
        return isNone()
                ? this
                : new MaskNumbers(
                        of.apply(visible),
                        of.apply(additive),
                        Optional.ofNullable(seeing).map(of).orElse(null));
    }

    /** With further keys at the end that every query sees. */
    MaskNumbers withVisibleKeys(int count) {
        Shape shape = visible.getShape();
        Shape tail = new Shape(shape.get(0), shape.get(1), shape.get(2), count);
        NDManager manager = visible.getManager();
        Shape shapeOfBias = additive.getShape();
        Shape tailOfBias =
                new Shape(shapeOfBias.get(0), shapeOfBias.get(1), shapeOfBias.get(2), count);
        return new MaskNumbers(
                visible.concat(manager.ones(tail), -1),
                additive.concat(manager.zeros(tailOfBias), -1),
                null);
    }

    /** Ones and zeros, broadcastable to (B, N, T, S). */
    private static NDArray visible(
            AttentionMask mask,
            Optional<NDArray> bias,
            NDManager manager,
            long queries,
            long keys) {
        NDArray visible = band(mask.band(), manager, queries, keys);
        for (AttentionMask part : mask.parts()) {
            if (part instanceof AttentionMask.Keys of) {
                checkKeys(of.visible().getShape(), keys);
                visible = visible.mul(ones(of.visible().reshape(-1, 1, 1, keys)));
            } else if (part instanceof AttentionMask.Dense of) {
                checkPairs(of.visible().getShape(), queries, keys);
                visible = visible.mul(ones(of.visible()));
            }
        }
        if (bias.isPresent()) {
            checkPairs(bias.get().getShape(), queries, keys);
            visible = visible.mul(ones(bias.get().gte(-Float.MAX_VALUE)));
        }
        return visible;
    }

    private static NDArray band(
            AttentionMask.Band band, NDManager manager, long queries, long keys) {
        if (band.isAll()) {
            return manager.ones(new Shape(1, 1, 1, 1));
        }
        NDArray query = manager.arange((float) (keys - queries), keys, 1).reshape(1, 1, queries, 1);
        NDArray key = manager.arange(0f, keys, 1).reshape(1, 1, 1, keys);
        NDArray distance = key.sub(query); // (1, 1, T, S)
        NDArray visible = ones(distance.lte(Math.min(band.after(), keys)));
        return band.before() == AttentionMask.Band.UNLIMITED
                ? visible
                : visible.mul(ones(distance.gte(-band.before())));
    }

    private static NDArray ones(NDArray condition) {
        return condition.toType(DataType.FLOAT32, false);
    }

    private static NDArray seeing(NDArray visible) {
        return visible.max(new int[] {-1}, true);
    }

    private static NDArray biased(NDArray hidden, NDArray bias) {
        DataType type =
                bias.getDataType() == DataType.FLOAT64 ? DataType.FLOAT64 : DataType.FLOAT32;
        return hidden.toType(type, false)
                .add(bias.toType(type, false).clip(AttentionMask.FLOOR, Float.MAX_VALUE));
    }

    private static void checkKeys(Shape visible, long keys) {
        Require.that(
                visible.get(1) == keys, "the key mask is %s but there are %s keys", visible, keys);
    }

    private static void checkPairs(Shape shape, long queries, long keys) {
        boolean fits =
                (shape.get(2) == 1 || shape.get(2) == queries)
                        && (shape.get(3) == 1 || shape.get(3) == keys);
        Require.that(
                fits, "the mask is %s but there are %s queries and %s keys", shape, queries, keys);
    }
}
