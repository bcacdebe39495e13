package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.attention.ops.KernelChoice;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Precision;
import org.attn4j.common.Ahead;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.training.TrainingState.Position;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training run in a directory: it steps, validates, keeps the best weights, stops when it should,
 * and leaves a model directory as its result.
 *
 * <p>A run that was killed, at whatever step, and is resumed on the same machine gives bitwise the
 * same losses and weights as one never stopped: a checkpoint holds weights, optimiser, position in
 * the data and validations, and what is random in a step is a function of the seed and the step.
 * For that the batches have to be a function of the epoch and the {@code environment} (kernel
 * choice, threads) has to be that of the first part, which {@link RunDirectory#latestState} tells.
 */
public final class TrainingRun {

    private static final Logger logger = LoggerFactory.getLogger(TrainingRun.class);

    /** The name under which the kernel choice is recorded. */
    private static final String KERNELS = "kernels";

    private final RunDirectory directory;
    private final SequenceTrainer trainer;
    private final TrainingConfig config;
    private final BatchSource batches;
    private final Checkpoints checkpoints;
    private final List<RunListener> listeners = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Validator validator;
    private StopSignal stop = new StopSignal();
    private boolean resume;
    private boolean locked;
    private Position position;
    private Selection selection;
    private long tokens;
    private TrainingState saved;
    private TrainingState savedBefore; // null if there is one checkpoint alone
    private Stopwatch watch;
    private MetricsLog log;

    /**
     * Constructs a run without validation, whose result are the last weights.
     *
     * @param directory the directory of the run, made if it is missing
     * @param trainer the trainer, initialised, with a {@link StatefulOptimizer}; the caller closes
     *     it
     * @param config the configuration
     * @param batches the training data
     * @param store what writes and reads model directories
     * @throws IllegalArgumentException if the trainer's optimiser cannot be saved, or a pattern of
     *     what is frozen names nothing
     */
    public TrainingRun(
            Path directory,
            SequenceTrainer trainer,
            TrainingConfig config,
            BatchSource batches,
            ModelStore store) {
        Require.that(
                trainer.getOptimizer() instanceof StatefulOptimizer,
                "a run needs a StatefulOptimizer, whose state it can save, got optimizer=%s;"
                        + " TrainingConfig.optimizer makes one of each kind",
                trainer.getOptimizer().getClass().getName());
        this.directory = new RunDirectory(directory);
        this.trainer = trainer;
        this.config = config;
        this.batches = batches;
        checkpoints = new Checkpoints(this.directory, trainer, store);
        trainer.group(config);
    }

    /**
     * Sets what scores the model (default: nothing).
     *
     * @param validator the validator
     * @return this run
     */
    public TrainingRun validateBy(Validator validator) {
        this.validator = validator;
        return this;
    }

    /**
     * Sets what asks the run to stop.
     *
     * @param stop the signal
     * @return this run
     */
    public TrainingRun stopBy(StopSignal stop) {
        this.stop = stop;
        return this;
    }

    /**
     * Sets whether a run that the directory holds is continued (default: no, and finding one is an
     * error).
     *
     * @param resume whether it is
     * @return this run
     */
    public TrainingRun resume(boolean resume) {
        this.resume = resume;
        return this;
    }

    /**
     * Says that the caller holds {@link RunDirectory#lock} already (default: the run takes it).
     *
     * @return this run
     */
    public TrainingRun locked() {
        locked = true;
        return this;
    }

    /**
     * Records something that has to be the same on resume for the result to be the same: the number
     * of threads, say. A difference on resume is logged.
     *
     * @param name the name
     * @param value the value
     * @return this run
     */
    public TrainingRun record(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /**
     * Adds listeners.
     *
     * @param listeners the listeners
     * @return this run
     */
    public TrainingRun tell(RunListener... listeners) {
        this.listeners.addAll(List.of(listeners));
        return this;
    }

    /**
     * Trains to the end.
     *
     * @return the result
     * @throws IOException if data cannot be read or the run not be saved; checkpoints written
     *     before stay whole; or if somebody else trains in the directory, or the checkpoint is
     *     damaged
     * @throws NonFiniteException if a loss or gradient is not finite; it names the batch
     * @throws IllegalArgumentException if the directory and {@code resume} do not go together
     */
    public RunResult run() throws IOException {
        try (Closeable lock = locked ? () -> {} : directory.lock()) {
            Objects.requireNonNull(lock);
            return runAlone();
        }
    }

    /** The kernels that a run asks for are those of the JVM no longer than it runs. */
    private RunResult runAlone() throws IOException {
        Map<Device, KernelChoice> before = new LinkedHashMap<>();
        try {
            for (Device device : trainer.getDevices()) {
                try (NDManager on = trainer.getManager().newSubManager(device)) {
                    before.put(device, Kernels.of(on).choice());
                    if (config.precision() == Precision.BF16) {
                        Kernels.useBfloat16(on);
                    }
                }
            }
            return runInPrecision();
        } finally {
            before.forEach(
                    (device, choice) -> {
                        try (NDManager on = trainer.getManager().newSubManager(device)) {
                            Kernels.restore(on, choice);
                        }
                    });
        }
    }

    private RunResult runInPrecision() throws IOException {
        TrainingState state = begin();
        position = state.position();
        selection = directory.sound(state.selection().ranked(config), config);
        tokens = state.usage().tokens();
        watch = new Stopwatch(state.usage());
        directory.prepare();
        keepWeights();
        try (MetricsLog opened = new MetricsLog(directory.metrics(), state.metricsBytes())) {
            log = opened;
            notifyListeners(listener -> listener.onStart(position.step()));
            long trained = trainer.trainedParameters();
            notifyListeners(listener -> listener.onModel(trained, trainer.allParameters()));
            checkpoint();
            StopReason reason = train();
            RunResult result = finish(reason);
            notifyListeners(listener -> listener.onEnd(result));
            return result;
        }
    }

    private TrainingState begin() throws IOException {
        TrainingState found = directory.latestState().orElse(null);
        if (found == null) {
            recordKernels();
            return TrainingState.initial(engineName(), environment, config);
        }
        Require.that(
                resume,
                "%s already holds a training run, at step %s: resume it, or choose"
                        + " another directory",
                directory.root(),
                found.position().step());
        restoreKernels(found);
        recordKernels();
        new ResumeCheck(found, TrainingState.initial(engineName(), environment, config)).check();
        directory.requireSound(found.position().step());
        checkpoints.restore(found.position().step());
        saved = found;
        savedBefore = directory.stateBefore(found.position().step()).orElse(null);
        return found;
    }

    private void recordKernels() {
        environment.put(KERNELS, Kernels.of(trainer.getManager()).choice().toString());
    }

    /** Takes the kernels of the first part of the run, if this engine has them. */
    private void restoreKernels(TrainingState found) {
        String choice = found.environment().get(KERNELS);
        if (choice != null && engineName().equals(found.engine())) {
            try {
                Kernels.restore(trainer.getManager(), KernelChoice.parse(choice));
            } catch (IllegalArgumentException e) {
                logger.warn(e.getMessage());
            }
        }
    }

    private String engineName() {
        return trainer.getManager().getEngine().getEngineName();
    }

    private StopReason train() throws IOException {
        if (isValidationDue()) { // the run was stopped in the middle of it
            validate();
        }
        while (true) {
            try (NDManager manager = trainer.getManager().newSubManager();
                    Ahead<Batch> epoch = ahead(manager, batches(manager))) {
                if (!epoch.hasNext() && position.batch() == 0) {
                    throw new IOException(
                            "the training data hold no batch; check their files and length limits");
                }
                while (true) {
                    StopReason reason = reasonToStop();
                    if (reason != null) {
                        return reason;
                    }
                    if (!epoch.hasNext()) {
                        break;
                    }
                    step(epoch);
                    afterStep();
                }
            }
            endEpoch();
        }
    }

    /** The batches draw nothing from the engine's random numbers. */
    private static Ahead<Batch> ahead(NDManager manager, Iterator<Batch> batches) {
        return new Ahead<>(
                "attn4j-batches",
                () ->
                        EngineThreads.compute(
                                manager,
                                () ->
                                        batches.hasNext()
                                                ? Optional.of(batches.next())
                                                : Optional.empty()),
                Batch::close);
    }

    private Iterator<Batch> batches(NDManager manager) throws IOException {
        try {
            return batches.batches(manager, position.epoch(), position.batch());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the training data have no batch %s in epoch %s, where the run left off: are they what it began with? (%s)"
                            .formatted(position.batch(), position.epoch(), e.getMessage()),
                    e);
        }
    }

    private StopReason reasonToStop() {
        if (stop.isRequested()) {
            return StopReason.SIGNAL;
        }
        if (config.steps() > 0 && position.step() >= config.steps()) {
            return StopReason.STEPS;
        }
        if (config.epochs() > 0 && position.epoch() >= config.epochs()) {
            return StopReason.EPOCHS;
        }
        if (config.patience() > 0 && selection.badValidations() >= config.patience()) {
            return StopReason.PATIENCE;
        }
        return config.maxSeconds() > 0 && watch.seconds() >= config.maxSeconds()
                ? StopReason.TIME
                : null;
    }

    private void step(Iterator<Batch> epoch) throws IOException {
        long begin = System.nanoTime();
        BatchLoss loss = new BatchLoss(0, 0);
        int taken = 0;
        List<String> taking = new ArrayList<>();
        for (; taken < config.accumulation() && epoch.hasNext(); taken++) {
            trainer.getManager()
                    .getEngine()
                    .setRandomSeed(StepSeed.of(config.seed(), position.step() + 1, taken));
            try (Batch batch = epoch.next()) {
                batches.onTaken(batch);
                String described = describe(taken, batch);
                taking.add(described);
                BatchLoss batchLoss = trainer.trainBatch(batch);
                if (!Double.isFinite(batchLoss.sum())) {
                    throw nonFinite("the loss is " + batchLoss.sum(), described);
                }
                loss = loss.plus(batchLoss);
            }
        }
        StepReport report;
        try {
            report = trainer.update();
        } catch (NonFiniteException e) {
            throw nonFinite(e.getMessage(), String.join(", ", taking));
        }
        position = position.afterStep(taken);
        tokens += loss.weight();
        report(loss, report, System.nanoTime() - begin);
    }

    private String describe(int taken, Batch batch) {
        String described = "batch " + (position.batch() + taken) + " of epoch " + position.epoch();
        List<?> indices = batch.getIndices();
        if (indices == null || indices.isEmpty()) {
            return described;
        }
        List<?> shown = indices.subList(0, Math.min(5, indices.size()));
        return described
                + " (examples "
                + shown
                + (shown.size() < indices.size() ? " and more)" : ")");
    }

    private NonFiniteException nonFinite(String what, String batch) {
        return new NonFiniteException(
                ("%s at step %s, in %s; the run stops and its checkpoint of step"
                                + " %s is kept: lower the learning rate, lengthen the warm-up or"
                                + " clip to a smaller norm, or look at that batch")
                        .formatted(what, position.step() + 1, batch, saved.position().step()));
    }

    private void report(BatchLoss loss, StepReport report, long nanos) throws IOException {
        StepProgress progress =
                new StepProgress(
                        position.step(),
                        position.epoch(),
                        position.batch(),
                        loss.mean(),
                        report.learningRate(),
                        report.gradientNorm(),
                        loss.weight(),
                        tokens,
                        watch.speed(loss.weight(), nanos),
                        watch.seconds(),
                        watch.cpuSeconds());
        log.write(progress);
        notifyListeners(listener -> listener.onStep(progress));
    }

    private void afterStep() throws IOException {
        if (isValidationDue()) {
            validate();
        } else if (config.checkpointInterval() > 0
                && position.step() % config.checkpointInterval() == 0) {
            checkpoint();
        }
    }

    private void endEpoch() throws IOException {
        long ended = position.epoch();
        position = position.nextEpoch();
        trainer.notifyListeners(listener -> listener.onEpoch(trainer));
        notifyListeners(listener -> listener.onEpoch(ended, position.step()));
        if (isValidationDue()) {
            validate();
        }
    }

    private boolean isValidationDue() {
        boolean atEnd =
                config.validationInterval() > 0
                        ? position.step() % config.validationInterval() == 0
                        : position.batch() == 0;
        return validator != null
                && position.step() > 0
                && atEnd
                && selection.validated() != position.step();
    }

    /**
     * Scores the model and saves; a run that is asked to stop meanwhile saves, and scores when it
     * is resumed.
     */
    private void validate() throws IOException {
        trainer.synchronise();
        Map<String, Double> scores = validator.validate(trainer, stop);
        if (scores.isEmpty() && stop.isRequested()) {
            return;
        }
        selection =
                selection.plus(
                        new Selection.Scored(position.step(), score(scores), scores), config);
        ValidationReport report =
                new ValidationReport(
                        position.step(),
                        position.epoch(),
                        scores,
                        selection.badValidations() == 0,
                        selection.badValidations(),
                        watch.seconds(),
                        watch.cpuSeconds());
        log.write(report);
        notifyListeners(listener -> listener.onValidation(report));
        if (selection.kept(config).contains(position.step())) {
            checkpoints.saveWeights(position.step());
        }
        checkpoint();
        keepWeights();
    }

    /** Keeps what this selection needs, and what that of the checkpoint before would. */
    private void keepWeights() throws IOException {
        Set<Long> kept = new HashSet<>(selection.kept(config));
        if (savedBefore != null) {
            kept.addAll(savedBefore.selection().ranked(config).kept(config));
        }
        directory.keepWeights(kept);
    }

    private double score(Map<String, Double> scores) {
        Double score = scores.get(config.metric());
        if (score == null) {
            throw new IllegalArgumentException(
                    "metric must be one of the scores of validation, got metric="
                            + config.metric()
                            + ", scores="
                            + scores.keySet());
        }
        return score;
    }

    private void checkpoint() throws IOException {
        boolean isSaved =
                saved != null
                        && saved.position().equals(position)
                        && saved.selection().equals(selection);
        if (isSaved) {
            return;
        }
        TrainingState.Usage usage =
                new TrainingState.Usage(tokens, watch.seconds(), watch.cpuSeconds());
        TrainingState state =
                TrainingState.initial(engineName(), environment, config)
                        .at(position, usage, selection, log.sync());
        Path written = checkpoints.save(state);
        if (saved != null && saved.position().step() < position.step()) {
            savedBefore = saved;
        }
        saved = state;
        directory.keepCheckpoints(
                savedBefore == null
                        ? List.of(position.step())
                        : List.of(savedBefore.position().step(), position.step()));
        notifyListeners(listener -> listener.onCheckpoint(written, position.step()));
    }

    private RunResult finish(StopReason reason) throws IOException {
        boolean interrupted = reason == StopReason.SIGNAL;
        if (!interrupted
                && validator != null
                && position.step() > 0
                && selection.validated() != position.step()) {
            validate();
        }
        checkpoint();
        List<Selection.Scored> chosen = selection.chosen(config);
        if (chosen.isEmpty()) {
            checkpoints.publishCurrent();
        } else {
            checkpoints.publish(steps(chosen));
        }
        if (!interrupted) {
            directory.keepWeights(selection.kept(config));
        }
        return new RunResult(
                reason,
                position.step(),
                position.epoch(),
                tokens,
                watch.seconds(),
                watch.cpuSeconds(),
                directory.root(),
                chosen.isEmpty() ? List.of(position.step()) : steps(chosen),
                finalScores(chosen, interrupted));
    }

    private static List<Long> steps(List<Selection.Scored> chosen) {
        return chosen.stream().map(Selection.Scored::step).toList();
    }

    private Map<String, Double> finalScores(List<Selection.Scored> chosen, boolean interrupted)
            throws IOException {
        if (chosen.size() == 1) {
            return chosen.get(0).scores();
        }
        if (chosen.isEmpty()) {
            return selection.lastScores(position.step());
        }
        return interrupted ? Map.of() : validator.validate(trainer, stop);
    }

    private void notifyListeners(Consumer<RunListener> event) {
        listeners.forEach(event);
    }
}
