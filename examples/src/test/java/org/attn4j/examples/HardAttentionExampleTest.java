package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Tag("engine")
class HardAttentionExampleTest {

    private static ExampleResult run(double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        Example example = Examples.named("hard-attention");
        return example.run(new ExampleSettings(engine, Device.cpu(), 1, effort), line -> {});
    }

    @Test
    void aFewStepsAlreadyLookBetterThanChance() {
        ExampleResult result = run(0.45);
        double chance = (double) result.figures().get("chance");
        for (String way : List.of("straightThrough", "reinforce")) {
            Map<?, ?> figures = (Map<?, ?>) result.figures().get(way);
            double looks = (double) figures.get("rightLooks");
            assertTrue(looks > 2 * chance, way + ": " + looks);
        }
    }

    @Test
    void theSeedSettlesEverything() {
        assertEquals(run(0.02).figures(), run(0.02).figures());
    }

    @Test
    @Tag("slow")
    @DisabledIfSystemProperty(
            named = "attn4j.engine",
            matches = "MXNet",
            disabledReason = "what is promised is what PyTorch draws for the seed")
    void bothWaysLearnWhereToLook() {
        ExampleResult result = run(1);
        assertTrue(result.reached(), result.figures().toString());
    }
}
