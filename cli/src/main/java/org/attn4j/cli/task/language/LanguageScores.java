package org.attn4j.cli.task.language;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.util.Progress;
import java.util.Iterator;
import java.util.List;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.models.metric.Perplexity;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.NamedBlock;

/**
 * How well a language model predicts the labels of batches.
 *
 * @param negativeLogLikelihood the nats of all labels that count
 * @param right how many of them have the highest logit
 * @param tokens how many count
 */
record LanguageScores(double negativeLogLikelihood, long right, long tokens) {

    /**
     * Measures a model on the first epoch of batches.
     *
     * @param progress told of the rows of each batch that is done; null for nobody
     */
    static LanguageScores of(
            LoadedModel model, List<String> inputs, ExampleDataset<?> source, Progress progress) {
        NamedBlock block = new NamedBlock(model.model(), inputs, List.of("logits"));
        LanguageScores total = new LanguageScores(0, 0, 0);
        try (NDManager manager = model.manager().newSubManager()) {
            ParameterStore parameters = new ParameterStore(manager, false);
            Iterator<Batch> batches = source.batches(manager, 0, 0);
            while (batches.hasNext()) {
                try (Batch batch = batches.next();
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDList logits = block.forward(parameters, batch.getData(), false);
                    total = total.plus(of(batch.getLabels(), logits));
                    if (progress != null) {
                        progress.increment(batch.getSize());
                    }
                }
            }
        }
        return total;
    }

    /** Measures logits (B, T, V) by labels (B, T); what it makes belongs to the caller's scope. */
    static LanguageScores of(NDList labels, NDList logits) {
        LabelSmoothedCrossEntropy loss = new LabelSmoothedCrossEntropy(0, Losses.IGNORED);
        return new LanguageScores(
                loss.sum(labels, logits).getFloat(),
                loss.countRight(labels, logits),
                loss.count(labels));
    }

    LanguageScores plus(LanguageScores other) {
        return new LanguageScores(
                negativeLogLikelihood + other.negativeLogLikelihood,
                right + other.right,
                tokens + other.tokens);
    }

    Perplexity perplexity() {
        return new Perplexity(negativeLogLikelihood, tokens);
    }

    double accuracy() {
        return 100.0 * right / tokens;
    }
}
