package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * TorchScript functions, compiled for one device and called by name through DJL's API alone.
 *
 * <p>A call records its gradient exactly when an array operation in the same thread would. The
 * result is on the manager of the first argument, so activations go before parameters. Any number
 * of threads may call.
 */
final class TorchModule implements AutoCloseable {

    /** The engine that runs these modules. */
    static final String ENGINE = "PyTorch";

    private static final String KERNELS = "kernels.torchscript";

    /**
     * The property by which DJL lets libtorch rewrite a function after its first calls, or not.
     * What it makes of one rounds otherwise, so that a process which goes on with a run would not
     * go on as the first one did; and it is no faster.
     */
    static final String OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

    /** DJL puts arrays whose names end like this into one list. */
    private static final String LIST = "[]";

    /** DJL gives names with a dot, a bracket or a colon a meaning of their own. */
    private static final Pattern PLAIN_NAME = Pattern.compile("\\w*");

    private final Model model; // kept: a model that is collected frees its module
    private final Block block;
    private final NDManager host;
    private final ParameterStore noParameters;
    private final NDArray nothing;
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();
    private final Map<List<Double>, NDArray> constants = new ConcurrentHashMap<>();

    private TorchModule(Model model) {
        this.model = model;
        block = model.getBlock();
        block.getDirectParameters(); // fetched once, before threads meet
        host = model.getNDManager().newSubManager(Device.cpu());
        noParameters = new ParameterStore(model.getNDManager(), false);
        nothing = lasting(model.getNDManager().zeros(new Shape(0)));
    }

    /**
     * Compiles the fused kernels.
     *
     * @param device where they will run
     * @return the module
     * @throws IOException if the source cannot be read, or this libtorch lacks an operator
     */
    static TorchModule ofKernels(Device device) throws IOException {
        if (System.getProperty(OPTIMIZER) == null) {
            System.setProperty(OPTIMIZER, "false"); // read at each call
        }
        try (InputStream in = TorchModule.class.getResourceAsStream(KERNELS)) {
            if (in == null) {
                throw new IOException("the resource " + KERNELS + " is missing from the jar");
            }
            return compile(new String(in.readAllBytes(), StandardCharsets.UTF_8), device);
        }
    }

    /**
     * Compiles functions.
     *
     * @param functions their TorchScript source, as methods indented by two spaces
     * @param device where they will run
     * @return the module
     * @throws IOException if libtorch refuses the source
     */
    static TorchModule compile(String functions, Device device) throws IOException {
        Model model = Model.newInstance("attn4j-kernels", device, ENGINE);
        try {
            model.load(new ByteArrayInputStream(TorchScriptArchive.assemble(functions)));
        } catch (MalformedModelException | EngineException e) {
            model.close();
            throw new IOException("libtorch refuses the kernels: " + e.getMessage(), e);
        }
        return new TorchModule(model);
    }

    /**
     * Calls a function of tensors that returns one tensor.
     *
     * @param method the function
     * @param arguments its arguments; the first decides the manager of the result
     * @return the result
     */
    NDArray call(String method, NDArray... arguments) {
        return callForAll(method, arguments).singletonOrThrow();
    }

    /**
     * Calls a function of tensors that returns several.
     *
     * @param method the function
     * @param arguments its arguments; the first decides the manager of the results
     * @return the results
     */
    NDList callForAll(String method, NDArray... arguments) {
        NDList inputs = new NDList(arguments.length + 1);
        NDList aliases = new NDList(0);
        for (NDArray argument : arguments) {
            inputs.add(plain(argument, aliases));
        }
        try {
            return forward(method, inputs);
        } finally {
            aliases.close();
        }
    }

    /**
     * Calls a function of lists of tensors, followed by single tensors, outside of any gradient: a
     * list reaches the function as aliases that share the memory of the arrays.
     *
     * @param method the function
     * @param lists its list arguments
     * @param scalars its other arguments, closed afterwards
     * @return the result, on the manager of the first array of the first list
     */
    NDArray callOnLists(String method, List<NDList> lists, NDArray... scalars) {
        NDList inputs = new NDList();
        for (int i = 0; i < lists.size(); i++) {
            inputs.addAll(list("list" + i, lists.get(i)));
        }
        inputs.addAll(List.of(scalars));
        NDList own = new NDList(inputs); // without the selector that the call adds
        try {
            return forward(method, inputs).singletonOrThrow();
        } finally {
            own.close();
        }
    }

