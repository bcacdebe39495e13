package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.norm.CosineNorm;
import org.attn4j.attention.norm.QueryKeyLayerNorm;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.norm.QueryKeyUnitNorm;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cosine attention and the query-key norms, in multi-head attention. */
@Tag("engine")
class QueryKeyNormTest {

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setModelSize(8).setHeads(2);
    }

    @Nested
    class Cosine extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optQueryKeyNorm(new CosineNorm(2)).build();
        }
    }

    @Nested
    class CosineReference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optKeyValueHeads(1)
                    .optQueryKeyNorm(new CosineNorm(2))
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }
    }

    @Nested
    class UnitLength extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optQueryKeyNorm(new QueryKeyUnitNorm(50)).build();
        }
    }

    @Nested
    class LayerNormed extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder()
                    .optQueryKeyNorm(new QueryKeyLayerNorm(4))
                    .optRotary(RotaryEmbedding.builder().setSize(4).build())
                    .build();
        }
    }

    @Nested
    class WithoutProjections extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return DotProductAttention.builder()
                    .optHeads(2)
                    .optQueryKeyNorm(new CosineNorm(2))
                    .build();
        }
    }

    @Test
    void scoresStayWithinTheirBoundsWhateverTheInput() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray query = Numbers.random(manager, 1, new Shape(1, 2, 5, 4)).mul(1e6);
            NDArray key = Numbers.random(manager, 2, new Shape(1, 2, 7, 4)).mul(1e6);
            double unit = Math.log(50.0 * 50 - 50) / Math.log(2);
            bounded(manager, new CosineNorm(2), query, key, 10);
            bounded(manager, new QueryKeyUnitNorm(50), query, key, unit);
            bounded(manager, new QueryKeyLayerNorm(4), query, key, 2);
        }
    }

    private static <N extends QueryKeyNorm & ai.djl.nn.Block> void bounded(
            NDManager manager, N norm, NDArray query, NDArray key, double bound) {
        norm.initialize(manager, DataType.FLOAT32, query.getShape(), key.getShape());
        ParameterStore store = new ParameterStore(manager, false);
        NDArray scores =
                norm.query(store, query, false)
                        .matMul(norm.key(store, key, false).swapAxes(2, 3))
                        .mul(norm.scale(4));
        float largest = scores.abs().max().getFloat();
        assertTrue(largest <= bound * 1.0001 && largest > bound / 2, largest + " of " + bound);
    }

    /** A row of zeros, as padding may be, has no direction, and no NaN either. */
    @Test
    void zerosGiveZerosAndFiniteGradients() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray zeros = manager.zeros(new Shape(1, 2, 3, 4));
            zeros.setRequiresGradient(true);
            CosineNorm norm = new CosineNorm(2);
            TestEngine.backward(() -> norm.key(null, zeros, true).square().sum());
            assertEquals(0, zeros.getGradient().abs().max().getFloat());
        }
    }

    @Test
    void theTemperatureHasAFloor() {
        try (NDManager manager = TestEngine.manager()) {
            CosineNorm norm = new CosineNorm(1);
            norm.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 1, 2));
            NDArray scale = norm.getDirectParameters().get("logit_scale").getArray();
            manager.full(new Shape(1, 1, 1), 9f).copyTo(scale);
            NDArray query = manager.create(new float[] {3, 4}, new Shape(1, 1, 1, 2));
            float[] actual =
                    norm.query(new ParameterStore(manager, false), query, false).toFloatArray();
            Numbers.assertClose("1 / 0.01", new float[] {60, 80}, actual, 1e-3, 0);
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CosineNorm(0));
        assertThrows(IllegalArgumentException.class, () -> new QueryKeyUnitNorm(1));
        assertThrows(IllegalArgumentException.class, () -> new QueryKeyLayerNorm(1));
    }
}
