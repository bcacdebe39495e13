package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.Sha256Sums;

/** Writes and reads the checkpoints, kept weights and result of a run, each whole or not at all. */
final class Checkpoints {

    private final RunDirectory directory;
    private final SequenceTrainer trainer;
    private final ModelStore store;

    Checkpoints(RunDirectory directory, SequenceTrainer trainer, ModelStore store) {
        this.directory = directory;
        this.trainer = trainer;
        this.store = store;
    }

    /** Writes a checkpoint, from which {@link #restore} goes on. */
    Path save(TrainingState state) throws IOException {
        trainer.synchronise();
        Path target = directory.checkpoint(state.position().step());
        AtomicDirectory.write(
                target,
                aside -> {
                    store.save(aside);
                    Path optimizerFile = RunDirectory.optimizerFile(aside);
                    Files.createDirectories(optimizerFile.getParent());
                    SafetensorsWriter.write(optimizerFile, optimizer().state(), Map.of());
                    state.write(RunDirectory.stateFile(aside));
                    Sha256Sums.write(aside);
                });
        return target;
    }

    /** Sets model and optimiser to what they were at a checkpoint. */
    void restore(long step) throws IOException {
        Path checkpoint = directory.checkpoint(step);
        store.load(checkpoint);
        trainer.reload();
        try (NDManager scratch = trainer.getManager().newSubManager();
                SafetensorsFile file =
                        SafetensorsFile.open(RunDirectory.optimizerFile(checkpoint))) {
            Map<String, NDArray> state = new LinkedHashMap<>();
            for (String name : file.names()) {
                state.put(name, file.read(name, scratch));
            }
            optimizer().restore(state, step, trainer.getManager(), trainer.trained());
        } catch (IllegalArgumentException e) {
            throw new CheckpointFormatException(
                    RunDirectory.optimizerFile(checkpoint) + ": " + e.getMessage(), e);
        }
    }

    private StatefulOptimizer optimizer() {
        return (StatefulOptimizer) trainer.getOptimizer();
    }

    /** Keeps the present weights under the step. */
    void saveWeights(long step) throws IOException {
        AtomicDirectory.write(
                directory.weights(step),
                aside -> {
                    store.save(aside);
                    Sha256Sums.write(aside);
                });
    }

    /** Makes the present weights the result. */
    void publishCurrent() throws IOException {
        trainer.synchronise();
        AtomicDirectory.write(directory.result(), store::save);
        directory.publish(directory.result());
    }

    /**
     * Makes the kept weights of these steps, or their mean, the result, and the weights of the
     * model.
     */
    void publish(List<Long> steps) throws IOException {
        List<Path> models = steps.stream().map(directory::weights).toList();
        CheckpointAverage.write(models, directory.result(), trainer.getManager());
        store.load(directory.result());
        trainer.reload();
        directory.publish(directory.result());
    }
}