    /**
     * Calls a function of tensors and lists of tensors that returns one tensor.
     *
     * @param method the function
     * @param arguments its arguments, lists by {@link #named}; the first decides the manager of the
     *     result
     * @return the result
     */
    NDArray callWithLists(String method, NDList arguments) {
        NDList aliases = new NDList(0);
        NDList inputs = new NDList(arguments.size() + 1);
        for (NDArray argument : arguments) {
            String name = argument.getName();
            inputs.add(name != null && name.endsWith(LIST) ? argument : plain(argument, aliases));
        }
        try {
            return forward(method, inputs).singletonOrThrow();
        } finally {
            aliases.close();
        }
    }

    /**
     * Makes arrays a list argument, until they have another name.
     *
     * @param name of the argument, different for each list of a call
     * @param arrays the arrays, which nobody else uses meanwhile
     * @return the arrays
     */
    static NDList named(String name, NDList arrays) {
        arrays.forEach(array -> array.setName(name + LIST));
        return arrays;
    }

    /**
     * Makes a list argument of arrays that others use: aliases that share their memory.
     *
     * @param name of the argument
     * @param arrays the arrays
     * @return the list, which has no gradient; close it
     */
    static NDList list(String name, List<NDArray> arrays) {
        NDList aliases = new NDList();
        arrays.forEach(array -> aliases.add(array.stopGradient()));
        return named(name, aliases);
    }

    /**
     * Numbers that do not change between calls, as one argument, in host memory.
     *
     * @param values the numbers, of few kinds in a process: they are kept
     * @return a vector, which stays the module's
     */
    NDArray constants(double... values) {
        return constants.computeIfAbsent(
                Arrays.stream(values).boxed().toList(), key -> lasting(vector(values)));
    }

    /**
     * An argument that is not there.
     *
     * @return an array of no elements, which stays the module's
     */
    NDArray nothing() {
        return nothing;
    }

    /** Takes an array out of whatever step comes first. */
    private static NDArray lasting(NDArray array) {
        Temporaries.keep(array);
        return array;
    }

    /**
     * A number as an argument, in host memory, where a function reads it without waiting for a
     * device.
     *
     * @param value the number
     * @return a scalar for the caller to close
     */
    NDArray scalar(double value) {
        return host.create(value);
    }

    /**
     * A whole number as an argument.
     *
     * @param value the number
     * @return a scalar for the caller to close
     */
    NDArray scalar(long value) {
        return host.create(value);
    }

    /**
     * Numbers as one argument.
     *
     * @param values the numbers
     * @return a vector for the caller to close
     */
    NDArray vector(double... values) {
        return host.create(values);
    }

    /**
     * Whole numbers as one argument.
     *
     * @param values the numbers
     * @return a vector for the caller to close
     */
    NDArray vector(long... values) {
        return host.create(values);
    }

    /** Frees the module. Those that a JVM uses all its life need not be closed. */
    @Override
    public void close() {
        model.close();
    }

    private NDList forward(String method, NDList inputs) {
        inputs.add(methods.computeIfAbsent(method, this::selector));
        // always "training": otherwise the call runs in inference mode, and autograd refuses its
        // result for ever
        return block.forward(noParameters, inputs, true);
    }

    /** An argument that DJL takes for the name of the method. */
    private NDArray selector(String method) {
        NDArray selector = lasting(model.getNDManager().create(0f));
        selector.setName("module_method:" + method);
        return selector;
    }

    private static NDArray plain(NDArray argument, NDList aliases) {
        String name = argument.getName();
        if (name == null || PLAIN_NAME.matcher(name).matches()) {
            return argument;
        }
        NDArray alias =
                argument.reshape(argument.getShape()); // a view, through which gradients pass
        aliases.add(alias);
        return alias;
    }
}
