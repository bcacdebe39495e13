package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;

/**
 * A mask as arrays, for one query length T and one key length S: float32, broadcastable to (B, N,
 * T, S). Those of {@link #NONE} are absent.
 *
 * @param visible one where the key is seen, zero where it is hidden
 * @param additive what is added to the scores: the bias where the key is seen, {@link #FLOOR} or
 *     less where it is hidden
 * @param seeing broadcastable to (B, N, T, 1): one where the query sees any key, zero where it sees
 *     none; null if every query sees some key. The additive form alone would average the values of
 *     a row that is all hidden, so the context is multiplied by this
 */
public record MaskArrays(NDArray visible, NDArray additive, NDArray seeing) {

    /**
     * Stands for −∞ in sums of float32: no score is seen beside it, and a row full of it gives no
     * NaN.
     */
    public static final float FLOOR = -1e30f;

    /** Hides nothing and adds nothing. */
    public static final MaskArrays NONE = new MaskArrays(null, null, null);

    /**
     * Makes the arrays of what is visible.
     *
     * @param visible one where the key is seen, zero where it is hidden
     * @return the arrays
     */
    public static MaskArrays of(NDArray visible) {
        return new MaskArrays(visible, additive(visible), seeing(visible));
    }

    /**
     * Makes the causal mask of as many queries as keys.
     *
     * @param manager where the arrays live
     * @param length T and S
     * @return the arrays
     */
    static MaskArrays causal(NDManager manager, long length) {
        NDList made =
                Temporaries.FREED.ofList(
                        () -> {
                            NDArray positions = manager.arange(0f, length, 1);
                            NDArray visible =
                                    positions
                                            .reshape(1, 1, 1, length)
                                            .lte(positions.reshape(1, 1, length, 1))
                                            .toType(DataType.FLOAT32, false); // (1, 1, T, T)
                            return new NDList(visible, additive(visible));
                        });
        made.attach(manager);
        return new MaskArrays(made.get(0), made.get(1), null);
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
     * @return zero where the key is seen, {@link #FLOOR} where it is hidden
     */
    public static NDArray additive(NDArray visible) {
        return Scalars.multiply(Scalars.subtract(visible, 1), -FLOOR);
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
     * Tells an observer the mask and the masked scores, if anything is hidden or added.
     *
     * @param observer the observer; null for nobody
     * @param scores raw scores, (B, N, T, S)
     */
    public void tell(AttentionObserver observer, NDArray scores) {
        if (!isNone()) {
            AttentionObserver.tell(observer, Stages.MASK, () -> additive);
            AttentionObserver.tell(observer, Stages.MASKED_SCORES, () -> masked(scores));
        }
    }

    /**
     * Turns scores into weights: softmax over the keys that a query sees.
     *
     * @param scores raw scores, (B, N, T, S)
     * @return the weights, of the type of the scores; zeros for a query that sees nothing
     */
    public NDArray softmax(NDArray scores) {
        NDArray weights = masked(scores).softmax(-1).toType(scores.getDataType(), false);
        return keepSeeing(weights); // (B, N, T, S)
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
    public MaskArrays and(NDArray further) {
        if (isNone()) {
            return of(further);
        }
        NDArray both = further.toType(visible.getDataType(), false).mul(visible);
        NDArray hiding = additive(further).toType(additive.getDataType(), false);
        return new MaskArrays(both, hiding.add(additive), seeing(both));
    }

    /**
     * Returns the mask of one query.
     *
     * @param manager where the arrays live
     * @param query its index
     * @return the arrays for T = 1
     */
    public MaskArrays ofQuery(NDManager manager, long query) {
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
    public MaskArrays withoutFirstKeys(NDManager manager, long count) {
        NDIndex rest = new NDIndex(":, :, :, {}:", count);
        return count == 0 ? this : part(x -> x.getShape().get(3) == 1 ? x : x.get(manager, rest));
    }

    /**
     * Returns the mask of some of the heads.
     *
     * @param manager where the arrays live
     * @param kept the numbers of the heads, ascending
     * @return the arrays, broadcastable to (B, kept heads, T, S)
     */
    public MaskArrays ofHeads(NDManager manager, int[] kept) {
        return part(x -> x.getShape().get(1) == 1 ? x : AxisPart.of(manager, x, 1, kept));
    }

    private MaskArrays part(UnaryOperator<NDArray> of) {
        return isNone()
                ? this
                : new MaskArrays(
                        of.apply(visible),
                        of.apply(additive),
                        Optional.ofNullable(seeing).map(of).orElse(null));
    }

    /**
     * Adds keys at the end that every query sees.
     *
     * @param count how many
     * @return the arrays for S + count keys
     */
    public MaskArrays withVisibleKeys(int count) {
        return new MaskArrays(
                visible.concat(visible.getManager().ones(tail(visible, count)), -1),
                additive.concat(visible.getManager().zeros(tail(additive, count)), -1),
                null);
    }

    private static Shape tail(NDArray array, int count) {
        Shape shape = array.getShape();
        return new Shape(shape.get(0), shape.get(1), shape.get(2), count);
    }

    private static NDArray seeing(NDArray visible) {
        return visible.max(new int[] {-1}, true);
    }
}
