package org.attn4j.cli.task;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.TrainingConfig;

/**
 * Where a run is made.
 *
 * @param directory the directory of the run
 * @param engine the engine, its devices and threads
 * @param resume whether the run goes on that the directory holds
 * @param change changes what a task trains, such as for a teacher to look on
 */
public record RunContext(
        RunDirectory directory,
        EngineOptions.Chosen engine,
        boolean resume,
        UnaryOperator<Trained> change) {

    /**
     * What is trained.
     *
     * @param block the model, as it is called
     * @param loss what is made of its predictions
     */
    public record Trained(Block block, Loss loss) {}

    public RunContext(RunDirectory directory, EngineOptions.Chosen engine, boolean resume) {
        this(directory, engine, resume, UnaryOperator.identity());
    }

    /** This context with a change of what a task trains. */
    public RunContext changing(UnaryOperator<Trained> other) {
        return new RunContext(directory, engine, resume, other);
    }

    /** The checkpoint that the run goes on from, which holds all files of the model. */
    public Optional<Path> checkpoint() throws IOException {
        return resume ? directory.latestCheckpoint() : Optional.empty();
    }

    /**
     * The model of the checkpoint that the run goes on from; the run itself reads the weights.
     *
     * @param loader how it is loaded
     */
    public Optional<LoadedModel> resumed(Pretrained.Loader loader) throws IOException {
        Optional<Path> checkpoint = checkpoint();
        if (checkpoint.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Adapter.isIn(checkpoint.get())
                        ? loader.load(checkpoint.get())
                        : loader.optRandomWeights(true).load(files().orElseThrow()));
    }

    /**
     * The files of the model that the run goes on with, without its weights, which the run itself
     * reads, in a folder that stays: a run deletes old checkpoints, and saves these files with
     * every new one. Weights of further modules are among them.
     */
    public Optional<Path> files() throws IOException {
        Optional<Path> checkpoint = checkpoint();
        if (checkpoint.isEmpty()) {
            return Optional.empty();
        }
        Path kept = directory.training().resolve("resumed");
        try (Stream<Path> files = Files.walk(checkpoint.get())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = checkpoint.get().relativize(file);
                if (isOfModel(name)) {
                    Path copy = kept.resolve(name.toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return Optional.of(kept);
    }

    private static boolean isOfModel(Path name) {
        boolean weights = name.getNameCount() == 1 && name.toString().endsWith(".safetensors");
        return !weights && !name.startsWith(RunDirectory.STATE);
    }

    /** A model of DJL's on the first device; its manager is that of the weights. */
    public Model newModel(RunConfig config) {
        engine.engine().setRandomSeed((int) config.seed());
        return Model.newInstance(config.name(), engine.device(), engine.engineName());
    }

    /**
     * A configuration whose rate falls to the end of a run of epochs, where nothing says when that
     * is.
     *
     * @param batches how many batches an epoch has
     */
    private static RunConfig ending(RunConfig config, LongUnaryOperator batches) {
        TrainingConfig training = config.training();
        if (!training.decaysOverEpochs()) {
            return config;
        }
        long count = 0;
        for (long epoch = 0; epoch < training.epochs(); epoch++) {
            count += batches.applyAsLong(epoch);
        }
        long steps = Math.max(1, count / training.accumulation());
        return config.withTraining(
                training.withDecaySteps(Math.max(steps, training.warmupSteps() + 1)));
    }

    /**
     * A trainer on all devices.
     *
     * @param model the model, which is given the block
     * @param block the block that is trained
     * @param batches how many batches an epoch has
     * @param modelSize D, which one of the schedules needs
     */
    public SequenceTrainer trainer(
            Model model,
            Block block,
            Loss loss,
            RunConfig config,
            LongUnaryOperator batches,
            int modelSize) {
        Trained trained = change.apply(new Trained(block, loss));
        model.setBlock(trained.block());
        TrainingConfig training = ending(config, batches).seededTraining();
        return SequenceTrainer.of(
                model,
                trained.loss(),
                training.optimizer(modelSize),
                training.clipNorm(),
                training.accumulation(),
                engine.devices().toArray(Device[]::new));
    }
}
