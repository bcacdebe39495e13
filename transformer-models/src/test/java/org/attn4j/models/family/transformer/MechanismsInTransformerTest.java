package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Puts every registered mechanism into every place of a Transformer where it says it fits. */
@Tag("engine")
class MechanismsInTransformerTest {

    private static final double CLOSE = 5e-5;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<Arguments> fitting() {
        return Arrays.stream(AttentionSlot.values())
                .flatMap(
                        slot ->
                                Mechanisms.fitting(slot).stream()
                                        .map(each -> Arguments.of(each.info().name(), slot)));
    }

    static Stream<Arguments> fittingWithPositions() {
        return fitting()
                .filter(each -> each.get()[1] != AttentionSlot.CROSS)
                .flatMap(
                        each ->
                                Stream.of(
                                                PositionKind.ROTARY,
                                                PositionKind.ALIBI,
                                                PositionKind.RELATIVE)
                                        .map(
                                                kind ->
                                                        Arguments.of(
                                                                each.get()[0],
                                                                each.get()[1],
                                                                kind)));
    }

    private static TransformerConfig config(String mechanism, AttentionSlot slot) {
        return TinyModels.config()
                .optNormOrder(NormOrder.PRE)
                .optAttention(
                        TransformerAttention.multiHead().with(slot, AttentionSpec.named(mechanism)))
                .build();
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void decodingStepByStepGivesTheFullForwardPass(String mechanism, AttentionSlot slot) {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
        NDArray source = TinyModels.ids(manager, 3, 3, 4, 5, 2, 6, 2, 0, 0, 7, 8, 2, 0);
        NDArray input =
                TinyModels.ids(manager, 3, 1, 5, 6, 7, 4, 8, 1, 8, 9, 3, 2, 2, 1, 4, 4, 2, 9, 5);
        NDArray full = model.logits(source, input, null); // (3, 6, V)
        for (float value : full.toFloatArray()) {
            assertTrue(Float.isFinite(value));
        }
        try (StepDecoder decoder = model.start(manager, source)) {
            for (int t = 0; t < 6; t++) {
                NDArray step = decoder.step(input.get(":, {}", t));
                assertClose(full.get(":, {}", t), step, CLOSE);
            }
        }
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void rowsOfABeamCanChangePlaces(String mechanism, AttentionSlot slot) {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
        NDArray source = TinyModels.ids(manager, 3, 3, 4, 2, 6, 2, 0, 7, 8, 2);
        try (StepDecoder decoder = model.start(manager, source)) {
            decoder.step(manager.create(new long[] {1, 1, 1}));
            decoder.select(new int[] {2, 0, 2, 2});
            decoder.step(manager.create(new long[] {5, 6, 7, 8}));
            decoder.select(new int[] {3, 1, 0, 2}); // within the sources
            decoder.step(manager.create(new long[] {9, 10, 11, 12}));
            decoder.select(new int[] {3, 1, 0});
            NDArray last = decoder.step(manager.create(new long[] {4, 5, 6}));
            NDArray sources = TinyModels.ids(manager, 3, 7, 8, 2, 3, 4, 2, 7, 8, 2);
            NDArray inputs = TinyModels.ids(manager, 3, 1, 7, 12, 4, 1, 6, 10, 5, 1, 8, 9, 6);
            assertClose(model.logits(sources, inputs, null).get(":, 3"), last, CLOSE);
        }
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void neitherPaddingNorLaterTargetsAreSeen(String mechanism, AttentionSlot slot) {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
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
        assertClose(alone.get("0"), padded.get("0, :3"), CLOSE);
        NDArray other =
                model.logits(
                        TinyModels.ids(manager, 1, 3, 4, 2),
                        TinyModels.ids(manager, 1, 1, 5, 9),
                        null);
        assertClose(alone.get("0, :2"), other.get("0, :2"), CLOSE);
    }

    private static LoadedModel made(TransformerModel model) {
        return LoadedModel.made(model, model.config().json(), null, List.of());
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void aModelDirectoryBringsItBack(String mechanism, AttentionSlot slot, @TempDir Path directory)
            throws Exception {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
        made(model).save(directory);
        TransformerConfig read = TinyModels.read(JsonFiles.read(directory.resolve("config.json")));
        assertEquals(model.config(), read);
        TransformerModel loaded = new TransformerModel(read);
        loaded.initialize(manager);
        made(loaded).load(directory);
        loaded.freezeParameters(true);
        NDArray source = TinyModels.ids(manager, 1, 3, 4, 5, 2);
        NDArray input = TinyModels.ids(manager, 1, 1, 5, 6);
        assertArrayEquals(
                model.logits(source, input, null).toFloatArray(),
                loaded.logits(source, input, null).toFloatArray());
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void anObserverSeesWhoLooksAtWhat(String mechanism, AttentionSlot slot) {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
        Map<String, NDArray> seen = new TreeMap<>();
        model.logits(
                TinyModels.ids(manager, 1, 3, 4, 2),
                TinyModels.ids(manager, 1, 1, 5, 6, 7),
                seen::put);
        String where =
                switch (slot) {
                    case ENCODER_SELF -> "encoder.layers.1.self_attn";
                    case DECODER_SELF -> "decoder.layers.1.self_attn";
                    case CROSS -> "decoder.layers.1.encoder_attn";
                };
        NDArray weights = seen.get(where);
        assertNotNull(weights, seen.keySet().toString());
        long queries = slot == AttentionSlot.ENCODER_SELF ? 3 : 4;
        long keys = slot == AttentionSlot.DECODER_SELF ? 4 : 3;
        long heads = weights.getShape().get(1);
        // What a mechanism looks at besides the keys, such as persistent vectors, stands behind
        // them.
        long columns = Math.max(keys, weights.getShape().get(3));
        assertEquals(new Shape(1, heads, queries, columns), weights.getShape());
        if (slot == AttentionSlot.DECODER_SELF) {
            for (long head = 0; head < heads; head++) {
                assertEquals(0, weights.getFloat(0, head, 1, 3), "a later target is seen");
            }
        }
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("fitting")
    void itLearns(String mechanism, AttentionSlot slot) {
        TransformerModel model = TinyModels.model(config(mechanism, slot), manager);
        double before = loss(model, false);
        for (int step = 0; step < 6; step++) {
            descend(model);
        }
        double after = loss(model, false);
        assertTrue(after < 0.98 * before, "the loss went from " + before + " to " + after);
    }

    /** Whoever asks for positions gets them or a reason, never a bag of tokens in silence. */
    @ParameterizedTest(name = "{0} at {1} with {2}")
    @MethodSource("fittingWithPositions")
    void positionsInAttentionCountOrAreRefused(
            String mechanism, AttentionSlot slot, PositionKind positions) {
        TransformerConfig config =
                config(mechanism, slot).toBuilder().optPositions(positions).build();
        TransformerModel model;
        try {
            model = TinyModels.model(config, manager);
            model.logits(TinyModels.ids(manager, 1, 3, 4), TinyModels.ids(manager, 1, 1, 5), null);
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("positions"), e.getMessage());
            return;
        }
        // The place alone knows the order of its tokens when the other one is blind to it.
        float[] one = logits(model, slot, 3, 4, 5, 6, 7);
        float[] other = logits(model, slot, 4, 3, 6, 5, 7);
        double difference = 0;
        for (int i = 0; i < one.length; i++) {
            difference = Math.max(difference, Math.abs(one[i] - other[i]));
        }
        assertNotEquals(0, difference, 1e-4, mechanism + " does not see the order of its tokens");
    }

    /** What the last target place predicts when tokens stand in some order before it. */
    private float[] logits(TransformerModel model, AttentionSlot slot, long... tokens) {
        boolean encoder = slot == AttentionSlot.ENCODER_SELF;
        NDArray moved = TinyModels.ids(manager, 1, tokens);
        NDArray fixed = TinyModels.ids(manager, 1, 1, 5);
        NDArray source = encoder ? moved : TinyModels.ids(manager, 1, 3, 4, 2);
        NDArray logits = model.logits(source, encoder ? fixed : moved, null);
        return logits.get("0, -1").toFloatArray();
    }

    @Test
    void aMechanismThatFitsNoPlaceIsRefusedWithTheReason() {
        for (AttentionProvider provider : Mechanisms.all()) {
            for (AttentionSlot slot : AttentionSlot.values()) {
                if (provider.info().slots().contains(slot)) {
                    continue;
                }
                String name = provider.info().name();
                IllegalArgumentException e =
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> config(name, slot),
                                name + " at " + slot);
                assertTrue(e.getMessage().contains(provider.info().elsewhere()), e.getMessage());
                provider.info()
                        .slots()
                        .forEach(fits -> assertTrue(e.getMessage().contains(fits.label())));
            }
        }
    }

    @Test
    void unknownNamesAreAnsweredWithTheNearest() {
        IllegalArgumentException mechanism =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> config("mutli-head", AttentionSlot.CROSS));
        assertTrue(mechanism.getMessage().startsWith("cross: "), mechanism.getMessage());
        assertTrue(mechanism.getMessage().contains("multi-head"), mechanism.getMessage());
        AttentionSpec spec = new AttentionSpec("multi-head", Map.of("bais", false));
        IllegalArgumentException option =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TransformerAttention.multiHead().with(AttentionSlot.CROSS, spec));
        assertTrue(option.getMessage().contains("did you mean 'bias'"), option.getMessage());
    }

    /** A step of gradient descent on one batch. */
    private void descend(TransformerModel model) {
        model.freezeParameters(false);
        Engine.getEngine(TestEngine.name()).setRandomSeed(11);
        List<Parameter> parameters = new ArrayList<>(model.getParameters().values());
        try (GradientCollector collector =
                Engine.getEngine(TestEngine.name()).newGradientCollector()) {
            try (NDManager scratch = manager.newSubManager()) {
                collector.backward(lossArray(model, scratch, true));
            }
        }
        List<float[]> gradients =
                parameters.stream().map(p -> p.getArray().getGradient().toFloatArray()).toList();
        double square = 0;
        for (float[] gradient : gradients) {
            for (float value : gradient) {
                assertTrue(Float.isFinite(value), "a gradient is not finite");
                square += (double) value * value;
            }
        }
        model.freezeParameters(true);
        double rate = 0.2 / Math.sqrt(square);
        for (int p = 0; p < parameters.size(); p++) {
            NDArray array = parameters.get(p).getArray();
            float[] values = array.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] -= (float) (rate * gradients.get(p)[i]);
            }
            try (NDArray moved = manager.create(values, array.getShape())) {
                moved.copyTo(array);
            }
        }
    }

    private double loss(TransformerModel model, boolean training) {
        try (NDManager scratch = manager.newSubManager()) {
            return lossArray(model, scratch, training).getFloat();
        }
    }

    private NDArray lossArray(TransformerModel model, NDManager scratch, boolean training) {
        NDArray source = TinyModels.ids(scratch, 2, 3, 4, 5, 2, 6, 7, 2, 0);
        NDArray input = TinyModels.ids(scratch, 2, 1, 5, 6, 7, 1, 8, 9, 0);
        NDArray labels = TinyModels.ids(scratch, 2, 5, 6, 7, 2, 8, 9, 2, 0);
        ParameterStore store = new ParameterStore(scratch, false);
        NDList logits = model.forward(store, new NDList(source, input), training);
        return new LabelSmoothedCrossEntropy(0, model.config().padId())
                .evaluate(new NDList(labels), logits);
    }

    private static void assertClose(NDArray expected, NDArray actual, double tolerance) {
        assertEquals(expected.getShape(), actual.getShape());
        assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), (float) tolerance);
    }
}
