package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Tag("engine")
class LatentExampleTest {

    private static ExampleSettings settings(double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        return new ExampleSettings(engine, Device.cpu(), 1, effort);
    }

    /** What the caches hold needs no training: 256 sequences of 20 places, two layers, float32. */
    @Test
    void theShortFormMeasuresTheCaches() {
        ExampleResult result = new LatentExample().run(settings(0.005), line -> {});
        long places = 256 * 20 * 2;
        assertEquals(places * 2 * 64 * 4, result.figures().get("multi_head_cache_bytes"));
        assertEquals(places * (24 + 8) * 4, result.figures().get("latent_cache_bytes"));
        assertEquals(0.25, (double) result.figures().get("cache_share"), 1e-9);
    }

    @Test
    @Tag("slow")
    @DisabledIfSystemProperty(
            named = "attn4j.engine",
            matches = "MXNet",
            disabledReason = "what is promised is what PyTorch draws for the seed")
    void theFullFormReachesWhatIsPromised() {
        ExampleResult result = new LatentExample().run(settings(1), line -> {});
        assertTrue(result.reached(), result.toString());
    }
}
