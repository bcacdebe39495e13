package org.attn4j.models.family.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.attn4j.models.family.recurrent.ScheduledSampling.Decay;
import org.junit.jupiter.api.Test;

class ScheduledSamplingTest {

    /** Section 2.4 of the paper, worked out by hand. */
    @Test
    void theSchedulesAreThoseOfThePaper() {
        ScheduledSampling linear = new ScheduledSampling(Decay.LINEAR, 0.9, 0.01, 0.25);
        assertEquals(0.9, linear.truth(0), 1e-12);
        assertEquals(0.5, linear.truth(40), 1e-12);
        assertEquals(0.25, linear.truth(1000), 1e-12);
        ScheduledSampling exponential = new ScheduledSampling(Decay.EXPONENTIAL, 0.5, 0, 0);
        assertEquals(1, exponential.truth(0), 1e-12);
        assertEquals(0.125, exponential.truth(3), 1e-12);
        ScheduledSampling sigmoid = new ScheduledSampling(Decay.INVERSE_SIGMOID, 10, 0, 0);
        assertEquals(10 / 11.0, sigmoid.truth(0), 1e-12);
        assertEquals(10 / (10 + Math.E), sigmoid.truth(10), 1e-12);
        assertEquals(1, ScheduledSampling.NONE.truth(1_000_000));
    }

    @Test
    void constantsOutOfRangeAreRefused() {
        for (Decay decay : Decay.values()) {
            if (decay != Decay.NONE) {
                double wrong = decay == Decay.INVERSE_SIGMOID ? 0.5 : 1.5;
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new ScheduledSampling(decay, wrong, 0, 0));
            }
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new ScheduledSampling(Decay.LINEAR, 0.5, 0, 0.6));
    }
}
