package org.attn4j.models.training;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.common.FileLocks;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.Sha256Sums;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a training run.
 *
 * <pre>
 * DIR/                          the result: a model directory
 *   training/
 *     metrics.jsonl             a line for each step and each validation
 *     tensorboard/              the same as TensorBoard's event files, if {@link TensorBoardEvents} is told
 *     checkpoints/step-N/       the last two checkpoints: model directories, with
 *       training_state/         the state of the run and the optimiser, and the files' SHA-256
 *     weights/step-N/           the weights that are kept: model directories
 *     .lock                     locked while somebody trains here
 * </pre>
 *
 * <p>A checkpoint is complete or absent, whenever the process dies.
 *
 * @param root the directory of the run
 */
public record RunDirectory(Path root) {

    /** The folder of a checkpoint that holds the state of the run, and is no part of the model. */
    public static final String STATE = "training_state";

    private static final Logger LOGGER = LoggerFactory.getLogger(RunDirectory.class);
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
     * Keeps everybody else from training in this directory, until it is closed or the process ends.
     *
     * @return the lock
     * @throws IOException if somebody else, in this process or another, trains here
     */
    public Closeable lock() throws IOException {
        Closeable lock;
        try {
            lock = FileLocks.tryAcquire(training().resolve(".lock")).orElse(null);
        } catch (IOException e) {
            if (!Files.isWritable(training())) {
                throw e;
            }
            LOGGER.warn(
                    "{} cannot be locked ({}): let nobody else train in it", root, e.toString());
            return () -> {};
        }
        if (lock == null) {
            throw new IOException(
                    root
                            + " is being trained in already: wait for the end of that, or choose another directory");
        }
        try {
            recoverCheckpoints();
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        return lock;
    }

    /**
     * Returns the latest checkpoint, a model directory from which the run can be resumed.
     *
     * @return the checkpoint, if the run has written one
     * @throws IOException if the directory cannot be read
     */
    public Optional<Path> latestCheckpoint() throws IOException {
        if (hasReplaced()) {
            Optional<Closeable> lock = FileLocks.tryAcquire(training().resolve(".lock"));
            if (lock.isPresent()) { // nobody is at it: the process died
                try (Closeable held = lock.get()) {
                    Objects.requireNonNull(held);
                    recoverCheckpoints();
                }
            }
        }
        return latestStep().map(this::checkpoint);
    }

    private Optional<Long> latestStep() throws IOException {
        return steps(checkpoints()).max(Comparator.naturalOrder());
    }

    private boolean hasReplaced() throws IOException {
        return children(checkpoints()).stream()
                .anyMatch(child -> REPLACED.matcher(child.getFileName().toString()).matches());
    }

    /** Puts back a checkpoint that was being replaced when the process died. */
    private void recoverCheckpoints() throws IOException {
        for (Path child : children(checkpoints())) {
            Matcher replaced = REPLACED.matcher(child.getFileName().toString());
            if (replaced.matches()) {
                AtomicDirectory.recover(checkpoints().resolve(replaced.group(1)));
            }
        }
    }

    /**
     * Reads the state of the latest checkpoint: the configuration, kernel choice and threads to
     * resume with.
     *
     * @return the state, if the run has written a checkpoint
     * @throws IOException if it cannot be read or is damaged; the message tells how to go on
     */
    public Optional<TrainingState> latestState() throws IOException {
        Optional<Long> latest = latestCheckpoint().isEmpty() ? Optional.empty() : latestStep();
        if (latest.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(state(latest.get(), name -> name.endsWith(".json")));
        } catch (IOException e) {
            throw damaged(latest.get(), e);
        }
    }

    /** Reads the state of a checkpoint whose files of these names are what they were. */
    private TrainingState state(long step, Predicate<String> checked) throws IOException {
        Path checkpoint = checkpoint(step);
        Sha256Sums.check(checkpoint, checked);
        TrainingState state = TrainingState.read(stateFile(checkpoint));
        if (state.position().step() != step) {
            throw new CheckpointFormatException(
                    "%s is that of step %s: it was put into another place"
                            .formatted(stateFile(checkpoint), state.position().step()));
        }
        if (state.hasDigests() && !Sha256Sums.areIn(checkpoint)) {
            throw new CheckpointFormatException(
                    checkpoint + " has lost the digests that it was saved with");
        }
        return state;
    }

    /**
     * Holds every file of a checkpoint against the digest that it was saved with.
     *
     * @throws IOException if one is damaged; the message tells how to go on
     */
    void requireSound(long step) throws IOException {
        try {
            state(step, name -> true);
        } catch (IOException e) {
            throw damaged(step, e);
        }
        if (!Sha256Sums.areIn(checkpoint(step))) {
            LOGGER.warn(
                    "{} was saved by an older version, without digests: whether it is whole cannot be told",
                    checkpoint(step));
        }
    }

    /** The state of the checkpoint before that of a step, if there is one that can be read. */
    Optional<TrainingState> stateBefore(long step) throws IOException {
        Optional<Long> before =
                steps(checkpoints()).filter(each -> each < step).max(Comparator.naturalOrder());
        try {
            return before.isEmpty()
                    ? Optional.empty()
                    : Optional.of(state(before.get(), name -> name.endsWith(".json")));
        } catch (IOException e) {
            return Optional.empty(); // nobody will go back to it
        }
    }

    private boolean isSound(long step) {
        try {
            state(step, name -> true);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private IOException damaged(long step, IOException problem) throws IOException {
        Optional<Long> older =
                steps(checkpoints())
                        .filter(each -> each < step && isSound(each))
                        .max(Comparator.naturalOrder());
        String mend =
                older.map(
                                each ->
                                        "the checkpoint of step %s is whole: go on from it with --resume --from-step %s"
                                                .formatted(each, each))
                        .orElse("there is no older one that is whole: start another run");
        return new CheckpointFormatException(problem.getMessage() + "; " + mend, problem);
    }

    /**
     * Makes an older checkpoint the latest one, because those after it are damaged. They are set
     * aside as {@code damaged-step-N}.
     *
     * @param step the step of the checkpoint
     * @throws IOException if that one is damaged too
     * @throws IllegalArgumentException if there is none of that step, or a later one is whole
     */
    public void returnTo(long step) throws IOException {
        try (Closeable held = lock()) {
            Objects.requireNonNull(held);
            List<Long> all = steps(checkpoints()).sorted().toList();
            Require.that(
                    all.contains(step),
                    "%s has no checkpoint of step %s: it has %s",
                    root,
                    step,
                    all);
            requireSound(step);
            List<Long> later = all.stream().filter(each -> each > step).toList();
            for (long each : later) {
                Require.that(
                        !isSound(each),
                        "the checkpoint of step %s is whole: resume from it, without --from-step",
                        each);
            }
            for (long each : later) {
                Path aside = checkpoints().resolve("damaged-" + name(each));
                if (Files.exists(aside)) {
                    AtomicDirectory.delete(aside);
                }
                Files.move(checkpoint(each), aside, StandardCopyOption.ATOMIC_MOVE);
                LOGGER.warn("{} is damaged and was set aside; it may be removed", aside);
            }
        }
    }

    /** The selection without weights that are gone, and only if what is kept is whole. */
    Selection sound(Selection selection, TrainingConfig config) throws IOException {
        Selection sound = selection;
        for (long step : selection.kept(config)) {
            Path kept = weights(step);
            if (!Files.isDirectory(kept)) {
                LOGGER.warn("{} is gone: the run goes on without these weights", kept);
                sound = sound.without(step);
                continue;
            }
            try {
                Sha256Sums.check(kept, name -> true);
            } catch (CheckpointFormatException e) {
                throw new CheckpointFormatException(
                        "%s; remove %s to go on without these weights"
                                .formatted(e.getMessage(), kept),
                        e);
            }
        }
        return sound;
    }

    /** The state file of a checkpoint. */
    static Path stateFile(Path checkpoint) {
        return checkpoint.resolve(STATE).resolve("state.json");
    }

    /** The optimiser's file of a checkpoint. */
    static Path optimizerFile(Path checkpoint) {
        return checkpoint.resolve(STATE).resolve("optimizer.safetensors");
    }

    /** The steps that directories are named after, in whatever order. */
    private static Stream<Long> steps(Path parent) throws IOException {
        return children(parent).stream()
                .map(child -> STEP.matcher(child.getFileName().toString()))
                .filter(Matcher::matches)
                .map(matcher -> Long.valueOf(matcher.group(1)));
    }

    private static List<Path> children(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.toList();
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

    /** Removes all checkpoints but these. */
    void keepCheckpoints(Collection<Long> kept) throws IOException {
        keep(checkpoints(), kept);
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

    /** Puts a model directory where the result is, file by file, each whole at any time. */
    void publish(Path model) throws IOException {
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = root.resolve(model.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.move(
                        file,
                        target,
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
