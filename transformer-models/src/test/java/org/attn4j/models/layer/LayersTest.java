package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class LayersTest {

    private NDManager manager;
    private ParameterStore parameters;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        parameters = new ParameterStore(manager, false);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Mean 2, variance 2 with epsilon 0: (-1, 1) · √2 / √2 … worked out for [0, 2, 4]. */
    @Test
    void aLayerNormIsWhatTheEquationSays() {
        LayerNorm norm = new LayerNorm(3, 1e-12);
        set(norm, "weight", 1, 2, 3);
        set(norm, "bias", 10, 20, 30);
        NDArray y = run(norm, manager.create(new float[] {0, 2, 4}, new Shape(1, 1, 3)));
        double unit = 2 / Math.sqrt(8.0 / 3);
        assertArrayEquals(
                new float[] {(float) (10 - unit), 20, (float) (30 + 3 * unit)},
                y.toFloatArray(),
                1e-5f);
    }

    @Test
    void aFeedForwardBlockIsWhatTheEquationSays() {
        FeedForward block = new FeedForward(2, 2, Activation.RELU, 0);
        block.setInitializer(Initializer.ONES, Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        // relu(3 - 5) = 0 is cut off, relu(2 + 3) = 5 passes twice.
        NDArray y = run(block, manager.create(new float[] {-5, 3, 2, 3}, new Shape(2, 2)));
        assertArrayEquals(new float[] {0, 0, 10, 10}, y.toFloatArray(), 1e-5f);
    }

    @Test
    void aGateMultipliesTheInnerValues() {
        FeedForward block = new FeedForward(2, 1, Activation.TANH, true, false, 0);
        block.setInitializer(Initializer.ONES, Parameter.Type.WEIGHT);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDArray y = run(block, manager.create(new float[] {0.5f, 1}, new Shape(1, 2)));
        float expected = (float) (Math.tanh(1.5) * 1.5);
        assertArrayEquals(new float[] {expected, expected}, y.toFloatArray(), 1e-5f);
        assertEquals(3, block.getParameters().size());
    }

    /** Sublayers of zeros leave the way around: x itself before, the norm of x after. */
    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void theWayAroundIsWhereTheOrderSays(NormOrder order) {
        TransformerLayer layer = encoderLayer(order);
        layer.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 2, 4));
        float[] x = {1, 2, 3, 4, 5, 5, 7, 9};
        float[] y = run(layer, manager.create(x, new Shape(1, 2, 4))).toFloatArray();
        if (order == NormOrder.PRE) {
            assertArrayEquals(x, y, 1e-6f);
        } else {
            assertArrayEquals(
                    new float[] {-1.3416f, -0.4472f, 0.4472f, 1.3416f},
                    new float[] {y[0], y[1], y[2], y[3]},
                    1e-3f);
        }
    }

    /** Also after a head was masked: what was packed of it must not be used any more. */
    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void aPackedLayerGivesWhatThePlainOneDoes(NormOrder order) {
        manager.getEngine().setRandomSeed(3); // weights that may be drawn make rounding larger
        TransformerLayer layer = encoderLayer(order);
        layer.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 4));
        NDArray x = manager.randomNormal(new Shape(2, 3, 4));
        NDArray visible =
                manager.create(new float[] {1, 1, 0, 0, 0, 0}, new Shape(2, 3)); // a row sees none
        MultiHeadAttention attention = (MultiHeadAttention) layer.getChildren().valueAt(0);
        for (boolean masked : new boolean[] {false, true}) {
            layer.pack(manager, Precision.FP32);
            if (masked) {
                attention.maskHeads(List.of(0));
            }
            NDArray packed = run(layer, x);
            NDArray packedMasked = run(layer, x, visible);
            layer.unpack();
            assertArrayEquals(run(layer, x).toFloatArray(), packed.toFloatArray(), 1e-5f);
            assertArrayEquals(
                    run(layer, x, visible).toFloatArray(), packedMasked.toFloatArray(), 1e-5f);
        }
    }

    @Test
    void aPackedLayerWithGroupedHeadsGivesWhatThePlainOneDoes() {
        manager.getEngine().setRandomSeed(3); // weights that may be drawn make rounding larger
        MultiHeadAttention grouped =
                MultiHeadAttention.builder()
                        .setModelSize(8)
                        .setHeads(4)
                        .optKeyValueHeads(2)
                        .build();
        TransformerLayer layer =
                new TransformerLayer(
                        grouped,
                        new FeedForward(8, 8, Activation.RELU, 0),
                        LayerLayout.of(() -> new LayerNorm(8, 1e-5), NormOrder.PRE, 0));
        layer.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 8));
        NDArray x = manager.randomNormal(new Shape(2, 3, 8));
        float[] plain = run(layer, x).toFloatArray();
        layer.pack(manager, Precision.FP32);
        assertArrayEquals(plain, run(layer, x).toFloatArray(), 1e-5f);
    }

    /** With few and many tokens at a time, masks of pairs, and caches that must grow on the way. */
    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void stepsOfPackedLayersGiveWhatThoseOfPlainOnesDo(NormOrder order) {
        manager.getEngine().setRandomSeed(3);
        for (boolean crosses : new boolean[] {false, true}) {
            TransformerStack stack =
                    TransformerStack.of(
                            2,
                            index ->
                                    new TransformerLayer(
                                            attention(),
                                            AttentionMask.none(),
                                            crosses ? attention() : null,
                                            feedForward(),
                                            layout(order)));
            stack.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
            stack.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 4), new Shape(2, 5, 4));
            List<float[]> plain = steps(stack, crosses);
            Packable.packAll(stack, manager, Precision.FP32);
            List<float[]> packed = steps(stack, crosses);
            for (int i = 0; i < plain.size(); i++) {
                // Norms of four features divide by little at times, and enlarge the rounding.
                assertArrayEquals(plain.get(i), packed.get(i), 1e-4f, "step " + i);
            }
        }
    }

    /** Also where a layer looks no further than its neighbours, so that masks differ. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPackedStackGivesWhatThePlainOneDoes(boolean local) {
        manager.getEngine().setRandomSeed(3);
        TransformerStack stack =
                TransformerStack.of(
                        3,
                        index ->
                                new TransformerLayer(
                                        attention(),
                                        local && index == 1
                                                ? AttentionMask.window(1, 1)
                                                : AttentionMask.none(),
                                        null,
                                        feedForward(),
                                        layout(NormOrder.PRE)));
        stack.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
        stack.initialize(manager, DataType.FLOAT32, new Shape(2, 5, 4));
        NDArray x = manager.randomNormal(new Shape(2, 5, 4));
        NDArray visible = manager.create(new float[] {1, 1, 1, 0, 0, 1, 1, 1, 1, 1});
        List<AttentionMask> masks =
                List.of(AttentionMask.none(), AttentionMask.keys(visible.reshape(2, 5)));
        for (AttentionMask mask : masks) {
            LayerInputs in = LayerInputs.of(mask);
            float[] plain = stack.forward(parameters, x, in, false).toFloatArray();
            Packable.packAll(stack, manager, Precision.FP32);
            float[] packed = stack.forward(parameters, x, in, false).toFloatArray();
            Packable.unpackAll(stack);
            assertArrayEquals(plain, packed, 1e-4f); // norms of four features enlarge rounding
        }
    }

    @Test
    void unpackingFreesWhatWasPacked() {
        TransformerLayer layer = encoderLayer(NormOrder.POST);
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 4));
        try (NDManager owner = manager.newSubManager()) {
            layer.pack(owner, Precision.FP32);
            layer.pack(owner, Precision.FP32);
            layer.unpack();
            assertEquals(0, owner.getManagedArrays().size());
        }
    }

    private List<float[]> steps(TransformerStack stack, boolean crosses) {
        List<float[]> states = new ArrayList<>();
        NDArray memory = Numbers.random(manager, 7, new Shape(2, 5, 4));
        NDArray visible =
                manager.create(new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, new Shape(2, 5));
        try (DecoderCache cache = stack.newCache(manager)) {
            cache.reserve();
            for (int tokens : new int[] {2, 1, 3, 9, 40, 1, 2}) {
                int all = cache.length() + tokens;
                boolean first = cache.length() == 0;
                NDArray pairs = // some are hidden; a token of the last call sees none
                        Numbers.random(manager, all, new Shape(2, tokens, all)).gt(0);
                AttentionMask mask =
                        first || tokens == 1 ? AttentionMask.causal() : AttentionMask.dense(pairs);
                if (tokens == 2 && !first) {
                    mask = mask.and(AttentionMask.keys(manager.zeros(new Shape(2, all))));
                }
                LayerInputs in = LayerInputs.of(mask).withCache(cache);
                NDArray x = Numbers.random(manager, tokens, new Shape(2, tokens, 4));
                states.add(
                        stack.forward(
                                        parameters,
                                        x,
                                        crosses
                                                ? in.withMemory(memory, AttentionMask.keys(visible))
                                                : in,
                                        false)
                                .toFloatArray());
            }
        }
        return states;
    }

    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void gradientsGoThroughThePartsOfAPackedLayer(NormOrder order) {
        TransformerLayer layer = encoderLayer(order);
        layer.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 4));
        NDArray values = Numbers.random(manager, 1, new Shape(2, 3, 4));
        NDArray weights = Numbers.random(manager, 2, new Shape(2, 3, 4));
        List<float[]> gradients = new ArrayList<>();
        for (boolean packed : new boolean[] {false, true}) {
            if (packed) {
                layer.pack(manager, Precision.FP32);
            }
            NDArray x = values.duplicate();
            x.setRequiresGradient(true);
            TestEngine.backward(() -> run(layer, Scalars.multiply(x, 2)).mul(weights).sum());
            gradients.add(x.getGradient().toFloatArray());
        }
        assertArrayEquals(gradients.get(0), gradients.get(1), 1e-4f);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void aPackedFeedForwardBlockGivesWhatThePlainOneDoes(Activation activation) {
        for (boolean gated : new boolean[] {false, true}) {
            FeedForward block = new FeedForward(4, 7, activation, gated, !gated, 0);
            block.setInitializer(new NormalInitializer(1), Parameter.Type.WEIGHT);
            block.initialize(manager, DataType.FLOAT32, new Shape(5, 4));
            NDArray x = manager.randomNormal(new Shape(5, 4));
            float[] plain = run(block, x).toFloatArray();
            block.pack(manager, Precision.FP32);
            float largest = 1;
            for (float value : plain) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(plain, run(block, x).toFloatArray(), 1e-5f * largest);
        }
    }

    @Test
    void anEncoderLayerStandsInASequentialBlock() {
        SequentialBlock block =
                new SequentialBlock()
                        .add(encoderLayer(NormOrder.PRE))
                        .add(encoderLayer(NormOrder.POST));
        block.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 4));
        NDArray y = run(block, manager.randomNormal(new Shape(2, 3, 4)));
        assertEquals(new Shape(2, 3, 4), y.getShape());
        assertEquals(
                new Shape(2, 3, 4), block.getOutputShapes(new Shape[] {new Shape(2, 3, 4)})[0]);
    }

    @Test
    void hiddenPlacesDoNotCount() {
        TransformerLayer layer = encoderLayer(NormOrder.PRE);
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 4));
        NDArray x = manager.randomNormal(new Shape(1, 3, 4));
        NDArray other = x.duplicate();
        other.set(new ai.djl.ndarray.index.NDIndex("0, 2"), 9f);
        NDArray visible = manager.create(new boolean[] {true, true, false}, new Shape(1, 3));
        float[] one = run(layer, x, visible).get("0, :2").toFloatArray();
        assertArrayEquals(one, run(layer, other, visible).get("0, :2").toFloatArray(), 1e-6f);
        float[] seen = run(layer, other).get("0, :2").toFloatArray();
        assertTrue(Math.abs(seen[0] - one[0]) > 1e-6f);
    }

    @Test
    void aDecoderLayerSeesItsPastAndTheMemory() {
        TransformerLayer layer =
                new TransformerLayer(
                        attention(),
                        AttentionMask.none(),
                        attention(),
                        feedForward(),
                        layout(NormOrder.POST));
        layer.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 4), new Shape(1, 2, 4));
        NDArray x = manager.randomNormal(new Shape(1, 3, 4));
        NDArray memory = manager.randomNormal(new Shape(1, 2, 4));
        float[] y = run(layer, x, memory).toFloatArray();
        NDArray later = x.duplicate();
        later.set(new ai.djl.ndarray.index.NDIndex("0, 2"), 9f);
        float[] changed = run(layer, later, memory).toFloatArray();
        for (int i = 0; i < 8; i++) {
            assertEquals(y[i], changed[i], 1e-6f);
        }
        assertNotEquals(y[0], run(layer, x, memory.mul(2)).toFloatArray()[0]);
    }

    @Test
    void aTiedProjectionUsesTheEmbeddingAndListsItNot() {
        TokenEmbedding embedding = new TokenEmbedding(3, 2);
        set(embedding, "weight", 1, 2, 3, 4, 5, 6);
        OutputProjection projection = OutputProjection.tiedTo(embedding, true);
        set(projection, "bias", 1, 0, -1);
        assertEquals(1, projection.getParameters().size());
        NDArray logits = run(projection, manager.create(new float[] {1, 10}, new Shape(1, 2)));
        assertArrayEquals(new float[] {22, 43, 64}, logits.toFloatArray(), 1e-5f);
    }

    @Test
    void embeddingsScaleAndAddPositions() {
        TokenEmbedding tokens = new TokenEmbedding(3, 2);
        set(tokens, "weight", 1, 2, 3, 4, 5, 6);
        Embeddings embeddings =
                Embeddings.builder()
                        .setSharedTokens(tokens)
                        .optScale(2)
                        .optSinusoidal(
                                org.attn4j.attention.position.SinusoidalPositions.builder()
                                        .setSize(2)
                                        .build())
                        .build();
        assertEquals(0, embeddings.getParameters().size());
        NDArray ids = manager.create(new long[] {2, 0}, new Shape(1, 2));
        float[] first = embeddings.embed(parameters, ids, 0, false).toFloatArray();
        assertArrayEquals(
                new float[] {10, 13, 2 + (float) Math.sin(1), 4 + (float) Math.cos(1)},
                first,
                1e-5f);
        float[] later = embeddings.embed(parameters, ids, 5, false).toFloatArray();
        assertEquals(10 + Math.sin(5), later[0], 1e-5);
    }

    @Test
    void ratesAndSizesAreChecked() {
        assertThrows(
                IllegalArgumentException.class, () -> new FeedForward(2, 2, Activation.RELU, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new FeedForward(2, 0, Activation.RELU, 0));
        NDArray x = manager.ones(new Shape(2));
        assertSame(x, Layers.dropout(x, 0.5f, false));
        assertSame(x, Layers.dropout(x, 0, true));
    }

    private static TransformerLayer encoderLayer(NormOrder order) {
        TransformerLayer layer = new TransformerLayer(attention(), feedForward(), layout(order));
        layer.setInitializer(new NormalInitializer(0.5f), Parameter.Type.WEIGHT);
        return layer;
    }

    private static LayerLayout layout(NormOrder order) {
        return LayerLayout.of(() -> new LayerNorm(4, 1e-5), order, 0);
    }

    private static MultiHeadAttention attention() {
        return MultiHeadAttention.builder().setModelSize(4).setHeads(2).build();
    }

    private static FeedForward feedForward() {
        return new FeedForward(4, 8, Activation.RELU, 0);
    }

    private NDArray run(Block block, NDArray... inputs) {
        return block.forward(parameters, new NDList(inputs), false).singletonOrThrow();
    }

    private void set(Block block, String name, float... values) {
        Parameter parameter = block.getDirectParameters().get(name);
        parameter.setInitializer((m, shape, type) -> m.create(values, shape));
        parameter.initialize(manager, DataType.FLOAT32);
    }
}
