package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.attn4j.attention.Attention;
import org.attn4j.testkit.AttentionContractTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AdditiveAttentionTest {

    @Nested
    class Plain extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return AdditiveAttention.builder().setHiddenSize(6).build();
        }
    }

    @Nested
    class WithBias extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return AdditiveAttention.builder().setHiddenSize(5).optBias(true).build();
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> AdditiveAttention.builder().build());
        assertThrows(
                IllegalArgumentException.class,
                () -> AdditiveAttention.builder().setHiddenSize(3).optDropout(1).build());
    }
}
