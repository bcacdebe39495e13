package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.WeightTable.Binding;
import org.attn4j.models.checkpoint.WeightTable.Bindings;

/**
 * Carries weights between a checkpoint and the parameters of a block.
 *
 * <p>A block that is not initialised is initialised with the stored values as it goes: no random
 * numbers are made first, and where the engine can, the parameters are the file itself, mapped
 * copy-on-write ({@link TensorSource#map}). A block that is, keeps its arrays and gets their
 * content changed. Load before {@code Trainer.initialize}: DJL's trainers keep copies of the
 * parameters on some engines.
 */
public final class WeightLoader {

    private WeightLoader() {}

    /**
     * Loads weights as float32.
     *
     * @param block the block; afterwards it is initialised
     * @param manager the manager that will own the parameters, the model's own usually
     * @param source the checkpoint
     * @param table which tensor is which parameter
     * @param strictness what may differ
     * @param inputShapes the shapes of some input, asked for when the block is not initialised
     * @return what was found
     * @throws WeightMismatchException if more differs than is allowed; the block is then as it was
     * @throws IOException if reading fails
     */
    public static LoadReport load(
            Block block,
            NDManager manager,
            TensorSource source,
            WeightTable table,
            Strictness strictness,
            Shape... inputShapes)
            throws IOException {
        return load(block, manager, source, table, strictness, DataType.FLOAT32, inputShapes);
    }

    /**
     * Loads weights as a type.
     *
     * @param block the block; afterwards it is initialised
     * @param manager the manager that will own the parameters, the model's own usually
     * @param source the checkpoint
     * @param table which tensor is which parameter
     * @param strictness what may differ
     * @param type the type of the parameters of a block that is not initialised; one that is keeps
     *     its types
     * @param inputShapes the shapes of some input, asked for when the block is not initialised
     * @return what was found
     * @throws WeightMismatchException if more differs than is allowed; the block is then as it was
     * @throws IOException if reading fails
     */
    public static LoadReport load(
            Block block,
            NDManager manager,
            TensorSource source,
            WeightTable table,
            Strictness strictness,
            DataType type,
            Shape... inputShapes)
            throws IOException {
        Loading loading = new Loading(source, table, table.bind(BlockParameters.of(block)), type);
        if (block.isInitialized()) {
            loading.check(table);
            loading.require(strictness);
        } else {
            Require.that(
                    inputShapes.length != 0,
                    "the block is not initialised: give the shapes of its inputs, or"
                            + " initialise it first");
            loading.findShapes(block, manager, inputShapes);
            loading.check(table);
            loading.require(strictness);
            loading.initialize(manager);
        }
        loading.fill();
        return loading.report();
    }

    /**
     * Compares a checkpoint with a block, without loading anything.
     *
     * @param block the block, not initialised; it stays so
     * @param manager an engine, by which the block says what it needs
     * @param source the checkpoint
     * @param table which tensor is which parameter
     * @param inputShapes the shapes of some input
     * @return what loading would find; {@code loaded} counts what fits
     * @throws IOException if reading fails
     */
    public static LoadReport compare(
            Block block,
            NDManager manager,
            TensorSource source,
            WeightTable table,
            Shape... inputShapes)
            throws IOException {
        Loading loading =
                new Loading(source, table, table.bind(BlockParameters.of(block)), DataType.FLOAT32);
        loading.findShapes(block, manager, inputShapes);
        loading.check(table);
        return loading.report();
    }

    /**
     * Saves the weights of a block into a model directory, sharded above 5 GB, under the names of
     * the table.
     *
     * @param block the block, initialised
     * @param table which tensor is which parameter
     * @param directory the directory, which exists
     * @throws IOException if writing fails
     * @throws IllegalArgumentException if the table does not name every parameter
     */
    public static void save(Block block, WeightTable table, Path directory) throws IOException {
        SafetensorsWriter.builder().build().writeModel(directory, contents(block, table));
    }

    /**
     * Returns the weights of a block under the names of a table, for a writer of the caller's.
     *
     * @param block the block, initialised
     * @param table which tensor is which parameter
     * @return the tensors in the order of the block; tied parameters once
     * @throws IllegalArgumentException if the table does not name every parameter
     */
    public static List<TensorContent> contents(Block block, WeightTable table) {
        return contents(block, table, Map.of());
    }

