package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionContractTest;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.fixture.TestKernel;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.attention.position.RotaryEmbedding;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class MultiHeadAttentionTest {

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setModelSize(8).setHeads(4);
    }

    @Nested
    class Fastest extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }
    }

    @Nested
    class Reference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKernel(TestKernel.REFERENCE.get()).build();
        }
    }

    @Nested
    class GroupedQuery extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKeyValueHeads(2).optBias(false).build();
        }
    }

    @Nested
    class MultiQueryReference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optKeyValueHeads(1)
                    .optHeadSize(6)
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }
    }

    @Nested
    class Rotary extends AttentionContractTest {
        @Override
        protected boolean countsPlaces() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return MultiHeadAttention.builder()
                    .setModelSize(8)
                    .setHeads(2)
                    .optRotary(RotaryEmbedding.builder().setSize(4).build())
                    .build();
        }
    }

    @Nested
    class WithAlibi extends AttentionContractTest {
        @Override
        protected boolean countsPlaces() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder().optScoreBias(new Alibi(4)).build();
        }
    }

    @Nested
    class WithRelativePositions extends AttentionContractTest {
        @Override
        protected boolean countsPlaces() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder()
                    .optScale(1)
                    .optScoreBias(new RelativePositionBias(4, 8, 16, true))
                    .build();
        }
    }

    @Test
    void sizesThatDoNotFitAreRefusedInWords() {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> MultiHeadAttention.builder().setModelSize(10).setHeads(3).build());
        assertEquals(
                "modelSize must be divisible by heads, got modelSize=10, heads=3",
                error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> builder().optKeyValueHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optDropout(1).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> builder().optRotary(RotaryEmbedding.builder().setSize(4).build()).build());
        try (var manager = TestEngine.manager()) {
            var wrong =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    builder()
                                            .build()
                                            .initialize(
                                                    manager, DataType.FLOAT32, new Shape(1, 2, 6)));
            assertTrue(wrong.getMessage().contains("modelSize=8"), wrong.getMessage());
        }
    }
}
