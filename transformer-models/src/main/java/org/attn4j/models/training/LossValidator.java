package org.attn4j.models.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scores a model by its {@code loss}, the mean negative log-likelihood of a token in nats and
 * without label smoothing, and its {@code perplexity}, the exponential of that. The trainer's
 * listeners hear of each batch.
 */
public final class LossValidator implements Validator {

    private final BatchSource source;
    private final LabelSmoothedCrossEntropy loss;

    /**
     * Constructs a validator.
     *
     * @param source the validation data, of which epoch 0 is read
     * @param padId the label that does not count
     */
    public LossValidator(BatchSource source, long padId) {
        this.source = source;
        loss = new LabelSmoothedCrossEntropy(0, padId);
    }

    @Override
    public Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop)
            throws IOException {
        BatchLoss total = new BatchLoss(0, 0);
        try (NDManager manager = trainer.getManager().newSubManager()) {
            Iterator<Batch> batches = source.batches(manager, 0, 0);
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    total = total.plus(score(trainer, batch));
                }
                if (stop.isRequested()) {
                    return Map.of();
                }
            }
        }
        if (total.weight() == 0) {
            throw new IOException("the validation data hold no token to score; check their files");
        }
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("loss", total.mean());
        scores.put("perplexity", Math.exp(total.mean()));
        return scores;
    }

    private BatchLoss score(SequenceTrainer trainer, Batch batch) {
        try (ListenerData told = new ListenerData(trainer.getManager())) {
            BatchLoss sum = score(trainer, batch, told);
            trainer.notifyListeners(
                    listener -> listener.onValidationBatch(trainer, told.of(batch)));
            return sum;
        }
    }

    private BatchLoss score(SequenceTrainer trainer, Batch batch, ListenerData told) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            BatchLoss sum = new BatchLoss(0, 0);
            for (Batch part : trainer.parts(batch)) {
                NDList labels = part.getLabels();
                NDList output = trainer.evaluate(part.getData());
                told.add(labels, output);
                sum =
                        sum.plus(
                                new BatchLoss(
                                        loss.sum(labels, output).getFloat(), loss.count(labels)));
            }
            return sum;
        }
    }
}
