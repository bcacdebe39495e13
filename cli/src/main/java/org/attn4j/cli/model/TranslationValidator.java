package org.attn4j.cli.model;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.metric.Bleu;
import org.attn4j.models.metric.Chrf;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.Validator;

/** Translates validation sentences with the model in training, for BLEU, chrF and exact match. */
public final class TranslationValidator implements Validator {

    private final TextTranslator translator;
    private final List<String> sources;
    private final List<String> references;

    /** Translates with the model's own settings of generation. */
    public TranslationValidator(TextGenerator model, List<SentencePair> pairs) {
        translator = new TextTranslator(model, GenerationRequest.builder(), null, null);
        sources = pairs.stream().map(SentencePair::source).toList();
        references = pairs.stream().map(SentencePair::target).toList();
    }

    @Override
    public Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop)
            throws IOException {
        if (stop.isRequested()) {
            return Map.of();
        }
        return scores(translator.best(sources));
    }

    private Map<String, Double> scores(List<String> hypotheses) {
        List<List<String>> streams = List.of(references);
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("bleu", Bleu.DEFAULTS.score(hypotheses, streams).score());
        scores.put("chrf", Chrf.DEFAULTS.score(hypotheses, streams).score());
        scores.put("exact", exactMatch(hypotheses, references));
        return scores;
    }

    /** The percentage of hypotheses that are their reference, letter by letter. */
    static double exactMatch(List<String> hypotheses, List<String> references) {
        int same = 0;
        for (int i = 0; i < references.size(); i++) {
            same += references.get(i).strip().equals(hypotheses.get(i).strip()) ? 1 : 0;
        }
        return references.isEmpty() ? 0 : 100.0 * same / references.size();
    }
}
