package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.metric.Bleu;
import org.attn4j.models.metric.Chrf;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.Validator;
import org.attn4j.models.zoo.SentenceTranslator;
import org.attn4j.models.zoo.Translation;

/** Translates validation sentences with the model in training, for BLEU, chrF and exact match. */
public final class TranslationValidator implements Validator {

    private final SentenceTranslator translator;
    private final List<String> sources;
    private final List<String> references;

    public TranslationValidator(SentenceTranslator translator, List<SentencePair> pairs) {
        this.translator = translator;
        sources = pairs.stream().map(SentencePair::source).toList();
        references = pairs.stream().map(SentencePair::target).toList();
    }

    @Override
    public Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop) {
        if (stop.isRequested()) {
            return Map.of();
        }
        try (NDManager manager = trainer.getManager().newSubManager()) {
            return scores(best(translator.translate(manager, sources)));
        }
    }

    private Map<String, Double> scores(List<String> hypotheses) {
        List<List<String>> streams = List.of(references);
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("bleu", Bleu.builder().build().score(hypotheses, streams).score());
        scores.put("chrf", Chrf.builder().build().score(hypotheses, streams).score());
        scores.put("exact", exactMatch(hypotheses, references));
        return scores;
    }

    /** The text of each sentence's best translation. */
    static List<String> best(List<List<Translation>> translations) {
        return translations.stream().map(found -> found.get(0).text()).toList();
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
