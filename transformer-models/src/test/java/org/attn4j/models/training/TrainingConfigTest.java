package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {

    private static void assertRefused(
            String message, UnaryOperator<TrainingConfig.Builder> change) {
        TrainingConfig.Builder builder = change.apply(TrainingConfig.builder().optSteps(10));
        Exception e = assertThrows(IllegalArgumentException.class, builder::build);
        assertEquals(message, e.getMessage());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused("steps must not be negative, got steps=-1", b -> b.optSteps(-1));
        assertRefused(
                "labelSmoothing must lie in [0, 1), got labelSmoothing=1.0",
                b -> b.optLabelSmoothing(1));
        assertRefused("beta2 must lie in [0, 1), got beta2=NaN", b -> b.optBeta2(Double.NaN));
        assertRefused(
                "accumulation must be at least 1, got accumulation=0", b -> b.optAccumulation(0));
        assertRefused("metric must be named, got metric= ", b -> b.optMetric(" "));
        assertRefused(
                "keepBest must be at least 1 when the final weights are taken from the best, got"
                        + " keepBest=0",
                b -> b.optKeepBest(0));
        assertRefused(
                "keepLast must be at least 1 when the final weights are the mean of the last, got"
                        + " keepLast=0",
                b -> b.optFinalWeights(FinalWeights.AVERAGE_LAST));
        assertRefused(
                "a run needs an end: one of steps, epochs, maxSeconds and patience must be above 0",
                b -> b.optSteps(0));
    }

    @Test
    void theDirectionOfKnownMetricsIsKnown() {
        assertFalse(TrainingConfig.builder().optSteps(1).build().higherIsBetter());
        assertFalse(TrainingConfig.builder().optSteps(1).optMetric("ter").build().higherIsBetter());
        TrainingConfig.Builder bleu = TrainingConfig.builder().optSteps(1).optMetric("bleu");
        assertTrue(bleu.build().higherIsBetter());
        assertFalse(bleu.optDirection(Direction.LOWER).build().higherIsBetter());
        TrainingConfig loss = TrainingConfig.builder().optSteps(1).build();
        assertTrue(loss.toBuilder().optMetric("chrf").build().higherIsBetter(), "changed later");
    }

    @Test
    void aCopyIsEqual() {
        TrainingConfig config =
                TrainingConfig.builder().optSteps(10).optSeed(5).optMetric("bleu").build();
        assertEquals(config, config.toBuilder().build());
    }
}
