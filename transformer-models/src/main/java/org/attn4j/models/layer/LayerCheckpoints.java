package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.common.Require;

/**
 * A parameter store of training passes whose layers keep what goes into them and nothing of what
 * they make on the way: each is run again, with the same random numbers, when its gradient is taken
 * (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", section 3).
 *
 * <p>A layer's input is cut off from what made it, so that a backward pass of the loss ends at the
 * last layer's output; {@link #backward} goes on from there. Whatever a pass calls beside its
 * layers is recorded as ever.
 */
public final class LayerCheckpoints extends ParameterStore {

    private static final int SEEDS = 1 << 24; // floats hold these exactly

    private final List<Step> steps = new ArrayList<>();
    private final Map<NDArray, NDArray> leaves = new IdentityHashMap<>();
    private boolean enabled;

    /** A layer: from its input and the memory, which may be null, to its output. */
    interface Layer {

        NDArray run(NDArray x, NDArray memory);
    }

    /** Something that a gradient goes back through. */
    private interface Step {

        void backward(Consumer<NDArray> collector);
    }

    /**
     * Creates a store that keeps everything until it is {@linkplain #enable enabled}.
     *
     * @param manager the manager of copies of parameters
     */
    public LayerCheckpoints(NDManager manager) {
        super(manager, false);
    }

    /**
     * Sets whether layers are run again.
     *
     * @param enabled whether they are
     * @throws IllegalArgumentException if the engine does not add up the gradients of several
     *     backward passes
     */
    public void enable(boolean enabled) {
        Require.that(
                !enabled || Kernels.addGradientsUp(getManager()),
                "checkpointing needs an engine that adds up the gradients of several backward passes, got engine=%s",
                getManager().getEngine().getEngineName());
        this.enabled = enabled;
    }

    boolean isEnabled() {
        return enabled;
    }

    /** Forgets the pass before, whether its gradient was taken or not. */
    public void begin() {
        steps.clear();
        leaves.clear();
    }

    /** Runs a layer, and keeps how to run it again. */
    NDArray run(Layer layer, NDArray x, NDArray memory) {
        NDArray input = leafOf(x);
        NDArray remembered = memory == null ? null : leafOf(memory);
        int seed = seed(x.getManager());
        NDArray output;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            seed(x, seed);
            output = leaf(layer.run(input, remembered));
            NDScope.unregister(output);
        }
        NDScope.register(output);
        leaves.put(output, output);
        steps.add(
                collector -> {
                    try (NDScope scope = new NDScope()) {
                        scope.suppressNotUsedWarning();
                        seed(input, seed);
                        NDArray again = layer.run(input, remembered);
                        collector.accept(again.mul(output.getGradient()).sum());
                    }
                });
        return output;
    }

    private static int seed(NDManager manager) {
        try (NDArray drawn = manager.randomUniform(0, SEEDS, new Shape(1))) {
            return (int) drawn.getFloat();
        }
    }

    private static void seed(NDArray array, int seed) {
        array.getManager().getEngine().setRandomSeed(seed);
    }

    private NDArray leafOf(NDArray array) {
        NDArray known = leaves.get(array);
        if (known != null) {
            return known;
        }
        NDArray cut = leaf(array);
        leaves.put(array, cut);
        steps.add(
                collector -> {
                    try (NDScope scope = new NDScope()) {
                        scope.suppressNotUsedWarning();
                        NDArray sum = array.mul(cut.getGradient()).sum();
                        // where all before is frozen, this alone can be differentiated
                        NDArray zero = leaf(sum.zerosLike());
                        collector.accept(sum.add(zero));
                    }
                });
        return cut;
    }

    private static NDArray leaf(NDArray array) {
        NDArray leaf = array.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /**
     * Takes the rest of the gradient, after a backward pass of the loss: through the layers, the
     * last first.
     *
     * @param collector runs a backward pass of a scalar
     */
    public void backward(Consumer<NDArray> collector) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            steps.get(i).backward(collector);
        }
        begin();
    }
}
