package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.model.sentence.SentenceVectors;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The gradients of every family and head, with and without a collection between the passes. They
 * differ if DJL or we leave something to the garbage collector that a gradient needs.
 */
@Tag("engine")
class CollectedGradientsTest {

    @TestFactory
    List<DynamicTest> aCollectionChangesNoGradient() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : GoldenModels.all()) {
            tests.add(dynamicTest(folder.getFileName().toString(), () -> check(folder)));
        }
        return tests;
    }

    private static void check(Path folder) throws IOException {
        try (LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optTrainable(true)
                                .load(folder);
                ModelFixture fixture = ModelFixture.open(folder)) {
            Collection<Parameter> parameters = BlockParameters.of(model.model()).byPath().values();
            for (ModelFixture.Case one : cases(fixture)) {
                Map<String, float[]> plain =
                        gradients(model, fixture, one, CollectedGradientsTest::backward);
                Map<String, float[]> collected =
                        gradients(model, fixture, one, TestEngine::backward);
                boolean trained = false;
                for (Map.Entry<String, float[]> each : plain.entrySet()) {
                    float[] expected = each.getValue();
                    // the same operations, but a product may differ in its last bits with where its
                    // operands lie in memory
                    assertArrayEquals(
                            expected,
                            collected.get(each.getKey()),
                            1e-4f * largest(expected) + 1e-7f,
                            one.name() + ", " + each.getKey());
                    trained |= largest(expected) > 0;
                }
                assertTrue(trained || parameters.isEmpty(), one.name() + " has no gradient");
            }
        }
    }

    /** One case of each kind that has gradients: the others differ in their inputs alone. */
    private static Collection<ModelFixture.Case> cases(ModelFixture fixture) throws IOException {
        Map<String, ModelFixture.Case> cases = new LinkedHashMap<>();
        for (ModelFixture.Case one : fixture.cases()) {
            if (one.kind() != ModelFixture.Kind.GENERATE) {
                cases.putIfAbsent(one.kind() + " " + one.outputs().contains("loss"), one);
            }
        }
        return cases.values();
    }

    private static Map<String, float[]> gradients(
            LoadedModel model,
            ModelFixture fixture,
            ModelFixture.Case one,
            Consumer<Supplier<NDArray>> backward)
            throws IOException {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (NDManager manager = model.manager().newSubManager()) {
            Map<String, NDArray> arrays = fixture.inputs(one, manager);
            ModelInputs inputs = new ModelInputs(arrays, null);
            SentenceModel sentences =
                    one.kind() == ModelFixture.Kind.SENTENCE ? SentenceModel.of(model) : null;
            manager.getEngine().setRandomSeed(3); // of dropout
            backward.accept(
                    () -> scalar(model, sentences, inputs, new ParameterStore(manager, false)));
            BlockParameters.of(model.model())
                    .byPath()
                    .forEach(
                            (path, parameter) -> {
                                NDArray gradient = parameter.getArray().getGradient();
                                gradients.put(path, gradient.toFloatArray());
                                gradient.subi(gradient);
                            });
        }
        return gradients;
    }

    private static NDArray scalar(
            LoadedModel model,
            SentenceModel sentences,
            ModelInputs inputs,
            ParameterStore parameters) {
        if (sentences != null) {
            SentenceVectors vectors = sentences.embed(parameters, inputs, true);
            return vectors.pooled()
                    .square()
                    .mean()
                    .add(vectors.embeddings().square().square().sum())
                    .add(vectors.cosines().square().sum());
        }
        ModelOutputs outputs = model.model().run(parameters, inputs, true);
        if (outputs.get("loss") != null) {
            return outputs.require("loss");
        }
        return outputs.arrays().values().stream()
                .filter(array -> array.getDataType().isFloating())
                .map(array -> array.square().mean())
                .reduce(NDArray::add)
                .orElseThrow();
    }

    private static void backward(Supplier<NDArray> scalar) {
        try (GradientCollector collector =
                Engine.getEngine(TestEngine.name()).newGradientCollector()) {
            collector.backward(scalar.get());
        }
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