    /**
     * Returns the weights of a block as a file kept them that they were loaded from: under its
     * names, in its types.
     *
     * @param block the block, initialised
     * @param table which tensor is which parameter
     * @param stored {@link LoadReport#stored()}; tensors that it does not tell of have the table's
     *     names and the parameters' own types
     * @return the tensors in the order of the block
     * @throws IllegalArgumentException if the table does not name every parameter
     */
    public static List<TensorContent> contents(
            Block block, WeightTable table, Map<String, List<LoadReport.Stored>> stored) {
        Bindings bindings = table.bind(BlockParameters.of(block));
        if (!bindings.uncovered().isEmpty()) {
            throw new IllegalArgumentException(
                    "the weights cannot be saved: the table names no tensor for "
                            + bindings.uncovered());
        }
        List<TensorContent> contents = new ArrayList<>();
        for (Binding binding : bindings.bindings()) {
            NDList arrays = new NDList();
            binding.parameters().forEach(parameter -> arrays.add(parameter.getArray()));
            boolean lacking = !stored.isEmpty() && !stored.containsKey(binding.name());
            if (lacking && table.mayLack(binding.name()) && isZero(arrays)) {
                continue; // as in the file that it came from
            }
            TensorType own = TensorType.of(arrays.head().getDataType());
            List<LoadReport.Stored> same = List.of(new LoadReport.Stored(binding.name(), own));
            List<LoadReport.Stored> found = stored.getOrDefault(binding.name(), same);
            if (found.isEmpty() && !isTwin(binding, bindings.bindings())) {
                found = same; // it was read from another's tensor, and has changed since
            }
            for (LoadReport.Stored as : found) {
                contents.add(
                        binding.layout() == TensorLayouts.same()
                                ? TensorContent.of(as.name(), arrays.singletonOrThrow(), as.type())
                                : new JoinedContent(
                                        as.name(), binding.layout(), arrays, as.type()));
            }
        }
        return contents;
    }

    /** Whether a parameter equals one whose tensor it may be read from. */
    private static boolean isTwin(Binding binding, List<Binding> all) {
        NDArray own = binding.parameters().get(0).getArray();
        return all.stream()
                .filter(other -> other != binding && binding.names().contains(other.name()))
                .map(other -> other.parameters().get(0).getArray())
                .anyMatch(
                        other ->
                                other.getShape().equals(own.getShape())
                                        && other.contentEquals(own));
    }

    private static boolean isZero(NDList arrays) {
        return arrays.stream().allMatch(array -> array.neq(0).sum().toLongArray()[0] == 0);
    }

