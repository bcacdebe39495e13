package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.KernelChoice.Part;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.RotaryEmbedding.Layout;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sublayers in one call of a training pass, against their parts. */
class SublayersTest {

    private static final int SIZE = 24;

    private final String policy = System.getProperty(Kernels.PROPERTY, "auto");
    private NDManager manager;

    @BeforeEach
    void open() {
        assumeTrue(TestEngine.isPyTorch() && policy.equals("auto"));
        manager = TestEngine.manager();
        assertTrue(Kernels.of(manager).choice().fuses(Part.SUBLAYER));
    }

    @AfterEach
    void close() {
        System.setProperty(Kernels.PROPERTY, policy);
        if (manager != null) {
            manager.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PRE, RELU, 7, 0, false",
        "POST, GELU, 7, 0.2, false",
        "PRE, GELU_NEW, 11, 0.2, true",
        "POST, SILU, 11, 0, true",
        "NORMED, RELU, 7, 0, false"
    })
    void haveTheValuesAndGradientsOfTheirParts(
            NormOrder order, Activation activation, int length, float rate, boolean gated) {
        TransformerLayer layer =
                new TransformerLayer(
                        attention(rate),
                        AttentionMask.none(),
                        attention(rate),
                        new FeedForward(SIZE, 40, activation, gated, !gated, rate),
                        LayerLayout.of(() -> new LayerNorm(SIZE, 1e-5), order, rate));
        requireWholeAsParts(layer, length, null);
    }

    @ParameterizedTest
    @CsvSource({"HALVES, 8, 7, false", "INTERLEAVED, 4, 11, true", "HALVES, 4, 11, true"})
    void rotateQueriesAndKeysAsTheirPartsDo(Layout layout, int size, int length, boolean told) {
        RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(size).optLayout(layout).build();
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(SIZE)
                        .setHeads(3)
                        .optRotary(rotary)
                        .build();
        TransformerLayer layer =
                new TransformerLayer(
                        attention,
                        AttentionMask.none(),
                        attention(0),
                        new FeedForward(SIZE, 40, Activation.SILU, 0),
                        LayerLayout.of(() -> new LayerNorm(SIZE, 1e-5), NormOrder.PRE, 0));
        long[] late = LongStream.range(0, 2L * length).map(i -> 3 + 2 * i % 17).toArray();
        NDArray positions =
                told ? HostArrays.of(manager, late, new Shape(2, length)) : null; // (B, T)
        requireWholeAsParts(layer, length, positions);
        NDArray x = manager.randomNormal(new Shape(2, length, SIZE));
        assertTrue(attention.sublayer(x, null, positions).isPresent());
        assertTrue(attention.sublayer(x, x, null).isEmpty());
    }

    private void requireWholeAsParts(TransformerLayer layer, int length, NDArray positions) {
        manager.getEngine().setRandomSeed(5);
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, length, SIZE));
        List<float[]> whole = valuesAndGradients(layer, length, positions);
        System.setProperty(
                Kernels.PROPERTY, Kernels.of(manager).choice().without(Part.SUBLAYER).toString());
        List<float[]> parts = valuesAndGradients(layer, length, positions);
        for (int i = 0; i < parts.size(); i++) {
            // sums in another order, of up to 40 terms: gradients of norms are some dozens large
            Numbers.assertClose("array " + i, parts.get(i), whole.get(i), 2e-5, 1e-5);
        }
    }

    /** An observer is told the weights, which a whole sublayer does not have. */
    @Test
    void areLeftToTheirPartsForAnObserver() {
        TransformerLayer layer =
                new TransformerLayer(
                        attention(0),
                        new FeedForward(SIZE, 40, Activation.RELU, 0),
                        LayerLayout.of(() -> new LayerNorm(SIZE, 1e-5), NormOrder.PRE, 0));
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, 7, SIZE));
        List<String> told = new ArrayList<>();
        layer.forward(
                new ParameterStore(manager, false),
                manager.randomNormal(new Shape(2, 7, SIZE)),
                LayerInputs.of(AttentionMask.none()).withObserver((place, w) -> told.add(place)),
                0,
                true);
        assertTrue(told.contains("layers.0.self_attn"), told.toString());
    }

    private static MultiHeadAttention attention(float rate) {
        return MultiHeadAttention.builder().setModelSize(SIZE).setHeads(3).optDropout(rate).build();
    }

    /** Of a layer of a decoder, whose second row of a batch has no memory to look at. */
    private List<float[]> valuesAndGradients(
            TransformerLayer layer, int length, NDArray positions) {
        manager.getEngine().setRandomSeed(11);
        NDArray x = manager.randomNormal(new Shape(2, length, SIZE));
        NDArray memory = manager.randomNormal(new Shape(2, 5, SIZE));
        NDArray weights = manager.randomNormal(x.getShape());
        x.setRequiresGradient(true);
        memory.setRequiresGradient(true);
        int[] seen = {1, 1, 0, 1, 0, 0, 0, 0, 0, 0};
        LayerInputs in =
                LayerInputs.of(AttentionMask.causal())
                        .withPositions(positions)
                        .withMemory(
                                memory,
                                AttentionMask.keys(HostArrays.of(manager, seen, new Shape(2, 5))));
        List<float[]> found = new ArrayList<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray y = layer.forward(new ParameterStore(manager, false), x, in, 0, true);
            found.add(y.toFloatArray());
            collector.backward(y.mul(weights).sum());
        }
        found.add(x.getGradient().toFloatArray());
        found.add(memory.getGradient().toFloatArray());
        layer.getParameters()
                .values()
                .forEach(
                        parameter -> {
                            try (NDArray gradient = parameter.getArray().getGradient()) {
                                found.add(gradient.toFloatArray());
                                Kernels.of(manager).optimizer().zero(new NDList(gradient));
                            }
                        });
        return found;
    }
}
