package org.attn4j.cli.task;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.training.BatchSource;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;

/**
 * A training run, ready to begin.
 *
 * @param trainer the trainer, initialised
 * @param batches what it learns from; one that is also a listener is told of the run
 * @param store what saves the model
 * @param validator what scores it, or null
 * @param environment what has to be the same on resume for the result to be the same
 * @param samples examples by which it shows how the model gets better, or null
 * @param resources what is closed, in this order, when the run is over; the trainer need not be
 *     among them
 */
public record PreparedRun(
        SequenceTrainer trainer,
        BatchSource batches,
        ModelStore store,
        Validator validator,
        Map<String, String> environment,
        TrainingSamples samples,
        List<AutoCloseable> resources)
        implements AutoCloseable {

    @Override
    public void close() throws IOException {
        trainer.close();
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
