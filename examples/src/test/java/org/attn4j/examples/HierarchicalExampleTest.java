package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Tag("engine")
class HierarchicalExampleTest {

    private static ExampleResult run(double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        Example example = Examples.named("hierarchical");
        return example.run(new ExampleSettings(engine, Device.cpu(), 1, effort), line -> {});
    }

    @Test
    void aShortTrainingAlreadyPointsToTheWord() {
        ExampleResult result = run(0.25);
        double found = (double) result.figures().get("wordFound");
        assertTrue(found > 0.5, "of one word in five or so: " + found);
    }

    @Test
    void theSeedSettlesEverything() {
        assertEquals(run(0.01).figures(), run(0.01).figures());
    }

    @Test
    @Tag("slow")
    @DisabledIfSystemProperty(
            named = "attn4j.engine",
            matches = "MXNet",
            disabledReason = "what is promised is what PyTorch draws for the seed")
    void theDecidingSentenceAndWordAreFound() {
        ExampleResult result = run(1);
        assertTrue(result.reached(), result.figures().toString());
    }
}
