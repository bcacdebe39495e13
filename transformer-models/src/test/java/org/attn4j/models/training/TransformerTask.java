package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.family.transformer.TransformerWeights;

/** The tiny task, learned by a small Transformer with dropout. */
final class TransformerTask implements AutoCloseable {

    /** Steps of two batches, checkpoints and validations that do not fall together. */
    static final TrainingConfig CONFIG =
            TrainingConfig.ofSteps(20)
                    .withLearningRate(0.01)
                    .withWarmupSteps(5)
                    .withAccumulation(2)
                    .withValidationInterval(6)
                    .withCheckpointInterval(4)
                    .withKeepLast(2)
                    .withFinalWeights(FinalWeights.AVERAGE_LAST);

    private static final TransformerConfig SHAPE =
            TransformerConfig.builder()
                    .optModelSize(16)
                    .optLayers(1)
                    .optHeads(2)
                    .optFeedForwardSize(32)
                    .optDropout(0.2f)
                    .optAttentionDropout(0.1f)
                    .setVocabularySize(TinyTask.VOCABULARY)
                    .build();

    private final Model model;
    private final SequenceTrainer trainer;
    private final TrainingConfig config;

    TransformerTask(TrainingConfig config) {
        this.config = config;
        Engine.getEngine(TinyTask.engineName()).setRandomSeed(3);
        model = Model.newInstance("small", Device.cpu(), TinyTask.engineName());
        TransformerModel block = new TransformerModel(SHAPE);
        model.setBlock(block);
        block.initialize(model.getNDManager());
        trainer = TinyTask.trainer(model, config);
    }

    SequenceTrainer trainer() {
        return trainer;
    }

    TrainingRun run(Path directory) {
        return new TrainingRun(directory, trainer, config, TinyTask::batches, new Store())
                .validateBy(new LossValidator(TinyTask::batches, TinyTask.PAD))
                .resume(true);
    }

    private final class Store implements ModelStore {

        @Override
        public void save(Path directory) throws IOException {
            WeightLoader.save(model.getBlock(), TransformerWeights.table(SHAPE), directory);
        }

        @Override
        public void load(Path directory) throws IOException {
            try (TensorSource source = TensorSource.open(directory)) {
                WeightLoader.load(
                        model.getBlock(),
                        model.getNDManager(),
                        source,
                        TransformerWeights.table(SHAPE),
                        Strictness.STRICT);
            }
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
