package org.attn4j.models.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.AtomicDirectory;

/**
 * The files of a training run.
 *
 * <pre>
 * DIR/                          the result: a model directory
 *   training/
 *     metrics.jsonl             a line for each step and each validation
 *     checkpoints/step-N/       the latest checkpoint: a model directory, with
 *       training_state/         the state of the run and the optimiser
 *     weights/step-N/           the weights that are kept: model directories
 * </pre>
 *
 * <p>A checkpoint is complete or absent, whenever the process dies.
 *
 * @param root the directory of the run
 */
public record RunDirectory(Path root) {

    private static final Pattern STEP = Pattern.compile("step-(\\d{1,18})");
    private static final Pattern REPLACED = Pattern.compile("\\.(step-\\d{1,18})\\.old");

    /**
     * Returns the directory of what is no part of the model.
     *
     * @return the path of {@code training}
     */
    public Path training() {
        return root.resolve("training");
    }

    /**
     * Returns the metrics file: JSON lines.
     *
     * @return the path of {@code training/metrics.jsonl}
     */
    public Path metrics() {
        return training().resolve("metrics.jsonl");
    }

    private Path checkpoints() {
        return training().resolve("checkpoints");
    }

    private Path weights() {
        return training().resolve("weights");
    }

    /** The checkpoint of a step. */
    Path checkpoint(long step) {
        return checkpoints().resolve(name(step));
    }

    /**
     * Returns the directory of the weights that were kept after a step.
     *
     * @param step the step
     * @return the path, whether it exists or not
     */
    public Path weights(long step) {
        return weights().resolve(name(step));
    }

    private static String name(long step) {
        return String.format("step-%08d", step);
    }

    /**
     * Returns the latest checkpoint, a model directory from which the run can be resumed.
     *
     * @return the checkpoint, if the run has written one
     * @throws IOException if the directory cannot be read
     */
    public Optional<Path> latestCheckpoint() throws IOException {
        recoverCheckpoints();
        return steps(checkpoints()).max(Comparator.naturalOrder()).map(this::checkpoint);
    }

    /** Puts back a checkpoint that was being replaced when the process died. */
    private void recoverCheckpoints() throws IOException {
        if (!Files.isDirectory(checkpoints())) {
            return;
        }
        try (Stream<Path> children = Files.list(checkpoints())) {
            for (Path child : children.toList()) {
                Matcher replaced = REPLACED.matcher(child.getFileName().toString());
                if (replaced.matches()) {
                    AtomicDirectory.recover(checkpoints().resolve(replaced.group(1)));
                }
            }
        }
    }

    /**
     * Reads the state of the latest checkpoint: the configuration, kernel choice and threads to
     * resume with.
     *
     * @return the state, if the run has written a checkpoint
     * @throws IOException if it cannot be read
     */
    public Optional<TrainingState> latestState() throws IOException {
        Optional<Path> checkpoint = latestCheckpoint();
        return checkpoint.isEmpty()
                ? Optional.empty()
                : Optional.of(TrainingState.read(stateFile(checkpoint.get())));
    }

    /** The state file of a checkpoint. */
    static Path stateFile(Path checkpoint) {
        return checkpoint.resolve("training_state").resolve("state.json");
    }

    /** The optimiser's file of a checkpoint. */
    static Path optimizerFile(Path checkpoint) {
        return checkpoint.resolve("training_state").resolve("optimizer.safetensors");
    }

    private static Stream<Long> steps(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return Stream.empty();
        }
        try (Stream<Path> children = Files.list(parent)) {
            List<Long> steps =
                    children.map(child -> STEP.matcher(child.getFileName().toString()))
                            .filter(Matcher::matches)
                            .map(matcher -> Long.valueOf(matcher.group(1)))
                            .toList();
            return steps.stream();
        }
    }

    /** Makes the directories and clears away what a process that died was writing. */
    void prepare() throws IOException {
        for (Path directory : List.of(root, checkpoints(), weights())) {
            Files.createDirectories(directory);
        }
        for (Path directory : List.of(training(), checkpoints(), weights())) {
            AtomicDirectory.removeUnfinished(directory);
        }
    }

    /** Removes all checkpoints but one. */
    void keepCheckpoint(long step) throws IOException {
        keep(checkpoints(), List.of(step));
    }

    /** Removes all kept weights but these. */
    void keepWeights(Collection<Long> kept) throws IOException {
        keep(weights(), kept);
    }

    private static void keep(Path parent, Collection<Long> kept) throws IOException {
        for (long step : steps(parent).toList()) {
            if (!kept.contains(step)) {
                AtomicDirectory.delete(parent.resolve(name(step)));
            }
        }
    }

    /** Puts a model directory in the place of the result, file by file, each whole at any time. */
    void publish(Path model) throws IOException {
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.move(
                        file,
                        root.resolve(file.getFileName()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        AtomicDirectory.delete(model);
    }

    /** Where the result is written before it is published. */
    Path result() {
        return training().resolve("result");
    }
}
