package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.Tie;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("engine")
class TransformerModelTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<TransformerConfig> variants() {
        Stream<TransformerConfig> positions =
                Stream.of(PositionKind.values())
                        .map(kind -> TinyModels.config().optPositions(kind).build());
        Stream<TransformerConfig> others =
                Stream.of(
                        TinyModels.config().optNormOrder(NormOrder.PRE).build(),
                        TinyModels.config()
                                .optTie(Tie.NONE)
                                .optOutputBias(true)
                                .optActivation(Activation.GELU)
                                .build(),
                        TinyModels.config()
                                .setVocabularySize(13)
                                .optTie(Tie.ALL)
                                .optNormOrder(NormOrder.PRE)
                                .optDecoderLayers(1)
                                .optDecoderHeads(2)
                                .optSinusoidLayout(SinusoidLayout.TENSOR2TENSOR)
                                .optFirstPosition(1)
                                .build());
        return Stream.concat(positions, others);
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("variants")
    void decodingStepByStepGivesTheFullForwardPass(TransformerConfig config) {
        TransformerModel model = TinyModels.model(config, manager);
        NDArray source = TinyModels.ids(manager, 3, 3, 4, 5, 2, 6, 2, 0, 0, 7, 8, 2, 0);
        NDArray input = TinyModels.ids(manager, 3, 1, 5, 6, 7, 1, 8, 9, 3, 1, 4, 4, 2);
        NDArray full = model.logits(source, input, null); // (3, 4, V)
        assertEquals(new Shape(3, 4, 13), full.getShape());
        try (StepDecoder decoder = model.start(manager, source)) {
            for (int t = 0; t < 4; t++) {
                NDArray step = decoder.step(input.get(":, {}", t));
                assertClose(full.get(":, {}", t), step, 2e-5);
            }
        }
    }