    private static List<Shape> shapes(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::getShape).toList();
    }

    /** One run from a checkpoint into a block. */
    private static final class Loading {

        private final TensorSource source;
        private final DataType type;
        private final List<Binding> bindings;
        private final Map<Binding, String> found = new LinkedHashMap<>();
        private final Map<Parameter, Initializer> fresh = new LinkedHashMap<>();
        private final Set<Parameter> filled = new HashSet<>();
        private final Set<Binding> misfits = new HashSet<>();
        private final List<String> missing;
        private final List<String> unused = new ArrayList<>();
        private final List<String> ignored = new ArrayList<>();
        private final Map<String, List<LoadReport.Stored>> stored = new LinkedHashMap<>();
        private final List<LoadReport.Misshapen> misshapen = new ArrayList<>();

        Loading(TensorSource source, WeightTable table, Bindings bindings, DataType type) {
            this.source = source;
            this.type = type;
            this.bindings = bindings.bindings();
            this.missing = new ArrayList<>(bindings.uncovered());
            for (Binding binding : this.bindings) {
                binding.names().stream()
                        .filter(source.names()::contains)
                        .findFirst()
                        .ifPresent(name -> found.put(binding, name));
                if (!found.containsKey(binding) && !table.mayLack(binding.name())) {
                    missing.add(binding.name());
                }
            }
        }

        /** Compares names and shapes; the shapes of all parameters are known by now. */
        void check(WeightTable table) throws IOException {
            Set<String> used = new HashSet<>();
            for (Binding binding : bindings) {
                String name = found.get(binding);
                if (name == null) {
                    continue;
                }
                source.info(name).requireReadable(source.path());
                List<LoadReport.Stored> kept = new ArrayList<>();
                for (String other : binding.names()) {
                    boolean same =
                            other.equals(name)
                                    || source.names().contains(other)
                                            && TensorBytes.same(source, name, other);
                    if (same && used.add(other)) {
                        kept.add(new LoadReport.Stored(other, source.info(other).type()));
                    }
                }
                stored.put(binding.name(), List.copyOf(kept));
                Shape expected = binding.layout().storedShape(shapes(binding.parameters()));
                if (!source.info(name).shape().equals(expected)) {
                    misfits.add(binding);
                    misshapen.add(
                            new LoadReport.Misshapen(name, expected, source.info(name).shape()));
                }
            }
            source.names().stream()
                    .filter(name -> !used.contains(name))
                    .forEach(name -> (table.ignores(name) ? ignored : unused).add(name));
        }

        LoadReport report() {
            int loaded = 0;
            for (Binding binding : bindings) {
                loaded +=
                        found.containsKey(binding) && !misfits.contains(binding)
                                ? binding.parameters().size()
                                : 0;
            }
            return new LoadReport(
                    source.path(), loaded, missing, unused, misshapen, ignored, stored);
        }

        void require(Strictness strictness) throws WeightMismatchException {
            if (!report().satisfies(strictness)) {
                throw new WeightMismatchException(report());
            }
        }

        /**
         * Lets the block say what it needs, without taking any memory for it: a configuration that
         * asks for more than the file holds is refused before.
         */
        void findShapes(Block block, NDManager manager, Shape... inputShapes) {
            BlockParameters.of(block).byPath().values().stream()
                    .filter(parameter -> !parameter.isInitialized())
                    .forEach(parameter -> fresh.put(parameter, parameter.getInitializer()));
            try (NDManager scratch = manager.newSubManager()) {
                fresh.keySet()
                        .forEach(
                                parameter ->
                                        parameter.setInitializer(
                                                (owner, shape, asked) ->
                                                        scratch.create(new Shape(1))));
                block.initialize(manager, type, inputShapes);
            } finally {
                undo();
            }
        }

        /** Makes the block what it was, but for the shapes, which it keeps. */
        private void undo() {
            fresh.forEach(
                    (parameter, initializer) -> {
                        parameter.close();
                        parameter.setInitializer(initializer);
                    });
        }

        /** Makes the parameters, with what is stored or as new. */
        void initialize(NDManager manager) throws IOException {
            try {
                for (Map.Entry<Binding, String> entry : found.entrySet()) {
                    if (!misfits.contains(entry.getKey())) {
                        initialize(entry.getKey(), entry.getValue(), manager);
                    }
                }
                for (Parameter parameter : fresh.keySet()) {
                    parameter.initialize(manager, type); // unless it is already
                }
            } catch (IOException | RuntimeException e) {
                undo();
                throw e;
            }
            fresh.forEach(Parameter::setInitializer);
        }

        private void initialize(Binding binding, String tensor, NDManager manager)
                throws IOException {
            for (Parameter parameter : binding.parameters()) {
                if (!fresh.containsKey(parameter)) {
                    continue;
                }
                boolean asStored = binding.layout() == TensorLayouts.same();
                NDArray array =
                        asStored
                                ? source.map(tensor, manager, type)
                                : manager.create(parameter.getShape(), type);
                parameter.setInitializer((owner, shape, asked) -> array);
                parameter.initialize(manager, type);
                if (asStored) {
                    filled.add(parameter);
                }
            }
        }

        /** Copies what initialisation has not put in place yet. */
        void fill() throws IOException {
            for (Map.Entry<Binding, String> entry : found.entrySet()) {
                Binding binding = entry.getKey();
                if (misfits.contains(binding) || filled.containsAll(binding.parameters())) {
                    continue;
                }
                NDArray first = binding.parameters().get(0).getArray();
                try (NDManager scratch = first.getManager().newSubManager()) {
                    NDArray stored = source.map(entry.getValue(), scratch, first.getDataType());
                    NDList parts =
                            binding.layout().toParameters(stored, shapes(binding.parameters()));
                    for (int i = 0; i < parts.size(); i++) {
                        overwrite(binding.parameters().get(i).getArray(), parts.get(i));
                    }
                }
            }
        }

        /**
         * An array that records gradients refuses to be changed, so it forgets them for the while.
         */
        private static void overwrite(NDArray target, NDArray values) {
            boolean gradient = target.hasGradient();
            if (gradient) {
                target.setRequiresGradient(false);
            }
            target.set(new NDIndex("..."), values);
            if (gradient) {
                target.setRequiresGradient(true);
            }
        }
    }

    /** Parameters that are stored in one tensor, put together when it is written. */
    private record JoinedContent(String name, TensorLayout layout, NDList arrays, TensorType type)
            implements TensorContent {

        @Override
        public Shape shape() {
            return layout.storedShape(List.of(arrays.getShapes()));
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            try (NDManager scratch = arrays.head().getManager().newSubManager()) {
                NDList values = new NDList();
                for (NDArray array : arrays) {
                    NDArray value = array.stopGradient();
                    value.attach(scratch);
                    values.add(value);
                }
                TensorContent.of(name, layout.toStored(values), type).writeTo(channel);
            }
        }
    }
}
