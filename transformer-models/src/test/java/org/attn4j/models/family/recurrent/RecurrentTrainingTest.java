package org.attn4j.models.family.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Slopes;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a recurrent model does in training alone: drawing its own tokens, and the coverage loss. */
@Tag("engine")
class RecurrentTrainingTest {

    private static final int V = 7;

    private NDManager manager;
    private ParameterStore store;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        store = new ParameterStore(manager, false);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static RecurrentConfig.Builder small(RecurrentConfig.Builder builder) {
        return builder.optEmbeddingSize(4)
                .optEncoderSize(3)
                .optDecoderSize(5)
                .optMaxoutSize(3)
                .optDropout(0)
                .setVocabularySize(V);
    }

    static Stream<RecurrentConfig> decoders() {
        return Stream.of(
                small(RecurrentConfig.luong()).build(),
                small(RecurrentConfig.luong()).optInputFeeding(false).optDecoderLayers(2).build(),
                small(RecurrentConfig.bahdanau()).build(),
                small(RecurrentConfig.bahdanau()).optDecoder(DecoderKind.BAHDANAU).build());
    }

    private RecurrentModel model(RecurrentConfig config, DataType type) {
        RecurrentModel model = new RecurrentModel(config);
        long seed = 90;
        for (Parameter parameter : model.getParameters().values()) {
            long own = seed++;
            parameter.setInitializer(
                    (m, shape, t) -> Numbers.random(m, own, shape).toType(t, false));
        }
        model.initialize(manager, type, new Shape(1, 1), new Shape(1, 1));
        return model;
    }

    private NDArray ids(int rows, long... ids) {
        return manager.create(ids, new Shape(rows, ids.length / rows));
    }

    private float[] logits(RecurrentModel model, NDArray... inputs) {
        return model.forward(store, new NDList(inputs), true).head().toFloatArray();
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("decoders")
    void nothingDrawnIsTeacherForcing(RecurrentConfig config) {
        RecurrentModel model = model(config, DataType.FLOAT32);
        NDArray source = ids(2, 3, 4, 2, 6, 2, 0);
        NDArray input = ids(2, 1, 5, 6, 1, 4, 3);
        NDArray none = manager.zeros(new Shape(2, 3));
        assertArrayEquals(logits(model, source, input), logits(model, source, input, none), 1e-5f);
        NDArray first = manager.create(new float[] {1, 0, 0, 1, 0, 0}, new Shape(2, 3));
        assertArrayEquals(logits(model, source, input), logits(model, source, input, first), 1e-5f);
    }

    /**
     * 4,000 rows draw the token that the second step reads. The logits of that step tell which it
     * was, and each came up as often as the first step's prediction says, within five standard
     * deviations of the count; the third step read its given token.
     */
    @ParameterizedTest(name = "[{index}]")
    @MethodSource("decoders")
    void aDrawnTokenComesFromThePredictionOfTheStepBefore(RecurrentConfig config) {
        RecurrentModel model = model(config, DataType.FLOAT32);
        Engine.getEngine(TestEngine.name()).setRandomSeed(11);
        int rows = 4000;
        NDArray source = ids(1, 3, 4, 2).repeat(0, rows);
        NDArray input = ids(1, 1, 5, 6).repeat(0, rows);
        NDArray drawn = manager.create(new float[] {0, 1, 0}, new Shape(1, 3)).repeat(0, rows);
        float[] found = logits(model, source, input, drawn); // (rows, 3, V)
        float[][] after = new float[V][];
        for (int token = 0; token < V; token++) {
            after[token] = logits(model, ids(1, 3, 4, 2), ids(1, 1, token, 6));
        }
        int[] count = new int[V];
        for (int row = 0; row < rows; row++) {
            count[tokenRead(found, row, after)]++;
        }
        float[] first = manager.create(after[0], new Shape(3, V)).get(0).softmax(0).toFloatArray();
        for (int token = 0; token < V; token++) {
            double expected = rows * first[token];
            double deviation = Math.sqrt(expected * (1 - first[token]));
            assertEquals(expected, count[token], 5 * deviation + 1, "token " + token);
        }
    }

    /** The token with which teacher forcing gives the logits of steps 1 and 2. */
    private static int tokenRead(float[] found, int row, float[][] after) {
        int chosen = -1;
        for (int token = 0; token < after.length; token++) {
            double difference = 0;
            for (int i = V; i < 3 * V; i++) {
                difference =
                        Math.max(difference, Math.abs(found[row * 3 * V + i] - after[token][i]));
            }
            if (difference < 1e-4) {
                assertEquals(-1, chosen, "two tokens give the same");
                chosen = token;
            }
        }
        assertTrue(chosen >= 0, "row " + row + " read none of the tokens");
        return chosen;
    }

    static Stream<RecurrentConfig> covering() {
        AttentionSpec coverage = AttentionSpec.named("coverage");
        return Stream.of(
                small(RecurrentConfig.luong()).optCoverageLoss(1).build(),
                small(RecurrentConfig.luong()).optAttention(coverage).optCoverageLoss(1).build(),
                small(RecurrentConfig.luong())
                        .optAttention(coverage)
                        .optInputFeeding(false)
                        .optCoverageLoss(1)
                        .build(),
                small(RecurrentConfig.bahdanau())
                        .optAttention(coverage)
                        .optCoverageLoss(1)
                        .build());
    }

    /** Equation 12 of See et al. 2017, worked out from the weights that an observer sees. */
    @ParameterizedTest(name = "[{index}]")
    @MethodSource("covering")
    void lookingAgainCosts(RecurrentConfig config) {
        RecurrentModel model = model(config, DataType.FLOAT32);
        NDArray source = ids(2, 3, 4, 5, 2, 6, 2, 0, 0);
        NDArray input = ids(2, 1, 5, 6, 1, 4, 3);
        Map<String, NDArray> seen = new TreeMap<>();
        model.logits(store, source, input, seen::put, true);
        float[] weights = seen.get("decoder.attention").toFloatArray(); // (2, 1, 3, 4)
        float[] expected = new float[6];
        for (int row = 0; row < 2; row++) {
            float[] covered = new float[4];
            for (int t = 0; t < 3; t++) {
                for (int s = 0; s < 4; s++) {
                    float weight = weights[(row * 3 + t) * 4 + s];
                    expected[row * 3 + t] += Math.min(weight, covered[s]);
                    covered[s] += weight;
                }
            }
        }
        NDList outputs = model.forward(store, new NDList(source, input), true);
        assertEquals(new Shape(2, 3), outputs.get(1).getShape());
        assertArrayEquals(expected, outputs.get(1).toFloatArray(), 1e-6f);
        assertEquals(0, expected[0]);
        assertTrue(expected[1] > 0.1);
        assertEquals(1, model.forward(store, new NDList(source, input), false).size());
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("covering")
    void gradientsOfBothLossesAreTheSlopes(RecurrentConfig config) {
        RecurrentModel model = model(config, DataType.FLOAT64);
        NDArray source = ids(2, 3, 4, 5, 2, 6, 2, 0, 0);
        NDArray input = ids(2, 1, 5, 6, 1, 4, 3);
        NDArray cotangent =
                Numbers.random(manager, 3, new Shape(2, 3, V)).toType(DataType.FLOAT64, false);
        Slopes.check(
                model,
                manager,
                null,
                () -> {
                    NDList outputs = model.forward(store, new NDList(source, input), true);
                    return outputs.get(0).mul(cotangent).sum().add(outputs.get(1).sum());
                });
    }
}
