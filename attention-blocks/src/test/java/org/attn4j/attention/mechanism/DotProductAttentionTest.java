package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.attn4j.attention.Attention;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class DotProductAttentionTest {

    @Nested
    class Scaled extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return DotProductAttention.builder().build();
        }
    }

    @Nested
    class ScaledReference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return DotProductAttention.builder().optKernel(TestKernel.REFERENCE.get()).build();
        }
    }

    @Nested
    class UnscaledInHeads extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return DotProductAttention.builder().optHeads(2).optScale(1).build();
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> DotProductAttention.builder().optHeads(0).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> DotProductAttention.builder().optDropout(-1).build());
    }
}
