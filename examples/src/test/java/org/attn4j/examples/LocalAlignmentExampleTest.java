package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@Tag("engine")
class LocalAlignmentExampleTest {

    private static ExampleSettings settings(double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        return new ExampleSettings(engine, Device.cpu(), 1, effort);
    }

    @Test
    void inShortFormTheAlignmentErrorFallsAlready() {
        List<String> progress = new ArrayList<>();
        ExampleResult result = new LocalAlignmentExample().run(settings(0.4), progress::add);
        Map<?, ?> monotonic = (Map<?, ?>) result.figures().get("monotonic");
        assertTrue(error(monotonic, "alignmentError") < error(monotonic, "alignmentErrorAtStart"));
        Map<?, ?> predictive = (Map<?, ?>) result.figures().get("predictive");
        assertTrue(
                error(predictive, "alignmentError") < error(predictive, "alignmentErrorAtStart"));
        assertTrue(result.lines().stream().anyMatch(line -> line.contains("#")), "no picture");
        assertTrue(!progress.isEmpty());
    }

    @Test
    @Tag("slow")
    @DisabledIfSystemProperty(
            named = "attn4j.engine",
            matches = "MXNet",
            disabledReason = "what is promised is what PyTorch draws for the seed")
    void inFullFormItReachesWhatItPromises() {
        ExampleResult result = new LocalAlignmentExample().run(settings(1), line -> {});
        assertTrue(result.reached(), result.figures().toString());
    }

    @Test
    void theSameSeedGivesTheSameFigures() {
        ExampleResult one = new LocalAlignmentExample().run(settings(0.01), line -> {});
        ExampleResult other = new LocalAlignmentExample().run(settings(0.01), line -> {});
        assertEquals(one.figures(), other.figures());
        assertEquals(one.lines(), other.lines());
        assertEquals(one.page().toHtml(), other.page().toHtml());
    }

    private static double error(Map<?, ?> figures, String name) {
        return ((Number) figures.get(name)).doubleValue();
    }
}
