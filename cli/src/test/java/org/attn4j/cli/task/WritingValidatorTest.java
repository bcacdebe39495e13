package org.attn4j.cli.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.model.Evaluation.Figure;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.training.StopSignal;
import org.junit.jupiter.api.Test;

class WritingValidatorTest {

    private static final SentencePair ONE = new SentencePair("one", "un");
    private static final SentencePair TWO = new SentencePair("two", "deux");
    private static final SentencePair OTHER = new SentencePair("three", "trois");

    private final List<List<SentencePair>> written = new ArrayList<>();

    /** Writes the source in capitals and how often it has written. */
    private final WritingValidator validator =
            new WritingValidator(List.of(ONE, TWO), List.of("bleu", "exact"), this::write);

    private Evaluation write(List<SentencePair> pairs, List<String> metrics) {
        written.add(pairs);
        Figure figure = new Figure("", Map.of("score", 12.5));
        Map<String, Figure> figures = new HashMap<>();
        metrics.forEach(it -> figures.put(it, figure));
        return new Evaluation(
                pairs.stream()
                        .map(it -> it.source().toUpperCase(Locale.ROOT) + written.size())
                        .toList(),
                figures);
    }

    private void validate() throws IOException {
        assertEquals(
                Map.of("bleu", 12.5, "exact", 12.5), validator.validate(null, new StopSignal()));
    }

    @Test
    void samplesAreWhatTheLastValidationWrote() throws IOException {
        validate();
        assertEquals(List.of(new Sample("two", "deux", "TWO1")), validator.samples(List.of(TWO)));
        validate();
        assertEquals(
                List.of(new Sample("two", "deux", "TWO2"), new Sample("one", "un", "ONE2")),
                validator.samples(List.of(TWO, ONE)));
        assertEquals(2, written.size(), "by the validations alone");
    }

    @Test
    void whatNoValidationWroteIsWritten() throws IOException {
        assertEquals(List.of(new Sample("one", "un", "ONE1")), validator.samples(List.of(ONE)));
        validate();
        List<SentencePair> both = List.of(ONE, OTHER);
        assertEquals(
                List.of(new Sample("one", "un", "ONE3"), new Sample("three", "trois", "THREE3")),
                validator.samples(both));
        assertEquals(List.of(List.of(ONE), List.of(ONE, TWO), both), written);
    }

    @Test
    void aRunThatIsAskedToStopWritesNothing() throws IOException {
        StopSignal stop = new StopSignal();
        stop.request();
        assertEquals(Map.of(), validator.validate(null, stop));
        assertEquals(List.of(), written);
    }
}
