package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.attn4j.attention.Attention;
import org.attn4j.attention.align.Softmax;
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
            return new AdditiveAttention(6);
        }
    }

    @Nested
    class WithBias extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new AdditiveAttention(5, true, Softmax.INSTANCE, 0);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AdditiveAttention(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AdditiveAttention(3, false, Softmax.INSTANCE, 1));
    }
}
