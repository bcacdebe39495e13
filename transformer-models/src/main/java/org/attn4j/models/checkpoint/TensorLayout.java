package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * How the values of one or more parameters lie in a stored tensor, in both directions. The standard
 * ones are in {@link TensorLayouts}.
 *
 * <p>Arrays that an implementation returns may be views; the caller copies them.
 */
public interface TensorLayout {

    /**
     * Returns the shape that the stored tensor must have.
     *
     * @param parameters the shapes of the parameters
     * @return the stored shape
     * @throws IllegalArgumentException if such parameters cannot be stored so
     */
    Shape storedShape(List<Shape> parameters);

    /**
     * Takes the parameters out of a stored tensor.
     *
     * @param stored the tensor, of the stored shape
     * @param parameters the shapes of the parameters
     * @return the values in the order of the parameters, of these shapes
     */
    NDList toParameters(NDArray stored, List<Shape> parameters);

    /**
     * Puts parameters together as they are stored.
     *
     * @param parameters the values
     * @return the tensor, of the stored shape
     */
    NDArray toStored(NDList parameters);

    /**
     * Returns whether matrices (out, in) are stored as (in, out).
     *
     * @return false unless a layout says otherwise
     */
    default boolean isTransposed() {
        return false;
    }
}
