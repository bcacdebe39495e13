package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AlibiTest {

    @Test
    void slopesOfTheEightHeadsOfThePaper() {
        float[] expected = {1 / 2f, 1 / 4f, 1 / 8f, 1 / 16f, 1 / 32f, 1 / 64f, 1 / 128f, 1 / 256f};
        assertArrayEquals(expected, new Alibi(8).slopes());
    }

    @Test
    void queriesAreTheLastPlaces() {
        try (NDManager manager = TestEngine.manager()) {
            Alibi alibi = new Alibi(3);
            NDArray whole = alibi.bias(manager, 6, 6);
            NDArray last = alibi.bias(manager, 2, 6);
            Numbers.assertClose(
                    "bias",
                    whole.get(new NDIndex(":, :, 4:")).toFloatArray(),
                    last.toFloatArray(),
                    0,
                    0);
        }
    }

    /**
     * Counting from the key alone differs from counting from the query by a constant a row, so the
     * weights are the same.
     */
    @Test
    void keyBiasGivesTheSameWeights() {
        try (NDManager manager = TestEngine.manager()) {
            Alibi alibi = new Alibi(2);
            NDArray byDistance = alibi.bias(manager, 4, 4).add(causalFloor(manager)).softmax(-1);
            NDArray byKey =
                    alibi.keyBias(manager, manager.ones(new Shape(1, 4)))
                            .add(causalFloor(manager))
                            .softmax(-1);
            Numbers.assertClose(
                    "weights", byDistance.toFloatArray(), byKey.toFloatArray(), 1e-6, 0);
        }
    }

    private static NDArray causalFloor(NDManager manager) {
        return AttentionMask.causal().arrays(manager, 4, 4).additive();
    }

    @Test
    void headsMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Alibi(0));
    }
}
