package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TalkingHeadsAttentionTest {

    private static TalkingHeadsAttention.Builder builder() {
        return TalkingHeadsAttention.builder().setModelSize(8).setHeads(4);
    }

    @Nested
    class Square extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }
    }

    @Nested
    class ThreeHeadCounts extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKeyHeads(2).optValueHeads(1).optHeadSize(3).optBias(false).build();
        }
    }

    @Nested
    class Rotary extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder().optRotary(RotaryEmbedding.builder().setSize(2).build()).build();
        }
    }

    @Test
    void startsAsMultiHeadAttention() {
        try (NDManager manager = TestEngine.manager()) {
            Attention talking = builder().build();
            MultiHeadAttention silent =
                    MultiHeadAttention.builder().setModelSize(8).setHeads(4).build();
            talking.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8));
            silent.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8));
            for (String child : new String[] {"query", "key", "value", "output"}) {
                copy(talking, silent, child + "_proj");
            }
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 5, 8));
            Numbers.assertClose(
                    "context",
                    silent.attend(store, AttentionInputs.self(x), false).context().toFloatArray(),
                    talking.attend(store, AttentionInputs.self(x), false).context().toFloatArray(),
                    1e-6,
                    1e-5);
        }
    }

    private static void copy(Attention from, Attention to, String child) {
        child(from, child)
                .getParameters()
                .forEach(
                        parameter ->
                                parameter
                                        .getValue()
                                        .getArray()
                                        .copyTo(
                                                child(to, child)
                                                        .getParameters()
                                                        .get(parameter.getKey())
                                                        .getArray()));
    }

    private static ai.djl.nn.Block child(Attention block, String name) {
        return block.getChildren()
                .values()
                .get(
                        block.getChildren()
                                .keys()
                                .indexOf(
                                        block.getChildren().keys().stream()
                                                .filter(key -> key.endsWith(name))
                                                .findFirst()
                                                .orElseThrow()));
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optKeyHeads(5).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optDropout(1).build());
    }
}
