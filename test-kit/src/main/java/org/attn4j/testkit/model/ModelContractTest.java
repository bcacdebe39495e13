package org.attn4j.testkit.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every model of a family must do. A family's test extends this and says what a small
 * configuration is; the family must be found by the {@link java.util.ServiceLoader}, as in use.
 */
@Tag("engine")
public abstract class ModelContractTest {

    protected static final int B = 2;
    protected static final int T = 5;

    private static final int PADDING = 3;

    /**
     * How far rounded results may be off. A number of int8 is off by up to half a step of 1/127 of
     * the largest in its row, about 1 % of a usual one; layers add that up, and some amplify it.
     * What is computed wrong is off by its whole size.
     */
    private static final double MOST_ROUNDED = 0.25;

    protected NDManager manager;

    /** The content of {@code config.json}, of a model with few and small layers. */
    protected abstract JsonObject config() throws IOException;

    /** The model that is tested: what the configuration names first. */
    protected String architecture() throws IOException {
        return config().getAsJsonArray("architectures").get(0).getAsString();
    }

    /** How many tokens the model knows; those from 5 on are taken, without that of padding. */
    protected int vocabularySize() throws IOException {
        return config().get("vocab_size").getAsInt();
    }

    /** The token that fills up rows. */
    protected int padId() throws IOException {
        JsonObject config = config();
        boolean given = config.has("pad_token_id") && !config.get("pad_token_id").isJsonNull();
        return given ? config.get("pad_token_id").getAsInt() : 0;
    }

    /**
     * Inputs beside ids, masks and the target of an encoder-decoder, by their names.
     *
     * @param owner where they live
     * @param length how many tokens each of the B rows has, with its padding
     */
    protected Map<String, NDArray> furtherInputs(NDManager owner, int length) throws IOException {
        return Map.of();
    }

    /**
     * Whether a parameter may have no gradient: one that the outputs do not depend on, as they do
     * not on the bias of keys under a softmax.
     */
    protected boolean mayLackGradient(String path) {
        return path.endsWith("key_proj.bias");
    }

    /** Whether {@code inputs_embeds} may take the place of {@code input_ids}. */
    protected boolean takesVectors() {
        return true;
    }

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** A model with parameters that are the same in every run and on every engine. */
    protected final PretrainedModel model(NDManager owner) throws IOException {
        PretrainedModel model = ModelFamilies.create(config(), architecture());
        model.initialize(owner, DataType.FLOAT32, model.smallestInput());
        long seed = 100;
        for (Parameter parameter : BlockParameters.of(model).byPath().values()) {
            NDArray array = parameter.getArray();
            try (NDArray moved = Numbers.random(owner, seed++, array.getShape()).muli(0.2f)) {
                array.addi(moved);
            }
        }
        return model;
    }

