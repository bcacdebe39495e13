package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TransformerXlAttentionTest {

    private static TransformerXlAttention.Builder builder() {
        return TransformerXlAttention.builder().setModelSize(8).setHeads(2);
    }

    @Nested
    class Fastest extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Nested
    class ReferenceWithBias extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optBias(true)
                    .optHeadSize(3)
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }

        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    /** The scores by the equation, one after the other, in both directions. */
    @Test
    void distancesBothWaysAreWhatTheEquationSays() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject =
                    Subject.of(builder().setHeads(1).build(), manager, 8, DataType.FLOAT32);
            int queries = 4;
            int keys = 6;
            NDArray memory = Numbers.random(manager, 1, new Shape(1, keys, 8));
            NDArray x = memory.get(":, 2:");
            NDArray weights =
                    subject.observe(AttentionInputs.of(x, memory, memory))
                            .weights(); // (1, 1, 4, 6)
            float[][] q = rows(subject, "query_proj", x);
            float[][] k = rows(subject, "key_proj", memory);
            float[] u = parameter(subject, "content_bias").toFloatArray();
            float[] v = parameter(subject, "position_bias").toFloatArray();
            float[] expected = new float[queries * keys];
            for (int t = 0; t < queries; t++) {
                double sum = 0;
                for (int j = 0; j < keys; j++) {
                    int distance = keys - queries + t - j;
                    float[] vector = new float[8];
                    for (int i = 0; i < 8; i++) {
                        double angle = distance / Math.pow(10000, (i / 2 * 2) / 8.0);
                        vector[i] = (float) (i % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
                    }
                    float[] r =
                            rows(subject, "position_proj", manager.create(vector, new Shape(1, 8)))[
                                    0];
                    double score = 0;
                    for (int i = 0; i < 8; i++) {
                        score += (q[t][i] + u[i]) * k[j][i] + (q[t][i] + v[i]) * r[i];
                    }
                    expected[t * keys + j] = (float) Math.exp(score / Math.sqrt(8));
                    sum += expected[t * keys + j];
                }
                for (int j = 0; j < keys; j++) {
                    expected[t * keys + j] /= (float) sum;
                }
            }
            Numbers.assertClose("weights", expected, weights.toFloatArray(), 1e-5, 1e-4);
        }
    }

    /** What is left out under a causal mask was hidden anyway. */
    @Test
    void aWindowThatIsCausalEqualsAPatternThatIs() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = Subject.of(builder().build(), manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 5, 8));
            boolean[] visible = new boolean[25];
            for (int i = 0; i < 25; i++) {
                visible[i] = i % 5 <= i / 5;
            }
            AttentionMask pattern = AttentionMask.dense(manager.create(visible, new Shape(5, 5)));
            AttentionInputs inputs = AttentionInputs.self(x);
            Numbers.assertClose(
                    "context",
                    subject.attend(inputs.withMask(pattern)).context().toFloatArray(),
                    subject.attend(inputs.withMask(AttentionMask.causal()))
                            .context()
                            .toFloatArray(),
                    1e-5,
                    1e-5);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optDropout(1).build());
    }

    private static NDArray parameter(Subject subject, String name) {
        for (var parameter : subject.block().getParameters()) {
            if (parameter.getKey().contains(name)) {
                return parameter.getValue().getArray();
            }
        }
        throw new AssertionError(name);
    }

    /** Rows times a projection's weight, by hand. */
    private static float[][] rows(Subject subject, String projection, NDArray x) {
        float[] weight = parameter(subject, projection).toFloatArray(); // (8, 8)
        float[] values = x.toFloatArray();
        float[][] rows = new float[values.length / 8][8];
        for (int row = 0; row < rows.length; row++) {
            for (int out = 0; out < 8; out++) {
                for (int i = 0; i < 8; i++) {
                    rows[row][out] += values[row * 8 + i] * weight[out * 8 + i];
                }
            }
        }
        return rows;
    }
}
