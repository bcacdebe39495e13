package org.attn4j.cli.task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.Validator;

/** Lets the model in training write targets of validation pairs, and scores them. */
public final class WritingValidator implements Validator {

    /** Writes the targets of pairs, and measures them. */
    @FunctionalInterface
    public interface Writer {

        Evaluation write(List<SentencePair> pairs, List<String> metrics) throws IOException;
    }

    private final List<SentencePair> pairs;
    private final List<String> metrics;
    private final Writer writer;

    /** What the last validation wrote; nothing before the first. */
    private List<String> hypotheses = List.of();

    public WritingValidator(List<SentencePair> pairs, List<String> metrics, Writer writer) {
        this.pairs = pairs;
        this.metrics = metrics;
        this.writer = writer;
    }

    @Override
    public Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop)
            throws IOException {
        if (stop.isRequested()) {
            return Map.of();
        }
        Evaluation found = writer.write(pairs, metrics);
        hypotheses = found.hypotheses();
        Map<String, Double> scores = new LinkedHashMap<>();
        metrics.forEach(it -> scores.put(it, found.score(it)));
        return scores;
    }

    /** Pairs with what the last validation wrote for them; without one it is written now. */
    public List<Sample> samples(List<SentencePair> some) throws IOException {
        boolean written = !hypotheses.isEmpty() && pairs.containsAll(some);
        return samples(
                some,
                written
                        ? some.stream().map(pair -> hypotheses.get(pairs.indexOf(pair))).toList()
                        : writer.write(some, List.of("exact")).hypotheses());
    }

    /** Pairs with what was written for each. */
    public static List<Sample> samples(List<SentencePair> pairs, List<String> written) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            SentencePair pair = pairs.get(i);
            samples.add(new Sample(pair.source(), pair.target(), written.get(i)));
        }
        return samples;
    }
}
