package org.attn4j.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.mask.AttentionMask;

/**
 * The base of the mechanisms: adapts the arrays of {@code forward} to {@link AttentionInputs}.
 *
 * <p>{@code forward} takes {@code [x]}, {@code [x, mask]}, {@code [query, key, value]} or {@code
 * [query, key, value, mask]} and gives {@code [context]}. The mask is of booleans, or of zeros and
 * ones, with true or 1 for visible: (B, S) for the keys, (B, T, S), or broadcastable to (B, N, T,
 * S).
 */
public abstract class AttentionBlock extends AbstractBlock implements Attention {

    /**
     * Creates a block.
     *
     * @param version the version of its format on disk
     */
    protected AttentionBlock(byte version) {
        super(version);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(attend(parameters, adapt(inputs), training).context());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /**
     * Returns the shapes of query, key and value among the shapes that {@code initialize} was
     * given.
     *
     * @param inputShapes the shapes of {@code [x(, mask)]} or {@code [query, key, value(, mask)]}
     * @return three shapes
     */
    protected static Shape[] queryKeyValue(Shape... inputShapes) {
        return inputShapes.length < 3
                ? new Shape[] {inputShapes[0], inputShapes[0], inputShapes[0]}
                : new Shape[] {inputShapes[0], inputShapes[1], inputShapes[2]};
    }

    private static AttentionInputs adapt(NDList inputs) {
        return switch (inputs.size()) {
            case 1 -> AttentionInputs.self(inputs.get(0));
            case 2 -> AttentionInputs.self(inputs.get(0)).withMask(mask(inputs.get(1)));
            case 3 -> AttentionInputs.of(inputs.get(0), inputs.get(1), inputs.get(2));
            case 4 ->
                    AttentionInputs.of(inputs.get(0), inputs.get(1), inputs.get(2))
                            .withMask(mask(inputs.get(3)));
            default ->
                    throw new IllegalArgumentException(
                            "attention takes [x], [x, mask], [query, key, value] or [query, key, value, mask], got "
                                    + inputs.size()
                                    + " arrays");
        };
    }

    private static AttentionMask mask(NDArray visible) {
        return visible.getShape().dimension() == 2
                ? AttentionMask.keys(visible)
                : AttentionMask.dense(visible);
    }
}
