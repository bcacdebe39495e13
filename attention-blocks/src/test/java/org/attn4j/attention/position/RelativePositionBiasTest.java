package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RelativePositionBiasTest {

    @Test
    void queriesAreTheLastPlaces() {
        RelativePositionBias relative = new RelativePositionBias(2, 32, 128, true);
        try (NDManager manager = TestEngine.manager()) {
            assertArrayEquals(
                    relative.buckets(manager, 7, 7).get(new NDIndex("5:")).toLongArray(),
                    relative.buckets(manager, 2, 7).toLongArray());
        }
    }

    @Test
    void tooFewBucketsAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new RelativePositionBias(2, 3, 128, true));
        assertThrows(
                IllegalArgumentException.class, () -> new RelativePositionBias(2, 32, 16, false));
    }
}
