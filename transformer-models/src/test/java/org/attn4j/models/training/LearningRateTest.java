package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LearningRateTest {

    @Test
    void noamFollowsTheFormulaOfThePaper() {
        LearningRate rate = LearningRate.noam(512, 4000, 1);

        // 512^-0.5 = 0.04419417..., 4000^-1.5 = 3.9528471e-6
        assertEquals(1.746928107e-7, rate.at(1), 1e-15);
        assertEquals(1.746928107e-4, rate.at(1000), 1e-12);
        assertEquals(6.987712430e-4, rate.at(4000), 1e-12); // the peak, (512 · 4000)^-0.5
        assertEquals(3.493856215e-4, rate.at(16000), 1e-12); // half of it, at four times the step
    }

    @Test
    void linearRisesAndFallsInLines() {
        LearningRate rate = LearningRate.linear(0.01, 10, 110, 0.001);

        assertEquals(0.001, rate.at(1), 1e-12);
        assertEquals(0.005, rate.at(5), 1e-12);
        assertEquals(0.01, rate.at(10), 1e-12);
        assertEquals(0.0055, rate.at(60), 1e-12);
        assertEquals(0.001, rate.at(110), 1e-12);
        assertEquals(0.001, rate.at(500), 1e-12);
    }

    @Test
    void cosineFallsAlongHalfAWave() {
        LearningRate rate = LearningRate.cosine(1, 0, 300, 0);

        assertEquals(1, rate.at(0), 1e-12);
        assertEquals(0.75, rate.at(100), 1e-12); // (1 + cos 60°) / 2
        assertEquals(0.5, rate.at(150), 1e-12);
        assertEquals(0.25, rate.at(200), 1e-12);
        assertEquals(0, rate.at(300), 1e-12);
        assertEquals(0, rate.at(301), 1e-12);
    }

    @Test
    void inverseSquareRootStartsFromThePeak() {
        LearningRate rate = LearningRate.inverseSqrt(0.002, 100);

        assertEquals(0.00002, rate.at(1), 1e-12);
        assertEquals(0.002, rate.at(100), 1e-12);
        assertEquals(0.001, rate.at(400), 1e-12);
        assertEquals(0.0002, rate.at(10000), 1e-12);
    }

    @Test
    void constantStaysAfterWarmUp() {
        LearningRate rate = LearningRate.constant(0.5, 4);

        assertEquals(0.125, rate.at(1), 1e-12);
        assertEquals(0.5, rate.at(4), 1e-12);
        assertEquals(0.5f, rate.getNewValue(1_000_000));
    }

    @Test
    void aDecayWithoutRoomIsRefused() {
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> LearningRate.cosine(0.1, 100, 100, 0));

        assertEquals(
                "a cosine schedule needs more steps than warmupSteps, got steps=100,"
                        + " warmupSteps=100",
                e.getMessage());
    }

    @Test
    void noamWithoutModelSizeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> LearningRate.noam(0, 100, 1));
        assertThrows(IllegalArgumentException.class, () -> LearningRate.noam(512, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> LearningRate.constant(0, 0));
        assertThrows(IllegalArgumentException.class, () -> LearningRate.linear(0.1, 1, 9, 0.2));
    }
}