    @Test
    void rowsCanBeRepeatedReorderedAndDroppedWhileDecoding() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        NDArray source = TinyModels.ids(manager, 3, 3, 4, 2, 6, 2, 0, 7, 8, 2);
        try (StepDecoder decoder = model.start(manager, source)) {
            decoder.step(manager.create(new long[] {1, 1, 1}));
            decoder.select(new int[] {2, 0, 2, 2});
            assertEquals(4, decoder.rows());
            decoder.step(manager.create(new long[] {5, 6, 7, 8}));
            decoder.select(new int[] {3, 1, 0, 2}); // within the sources
            decoder.step(manager.create(new long[] {9, 10, 11, 12}));
            decoder.select(new int[] {3, 1, 0});
            NDArray last = decoder.step(manager.create(new long[] {4, 5, 6}));
            NDArray sources = TinyModels.ids(manager, 3, 7, 8, 2, 3, 4, 2, 7, 8, 2);
            NDArray inputs = TinyModels.ids(manager, 3, 1, 7, 12, 4, 1, 6, 10, 5, 1, 8, 9, 6);
            assertClose(model.logits(sources, inputs, null).get(":, 3"), last, 2e-5);
        }
    }

    @Test
    void paddingChangesNothing() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        NDArray alone =
                model.logits(
                        TinyModels.ids(manager, 1, 3, 4, 2),
                        TinyModels.ids(manager, 1, 1, 5, 6),
                        null);
        NDArray padded =
                model.logits(
                        TinyModels.ids(manager, 2, 3, 4, 2, 0, 0, 5, 5, 5, 5, 2),
                        TinyModels.ids(manager, 2, 1, 5, 6, 0, 1, 7, 8, 9),
                        null);
        assertClose(alone.get("0"), padded.get("0, :3"), 2e-5);
    }

    @Test
    void aTokenSeesNoLaterOne() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        NDArray source = TinyModels.ids(manager, 1, 3, 4, 2);
        NDArray one = model.logits(source, TinyModels.ids(manager, 1, 1, 5, 6, 7), null);
        NDArray other = model.logits(source, TinyModels.ids(manager, 1, 1, 5, 9, 3), null);
        assertClose(one.get("0, :2"), other.get("0, :2"), 1e-6);
        assertTrue(one.get("0, 2").sub(other.get("0, 2")).abs().max().getFloat() > 1e-3);
    }

    @Test
    void aSourceOfPaddingAloneGivesNumbers() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        NDArray logits =
                model.logits(
                        TinyModels.ids(manager, 1, 0, 0), TinyModels.ids(manager, 1, 1, 5), null);
        for (float value : logits.toFloatArray()) {
            assertTrue(Float.isFinite(value));
        }
    }

    @Test
    void anObserverSeesEveryAttention() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        Map<String, Shape> seen = new TreeMap<>();
        model.logits(
                TinyModels.ids(manager, 1, 3, 4, 2),
                TinyModels.ids(manager, 1, 1, 5),
                (place, weights) -> seen.put(place, weights.getShape()));
        assertEquals(
                Map.of(
                        "encoder.layers.0.self_attn", new Shape(1, 4, 3, 3),
                        "encoder.layers.1.self_attn", new Shape(1, 4, 3, 3),
                        "decoder.layers.0.self_attn", new Shape(1, 4, 2, 2),
                        "decoder.layers.1.self_attn", new Shape(1, 4, 2, 2),
                        "decoder.layers.0.encoder_attn", new Shape(1, 4, 2, 3),
                        "decoder.layers.1.encoder_attn", new Shape(1, 4, 2, 3)),
                seen);
    }

    @Test
    void initialValuesAreTheDocumentedOnes() {
        TransformerConfig config =
                TinyModels.config().optModelSize(64).setVocabularySize(500).build();
        TransformerModel model = new TransformerModel(config);
        model.initialize(manager);
        for (Pair<String, Parameter> pair : model.getParameters()) {
            NDArray array = pair.getValue().getArray();
            float largest = array.abs().max().getFloat();
            String name = pair.getKey();
            if (name.contains("shared")) {
                double deviation = Math.sqrt(array.square().mean().getFloat());
                assertEquals(1 / Math.sqrt(64), deviation, 0.005, name);
            } else if (name.endsWith("bias")) {
                assertEquals(0, largest, name);
            } else if (name.contains("norm")) {
                assertEquals(1, largest, name);
            } else {
                Shape shape = array.getShape();
                double bound = Math.sqrt(6.0 / (shape.get(0) + shape.get(1)));
                assertTrue(largest <= bound * 1.0001 && largest > 0.9 * bound, name);
            }
        }
    }

    /** The gradient of a sum of logits against the change of the sum, for every parameter. */
    @ParameterizedTest(name = "[{index}]")
    @MethodSource("gradientVariants")
    void gradientsAreThoseOfFiniteDifferences(TransformerConfig config) {
        TransformerModel model = TinyModels.model(config, manager);
        model.freezeParameters(false);
        NDArray source = TinyModels.ids(manager, 2, 3, 4, 5, 6, 7, 0);
        NDArray input = TinyModels.ids(manager, 2, 1, 5, 6, 1, 8, 0);
        NDArray direction = manager.randomNormal(new Shape(2, 3, 13));
        ParameterStore store = new ParameterStore(manager, false);
        TestEngine.backward(
                () ->
                        model.forward(store, new NDList(source, input), true)
                                .singletonOrThrow()
                                .mul(direction)
                                .sum());
        Map<String, float[]> gradients = new TreeMap<>();
        for (Pair<String, Parameter> pair : model.getParameters()) {
            gradients.put(pair.getKey(), pair.getValue().getArray().getGradient().toFloatArray());
        }
        model.freezeParameters(true);
        for (Pair<String, Parameter> pair : model.getParameters()) {
            float[] gradient = gradients.get(pair.getKey());
            boolean rotated =
                    config.positions() == PositionKind.ROTARY
                            && pair.getKey().contains("self_attn");
            if (pair.getKey().endsWith("key_proj_bias") && !rotated) {
                assertEquals(0, norm(gradient), 1e-3, "softmax takes key biases away");
            } else {
                assertDirectionalDerivative(
                        pair, gradient, () -> value(model, source, input, direction));
            }
        }
    }

    static Stream<TransformerConfig> gradientVariants() {
        // ReLU has a kink, which finite differences step over.
        return variants()
                .filter(config -> config.positions() != PositionKind.NONE)
                .map(
                        config ->
                                config.toBuilder()
                                        .optLayers(1)
                                        .optActivation(Activation.GELU_NEW)
                                        .build());
    }

    /** Steps along the gradient, where the derivative is the gradient's squared length. */
    private void assertDirectionalDerivative(
            Pair<String, Parameter> pair, float[] gradient, DoubleSupplier f) {
        NDArray array = pair.getValue().getArray();
        float[] values = array.toFloatArray();
        double length = norm(gradient);
        assertTrue(length > 1e-4, pair.getKey() + " has no gradient");
        double step = 2e-3;
        double difference =
                moved(array, values, gradient, step / length, f)
                        - moved(array, values, gradient, -step / length, f);
        moved(array, values, gradient, 0, () -> 0);
        assertEquals(length, difference / (2 * step), 0.02 * length + 5e-3, pair.getKey());
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private double moved(
            NDArray array, float[] values, float[] gradient, double factor, DoubleSupplier f) {
        float[] changed = values.clone();
        for (int i = 0; i < changed.length; i++) {
            changed[i] += (float) (factor * gradient[i]);
        }
        try (NDArray source = manager.create(changed, array.getShape())) {
            source.copyTo(array);
        }
        return f.getAsDouble();
    }

    private double value(TransformerModel model, NDArray source, NDArray input, NDArray direction) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray in = input.duplicate();
            in.attach(scratch);
            float[] logits = model.logits(source, in, null).toFloatArray();
            float[] weights = direction.toFloatArray();
            double sum = 0;
            for (int i = 0; i < logits.length; i++) {
                sum += (double) logits[i] * weights[i];
            }
            return sum;
        }
    }

    @Test
    void tiedEmbeddingsAreListedOnce() {
        TransformerConfig config = TinyModels.config().setVocabularySize(13).build();
        assertEquals(Tie.ALL, config.tie());
        long tables =
                TinyModels.model(config, manager).getParameters().values().stream()
                        .filter(parameter -> parameter.getShape().equals(new Shape(13, 16)))
                        .count();
        assertEquals(1, tables);
    }

    @Test
    void wrongInputsAreRefused() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        ParameterStore store = new ParameterStore(manager, false);
        NDList one = new NDList(TinyModels.ids(manager, 1, 3, 4));
        assertThrows(IllegalArgumentException.class, () -> model.forward(store, one, false));
        TransformerModel learned =
                TinyModels.model(
                        TinyModels.config()
                                .optPositions(PositionKind.LEARNED)
                                .optMaxLength(2)
                                .build(),
                        manager);
        NDArray source = TinyModels.ids(manager, 1, 3, 4, 2);
        NDArray input = TinyModels.ids(manager, 1, 1);
        assertThrows(IllegalArgumentException.class, () -> learned.logits(source, input, null));
    }

    private static void assertClose(NDArray expected, NDArray actual, double tolerance) {
        assertEquals(expected.getShape(), actual.getShape());
        assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), (float) tolerance);
    }
}
