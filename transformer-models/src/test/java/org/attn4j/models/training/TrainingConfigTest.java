package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {

    private static void assertRefused(String message, UnaryOperator<TrainingConfig> change) {
        TrainingConfig config = TrainingConfig.ofSteps(10);
        Exception e = assertThrows(IllegalArgumentException.class, () -> change.apply(config));
        assertEquals(message, e.getMessage());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused("steps must not be negative, got steps=-1", b -> b.withSteps(-1));
        assertRefused(
                "labelSmoothing must lie in [0, 1), got labelSmoothing=1.0",
                b -> b.withLabelSmoothing(1));
        assertRefused("beta2 must lie in [0, 1), got beta2=NaN", b -> b.withBeta2(Double.NaN));
        assertRefused(
                "accumulation must be at least 1, got accumulation=0", b -> b.withAccumulation(0));
        assertRefused(
                "momentum is of the optimizers sgd and nag, got optimizer=adam, momentum=0.9",
                b -> b.withMomentum(0.9).withOptimizer(OptimizerKind.ADAM));
        assertRefused(
                "momentum must be above 0 with the optimizer nag, got momentum=0.0",
                b -> b.withOptimizer(OptimizerKind.NAG));
        assertRefused(
                "layerDecay must lie in (0, 1], got layerDecay=1.5", b -> b.withLayerDecay(1.5));
        assertRefused("metric must be named, got metric= ", b -> b.withMetric(" "));
        assertRefused(
                "keepBest must be at least 1 when the final weights are taken from the best, got"
                        + " keepBest=0",
                b -> b.withKeepBest(0));
        assertRefused(
                "keepLast must be at least 1 when the final weights are the mean of the last, got"
                        + " keepLast=0",
                b -> b.withFinalWeights(FinalWeights.AVERAGE_LAST));
        assertRefused(
                "a run needs an end: one of steps, epochs, maxSeconds and patience must be above 0",
                b -> b.withSteps(0));
    }

    @Test
    void theDirectionOfKnownMetricsIsKnown() {
        assertFalse(TrainingConfig.ofSteps(1).higherIsBetter());
        assertFalse(TrainingConfig.ofSteps(1).withMetric("ter").higherIsBetter());
        TrainingConfig bleu = TrainingConfig.ofSteps(1).withMetric("bleu");
        assertTrue(bleu.higherIsBetter());
        assertFalse(bleu.withDirection(Direction.LOWER).higherIsBetter());
        TrainingConfig loss = TrainingConfig.ofSteps(1);
        assertTrue(loss.withMetric("chrf").higherIsBetter(), "changed later");
    }
}
