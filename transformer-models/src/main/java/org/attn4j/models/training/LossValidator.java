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
    private final String accuracy; // null for none

    /** The loss of tokens, and how many of them the model would choose. */
    private record Sum(BatchLoss loss, long right) {

        Sum plus(Sum other) {
            return new Sum(loss.plus(other.loss), right + other.right);
        }
    }

    /**
     * Constructs a validator.
     *
     * @param source the validation data, of which epoch 0 is read
     * @param padId the label that does not count
     */
    public LossValidator(BatchSource source, long padId) {
        this(source, padId, null);
    }

    /**
     * Constructs a validator that also gives the percentage of tokens that the model would choose.
     *
     * @param source the validation data, of which epoch 0 is read
     * @param padId the label that does not count
     * @param accuracy what the percentage is called; null for none
     */
    public LossValidator(BatchSource source, long padId, String accuracy) {
        this.source = source;
        this.accuracy = accuracy;
        loss = new LabelSmoothedCrossEntropy(0, padId);
    }

    @Override
    public Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop)
            throws IOException {
        Sum total = new Sum(new BatchLoss(0, 0), 0);
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
        if (total.loss.weight() == 0) {
            throw new IOException("the validation data hold no token to score; check their files");
        }
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("loss", total.loss.mean());
        scores.put("perplexity", Math.exp(total.loss.mean()));
        if (accuracy != null) {
            scores.put(accuracy, 100.0 * total.right / total.loss.weight());
        }
        return scores;
    }

    private Sum score(SequenceTrainer trainer, Batch batch) {
        try (ListenerData told = new ListenerData(trainer.getManager())) {
            Sum sum = score(trainer, batch, told);
            trainer.notifyListeners(
                    listener -> listener.onValidationBatch(trainer, told.of(batch)));
            return sum;
        }
    }

    private Sum score(SequenceTrainer trainer, Batch batch, ListenerData told) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Sum sum = new Sum(new BatchLoss(0, 0), 0);
            for (Batch part : trainer.parts(batch)) {
                NDList labels = part.getLabels();
                NDList output = trainer.evaluate(part.getData());
                told.add(labels, output);
                BatchLoss of =
                        new BatchLoss(loss.sum(labels, output).getFloat(), loss.count(labels));
                long right = accuracy == null ? 0 : loss.countRight(labels, output);
                sum = sum.plus(new Sum(of, right));
            }
            return sum;
        }
    }
}
