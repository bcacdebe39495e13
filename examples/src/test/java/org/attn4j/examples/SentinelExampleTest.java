package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Tag("engine")
class SentinelExampleTest {

    private static ExampleResult run(double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        return Examples.named("sentinel")
                .run(new ExampleSettings(engine, Device.cpu(), 1, effort), line -> {});
    }

    @Test
    void soonItLooksMoreForWhatIsToBeSeen() {
        ExampleResult result = run(0.25);
        double visible = (double) result.figures().get("notLookedForVisibleWords");
        double other = (double) result.figures().get("notLookedForOtherWords");
        assertTrue(visible < other, result.figures().toString());
    }

    @Test
    @Tag("slow")
    @DisabledIfSystemProperty(
            named = "attn4j.engine",
            matches = "MXNet",
            disabledReason = "what is promised is what PyTorch draws for the seed")
    void itLearnsWhenNotToLook() {
        ExampleResult result = run(1);
        assertTrue(result.reached(), result.figures().toString());
    }
}
