package org.attn4j.cli.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.config.Records;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.TrainingConfig;

/** What every training run is told, whatever its task. */
public interface RunConfig {

    /** What the run is called. */
    String name();

    /** The seed of everything random. */
    long seed();

    /** How long and how to optimise. */
    TrainingConfig training();

    /** This configuration with another training section. */
    default RunConfig withTraining(TrainingConfig changed) {
        return (RunConfig) Records.with((Record) this, "training", changed);
    }

    /** The document, without the task, that is read back as this. */
    Map<String, Object> tree();

    /** The training configuration with this run's seed. */
    default TrainingConfig seededTraining() {
        return training().withSeed(seed());
    }

    /** Components of a section {@code batching} that follow from others, of a run on examples. */
    String[] DERIVED_BATCHING = {
        "batching.keepEmpty",
        "batching.shuffle",
        "batching.seed",
        "batching.padId",
        "batching.eosId",
        "batching.decoderStartId",
        "batching.sourceEos"
    };

    /** Components of a section {@code training} that follow from others. */
    String[] DERIVED_TRAINING = {"training.direction", "training.seed"};

    /** The file that a run's resolved configuration is kept in. */
    static Path file(RunDirectory directory) {
        return directory.training().resolve("config.yaml");
    }

    /** A run ends by what its file says of it; ten epochs where it says nothing. */
    static TrainingConfig trainingDefaults(Map<String, Object> tree) {
        Set<?> keys = tree.get("training") instanceof Map<?, ?> map ? map.keySet() : Set.of();
        TrainingConfig one = TrainingConfig.ofSteps(1);
        if (keys.contains("steps")) {
            return one;
        }
        if (keys.contains("maxSeconds")) {
            return one.withMaxSeconds(1).withSteps(0);
        }
        if (keys.contains("patience")) {
            return one.withPatience(1).withSteps(0);
        }
        return TrainingConfig.ofEpochs(10);
    }
}
