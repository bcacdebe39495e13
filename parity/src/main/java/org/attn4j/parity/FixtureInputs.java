package org.attn4j.parity;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Kernels;

/**
 * The inputs of a dump as arrays, and the parameters of blocks bound to them.
 *
 * <p>An array whose gradient the dump holds asks for it. A parameter may be bound to an array that
 * is computed from those of the dump, such as a slice or a transpose: gradients then reach the
 * dump's own layout.
 */
public final class FixtureInputs {

    private static final String INPUTS = "in/";
    private static final String WEIGHTS = "weight/";

    private final Fixture fixture;
    private final NDManager manager;
    private final Kernels kernels;
    private final Map<String, NDArray> arrays = new TreeMap<>();
    private final Bindings bindings;

    /**
     * Reads the inputs.
     *
     * @param fixture the dump
     * @param manager where the arrays live
     * @param kernel the attention kernel that is asked for; null for the fastest
     */
    public FixtureInputs(Fixture fixture, NDManager manager, AttentionKernel kernel) {
        this.fixture = fixture;
        this.manager = manager;
        boolean reference = kernel == Kernels.reference().attention();
        kernels = reference ? Kernels.reference() : Kernels.of(manager);
        bindings = new Bindings(manager);
        boolean derivatives = !fixture.names(Parity.DERIVATIVES).isEmpty();
        for (String tensor : fixture.names(INPUTS)) {
            String name = tensor.substring(INPUTS.length());
            NDArray array = fixture.array(manager, tensor);
            if (fixture.has("grad/" + name) || derivatives && fixture.isFloat(tensor)) {
                array.setRequiresGradient(true);
            }
            arrays.put(name, array);
        }
    }

    /**
     * Returns the dump.
     *
     * @return its description and tensors
     */
    public Fixture fixture() {
        return fixture;
    }

    /**
     * Returns where the arrays live.
     *
     * @return a manager that is closed after the comparison
     */
    public NDManager manager() {
        return manager;
    }

    /**
     * Returns the kernels for what is not attention, such as losses: the reference if that was
     * asked for, else the fastest.
     *
     * @return the kernels
     */
    public Kernels kernels() {
        return kernels;
    }

    /**
     * Returns whether there is an input.
     *
     * @param name its name without {@code in/}
     * @return whether it is there
     */
    public boolean has(String name) {
        return arrays.containsKey(name);
    }

    /**
     * Returns whether there is a parameter.
     *
     * @param name its name without {@code in/weight/}
     * @return whether it is there
     */
    public boolean hasWeight(String name) {
        return has(WEIGHTS + name);
    }

    /**
     * Returns an input.
     *
     * @param name its name without {@code in/}
     * @return the array, always the same
     * @throws FixtureException if there is none of that name
     */
    public NDArray array(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new FixtureException(
                    "fixture " + fixture.name() + " has no tensor " + INPUTS + name);
        }
        return array;
    }

    /**
     * Returns a parameter.
     *
     * @param name its name without {@code in/weight/}
     * @return the array, always the same
     * @throws FixtureException if there is none of that name
     */
    public NDArray weight(String name) {
        return array(WEIGHTS + name);
    }

    /**
     * Returns a mask of visible keys.
     *
     * @param name an input (B, S), true where a key is visible
     * @return the mask; one that hides nothing if there is no such input
     */
    public AttentionMask keys(String name) {
        return has(name) ? AttentionMask.keys(array(name)) : AttentionMask.none();
    }

    /**
     * Binds a parameter of a block.
     *
     * @param block the block
     * @param path the names of its children and the parameter, joined by dots, such as {@code
     *     query_proj.weight}
     * @param array what the parameter is
     * @throws IllegalArgumentException if the block has no such parameter
     */
    public void bind(Block block, String path, NDArray array) {
        Block at = block;
        String[] steps = path.split("\\.");
        for (int i = 0; i < steps.length - 1; i++) {
            at = child(at, steps[i], path);
        }
        Parameter parameter = at.getDirectParameters().get(steps[steps.length - 1]);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    block.getClass().getSimpleName() + " has no parameter " + path);
        }
        bind(parameter, array);
    }

    /**
     * Binds a parameter.
     *
     * @param parameter the parameter
     * @param array what it is
     */
    public void bind(Parameter parameter, NDArray array) {
        bindings.bound.put(parameter, array);
        // A block that finds itself without parameters in training makes some: never used, small.
        parameter.setInitializer((m, shape, type) -> m.zeros(new Shape(1), type));
    }

    /**
     * Returns where blocks find the parameters that were bound.
     *
     * @return a store that gives the bound arrays, and fails for a parameter that is not bound
     */
    public ParameterStore parameters() {
        return bindings;
    }

    /** All inputs by name. */
    Map<String, NDArray> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    private static Block child(Block block, String name, String path) {
        for (Pair<String, Block> child : block.getChildren()) {
            // DJL puts the number of a child before its name.
            if (child.getKey().replaceFirst("^\\d{2,}", "").equals(name)) {
                return child.getValue();
            }
        }
        throw new IllegalArgumentException(
                block.getClass().getSimpleName() + " has no child " + name + ", asked for " + path);
    }

    /** Parameters are found among the bound arrays. */
    private static final class Bindings extends ParameterStore {

        private final Map<Parameter, NDArray> bound = new IdentityHashMap<>();

        Bindings(NDManager manager) {
            super(manager, false);
        }

        @Override
        public NDArray getValue(Parameter parameter, Device device, boolean training) {
            if (parameter == null) {
                return null; // an optional one that a block was built without
            }
            NDArray array = bound.get(parameter);
            if (array == null) {
                throw new IllegalStateException(
                        "parameter " + parameter.getName() + " is bound to nothing");
            }
            return array;
        }
    }
}