    /** B rows of T tokens, filled up with padding that the masks hide. */
    protected final ModelInputs inputs(PretrainedModel model, NDManager owner, int padding)
            throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put("input_ids", ids(owner, 1, padding));
        arrays.put("attention_mask", mask(owner, padding));
        if (model instanceof SequenceToSequenceModel) {
            arrays.put("decoder_input_ids", ids(owner, 2, 0));
        }
        arrays.putAll(furtherInputs(owner, T + padding));
        return new ModelInputs(arrays, null);
    }

    private NDArray ids(NDManager owner, long seed, int padding) throws IOException {
        Random random = new Random(seed);
        long[] ids = new long[B * (T + padding)];
        for (int i = 0; i < ids.length; i++) {
            if (i % (T + padding) >= T) {
                ids[i] = padId();
            } else {
                int token = 5 + random.nextInt(vocabularySize() - 6);
                ids[i] = token == padId() ? token + 1 : token;
            }
        }
        return HostArrays.of(owner, ids, new Shape(B, T + padding));
    }

    private static NDArray mask(NDManager owner, int padding) {
        long[] mask = new long[B * (T + padding)];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % (T + padding) < T ? 1 : 0;
        }
        return HostArrays.of(owner, mask, new Shape(B, T + padding));
    }

    private static Map<String, NDArray> run(PretrainedModel model, ModelInputs in) {
        NDManager owner = in.arrays().values().iterator().next().getManager();
        return model.run(new ParameterStore(owner, false), in, false).arrays();
    }

    @Test
    protected void theOutputsHaveARowForEachInput() throws IOException {
        PretrainedModel model = model(manager);
        Map<String, NDArray> outputs = run(model, inputs(model, manager, 0));
        assertFalse(outputs.isEmpty());
        outputs.forEach(
                (name, array) -> {
                    Shape shape = array.getShape();
                    assertEquals(B, shape.get(0), name + " " + shape);
                    if (name.equals("last_hidden_state")) {
                        assertEquals(3, shape.dimension(), name + " " + shape);
                        assertEquals(T, shape.get(1), name + " " + shape);
                    }
                    for (float value : array.toType(DataType.FLOAT32, false).toFloatArray()) {
                        assertTrue(Float.isFinite(value), name + " has " + value);
                    }
                });
        assertEquals(architecture(), model.architecture());
    }

    @Test
    protected void paddingChangesNothing() throws IOException {
        PretrainedModel model = model(manager);
        assumeTrue(
                model.batchClass(T) == model.batchClass(T + PADDING),
                "the model says that it looks at the longest row");
        Map<String, NDArray> alone = run(model, inputs(model, manager, 0));
        run(model, inputs(model, manager, PADDING))
                .forEach(
                        (name, array) -> {
                            boolean wider =
                                    array.getShape().dimension() > 1
                                            && array.getShape().get(1) == T + PADDING;
                            NDArray tokens = wider ? array.get(new NDIndex(":, :" + T)) : array;
                            close(name, alone.get(name), tokens, 1e-4);
                        });
    }

    @Test
    protected void rowsOfTheBatchDoNotMix() throws IOException {
        PretrainedModel model = model(manager);
        ModelInputs both = inputs(model, manager, 0);
        Map<String, NDArray> one = new LinkedHashMap<>();
        both.arrays().forEach((name, array) -> one.put(name, array.get(new NDIndex("1:"))));
        Map<String, NDArray> expected = run(model, both);
        run(model, new ModelInputs(one, null))
                .forEach(
                        (name, array) ->
                                close(
                                        name,
                                        expected.get(name).get(new NDIndex("1:")),
                                        array,
                                        1e-4));
    }

    @Test
    protected void anObserverIsToldTheWeightsAndChangesNothing() throws IOException {
        PretrainedModel model = model(manager);
        ModelInputs in = inputs(model, manager, 0);
        ModelObserver observer = new ModelObserver();
        Map<String, NDArray> observed = run(model, in.withObserver(observer));
        assertFalse(observer.arrays().isEmpty(), "the observer was told nothing");
        run(model, in).forEach((name, array) -> close(name, array, observed.get(name), 1e-4));
    }

    /** A matrix product may differ in its last bit with where its operands lie in memory. */
    @Test
    protected void vectorsInPlaceOfIdsGiveTheSame() throws IOException {
        PretrainedModel model = model(manager);
        ModelInputs in = inputs(model, manager, 0);
        NDArray ids = in.require("input_ids");
        ParameterStore parameters = new ParameterStore(manager, false);
        if (!takesVectors()) {
            assertThrows(
                    IllegalArgumentException.class, () -> model.inputEmbeddings(parameters, ids));
            ModelInputs both = in.with("inputs_embeds", ids);
            assertThrows(IllegalArgumentException.class, () -> run(model, both));
            return;
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>(in.arrays());
        NDArray vectors = model.inputEmbeddings(parameters, ids);
        arrays.put("inputs_embeds", vectors);
        assertThrows(
                IllegalArgumentException.class, () -> run(model, new ModelInputs(arrays, null)));
        arrays.remove("input_ids");
        Map<String, NDArray> expected = run(model, in);
        ModelInputs inPlace = new ModelInputs(arrays, null);
        model.run(parameters, inPlace, false)
                .arrays()
                .forEach((name, array) -> close(name, expected.get(name), array, 1e-6));
        arrays.put("inputs_embeds", vectors.get(":, :, 1:"));
        assertThrows(
                IllegalArgumentException.class, () -> run(model, new ModelInputs(arrays, null)));
        arrays.remove("inputs_embeds");
        assertThrows(
                IllegalArgumentException.class, () -> run(model, new ModelInputs(arrays, null)));
    }

    @Test
    protected void gradientsReachEveryParameter() throws IOException {
        PretrainedModel model = model(manager);
        ModelInputs in = inputs(model, manager, 0);
        BlockParameters.of(model)
                .byPath()
                .values()
                .forEach(parameter -> parameter.getArray().setRequiresGradient(true));
        TestEngine.backward(
                () ->
                        run(model, in).values().stream()
                                .filter(array -> array.getDataType().isFloating())
                                .map(array -> array.square().mean())
                                .reduce(NDArray::add)
                                .orElseThrow());
        Set<String> without = new TreeSet<>();
        BlockParameters.of(model)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            float[] gradient = parameter.getArray().getGradient().toFloatArray();
                            boolean any = false;
                            for (float value : gradient) {
                                assertTrue(Float.isFinite(value), path + " has " + value);
                                any |= value != 0;
                            }
                            if (!any && !mayLackGradient(path)) {
                                without.add(path);
                            }
                        });
        assertEquals(Set.of(), without, "parameters without a gradient");
    }

    /** Also that the table of weights names every parameter once, and nothing else. */
    @Test
    protected void aSavedModelIsTheSameModel(@TempDir Path folder) throws IOException {
        PretrainedModel model = model(manager);
        JsonFiles.write(folder.resolve("config.json"), config());
        WeightLoader.save(model, model.weights(), folder);
        Map<String, NDArray> expected = run(model, inputs(model, manager, 0));
        try (LoadedModel loaded =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optArchitecture(architecture())
                                .load(folder);
                NDManager own = loaded.manager().newSubManager()) {
            assertEquals(List.of(), loaded.report().missing());
            assertEquals(List.of(), loaded.report().unused());
            Map<String, Parameter> before = BlockParameters.of(model).byPath();
            BlockParameters.of(loaded.model())
                    .byPath()
                    .forEach(
                            (path, parameter) ->
                                    assertArrayEquals(
                                            before.get(path).getArray().toFloatArray(),
                                            parameter.getArray().toFloatArray(),
                                            path));
            // a matrix product may differ in its last bit with where its operands lie in memory
            run(loaded.model(), inputs(loaded.model(), own, 0))
                    .forEach((name, array) -> close(name, expected.get(name), array, 1e-5));
        }
    }

    /** Also of rows with padding, and that an observer is told the same weights. */
    @Test
    protected void packedWeightsGiveTheSame() throws IOException {
        PretrainedModel model = model(manager);
        for (int padding : new int[] {0, PADDING}) {
            ModelInputs in = inputs(model, manager, padding);
            Map<String, NDArray> expected = run(model, in);
            ModelObserver plain = new ModelObserver();
            run(model, in.withObserver(plain));
            Packable.packAll(model, manager, Precision.FP32);
            run(model, in).forEach((name, array) -> close(name, expected.get(name), array, 1e-4));
            ModelObserver packed = new ModelObserver();
            run(model, in.withObserver(packed));
            assertEquals(plain.arrays().keySet(), packed.arrays().keySet());
            packed.arrays()
                    .forEach((name, array) -> close(name, plain.arrays().get(name), array, 1e-4));
            Packable.unpackAll(model);
            run(model, in).forEach((name, array) -> close(name, expected.get(name), array, 1e-6));
        }
    }

    /** As in {@link #packedWeightsGiveTheSame}, but to what the numbers are rounded to. */
    @Test
    protected void lowPrecisionsGiveNearlyTheSame() throws IOException {
        PretrainedModel model = model(manager);
        ModelInputs in = inputs(model, manager, PADDING);
        Map<String, NDArray> expected = run(model, in);
        boolean any = false;
        for (Precision precision : new Precision[] {Precision.BF16, Precision.INT8}) {
            try {
                Packable.packAll(model, manager, precision);
            } catch (IllegalArgumentException e) {
                continue; // another engine, or a processor without it
            }
            any = true;
            run(model, in)
                    .forEach(
                            (name, array) -> {
                                NDArray right = expected.get(name).toType(DataType.FLOAT32, false);
                                double off = array.sub(right).norm().getFloat();
                                double size = right.norm().getFloat();
                                assertTrue(
                                        off <= MOST_ROUNDED * size,
                                        () ->
                                                "%s in %s: %s of %s"
                                                        .formatted(name, precision, off, size));
                            });
        }
        assumeTrue(any, "no lower precision is to be had here");
    }

    /** Every thread computes exactly what one of them computes alone. */
    @Test
    protected void twoThreadsShareAModel() throws Exception {
        PretrainedModel model = model(manager);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<List<Float>> task =
                    () -> {
                        try (NDManager own = manager.newSubManager()) {
                            List<Float> values = new ArrayList<>();
                            for (NDArray array : run(model, inputs(model, own, 0)).values()) {
                                NDArray numbers = array.toType(DataType.FLOAT32, false);
                                for (float value : numbers.toFloatArray()) {
                                    values.add(value);
                                }
                            }
                            return values;
                        }
                    };
            List<Float> expected = threads.submit(task).get();
            for (Future<List<Float>> result : threads.invokeAll(Collections.nCopies(6, task))) {
                assertEquals(expected, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    protected void nothingIsLeftOnTheManagerOfTheParameters() throws IOException {
        try (NDManager owner = TestEngine.manager()) {
            PretrainedModel model = model(owner);
            run(model, inputs(model, manager, 0));
            int before = owner.getManagedArrays().size();
            run(model, inputs(model, manager, 0));
            assertEquals(before, owner.getManagedArrays().size(), "arrays that a call left behind");
        }
    }

    private static void close(String what, NDArray expected, NDArray actual, double tolerance) {
        assertEquals(expected.getShape(), actual.getShape(), what);
        Numbers.assertClose(
                what,
                expected.toType(DataType.FLOAT32, false).toFloatArray(),
                actual.toType(DataType.FLOAT32, false).toFloatArray(),
                tolerance,
                tolerance);
    }
}
