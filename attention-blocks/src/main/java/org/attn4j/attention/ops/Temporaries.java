package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What happens to the arrays that a computation makes on the way to its result: by themselves they
 * live until their manager closes, which is when a whole prediction ends.
 *
 * <p>They are freed with the step that made them, unless a gradient may still need them. Arrays
 * that are to outlive the step beside its result, such as those of a cache, are taken out by {@link
 * #keep}.
 */
public enum Temporaries {
    /** They stay: a gradient is recorded, or somebody watches them. */
    KEPT,
    /** They are freed with their step. */
    FREED;

    /**
     * Tells what must happen to the temporaries of a block.
     *
     * <p>Fetches the block's parameters, so that a store that copies them to a device does so now,
     * and not in a step at whose end the copies would be freed.
     *
     * @param block the block; null if there are no parameters
     * @param parameters where its parameters are found; null if there are none
     * @param training whether this is a training pass
     * @param inputs what the block computes with; null elements are passed over. The first is not
     *     null
     * @return {@link #KEPT} in a training pass, and where an input or a parameter has a gradient
     *     that is recorded
     */
    public static Temporaries of(
            Block block, ParameterStore parameters, boolean training, NDArray... inputs) {
        if (training) {
            return KEPT;
        }
        NDArray first = inputs[0];
        NDList all = new NDList();
        if (block != null) {
            fetch(block, parameters, first.getDevice(), all);
        }
        Arrays.stream(inputs).filter(Objects::nonNull).forEach(all::add);
        // Asked first, as it is one question instead of one for each parameter.
        return isRecording(first) && all.stream().anyMatch(NDArray::hasGradient) ? KEPT : FREED;
    }

    private static void fetch(
            Block block, ParameterStore parameters, Device device, NDList fetched) {
        for (Parameter parameter : block.getDirectParameters().values()) {
            if (parameter.isInitialized()) {
                fetched.add(parameters.getValue(parameter, device, false));
            }
        }
        for (Block child : block.getChildren().values()) {
            fetch(child, parameters, device, fetched);
        }
    }

    /**
     * Whether what is computed now on this thread is recorded. An engine that does not tell, MXNet,
     * keeps what its gradients need by itself.
     */
    private static boolean isRecording(NDArray like) {
        try (NDArray one = like.getManager().ones(new Shape(1))) {
            one.setRequiresGradient(true);
            try (NDArray product = one.mul(one)) {
                return product.hasGradient();
            }
        }
    }

    /**
     * Runs a step.
     *
     * @param step computes a new array: not one that was there before
     * @return the result, which the scope around the step has from now on, if there is one
     */
    public NDArray of(Supplier<NDArray> step) {
        return ofList(() -> new NDList(step.get())).singletonOrThrow();
    }

    /**
     * Runs a step of several results.
     *
     * @param step computes new arrays: none that was there before
     * @return the results, which the scope around the step has from now on, if there is one
     */
    public NDList ofList(Supplier<NDList> step) {
        if (this == KEPT) {
            return step.get();
        }
        NDList results;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            results = step.get();
            NDScope.unregister(results);
        }
        results.forEach(NDScope::register);
        return results;
    }

    /**
     * Closes the result of a step that the next one has used up.
     *
     * @param array the result
     */
    public void free(NDArray array) {
        if (this == FREED) {
            array.close();
        }
    }

    /**
     * Takes an array out of the step that made it: it lives as long as its manager, or until it is
     * closed.
     *
     * @param array an array that was made in the innermost step
     */
    public static void keep(NDArray array) {
        NDScope.unregister(array);
    }
}
