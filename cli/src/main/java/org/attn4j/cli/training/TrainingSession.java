package org.attn4j.cli.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.config.ValidationConfig;
import org.attn4j.cli.model.TranslationValidator;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.ParallelDataset;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.LossValidator;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.StopSignal;
import org.attn4j.models.training.TrainingConfig;
import org.attn4j.models.training.TrainingRun;
import org.attn4j.models.training.Validator;

/** Puts a training run together from its configuration, and runs it. */
public final class TrainingSession {

    /** The name of the thread count in the run's recorded environment. */
    static final String THREADS = "threads";

    private final RunConfig config;
    private final RunDirectory directory;
    private final EngineOptions.Chosen engine;
    private final boolean resume;

    public TrainingSession(
            RunConfig config, RunDirectory directory, EngineOptions.Chosen engine, boolean resume) {
        this.config = config;
        this.directory = directory;
        this.engine = engine;
        this.resume = resume;
    }

    /** Trains to the end, or until the signal. */
    public RunResult run(StopSignal stop, RunListener... listeners) throws IOException {
        Corpora corpora = Corpora.of(config.data());
        try (Closeable lock = directory.lock();
                Tokenizers tokenizers = tokenizers(corpora.train())) {
            Objects.requireNonNull(lock);
            TransformerConfig fitted = config.modelFor(tokenizers.tokenizer());
            try (ParallelDataset train =
                            dataset(corpora.train(), tokenizers, config.trainingBatches(fitted));
                    ParallelDataset valid =
                            dataset(corpora.valid(), tokenizers, config.validationBatches(fitted));
                    Model model = Model.newInstance(config.name(), device(), engine.engineName())) {
                TransformerModel block = new TransformerModel(fitted);
                model.setBlock(block);
                engine.engine().setRandomSeed((int) config.seed());
                try (SequenceTrainer trainer = trainer(model, fitted)) {
                    trainer.initialize(new Shape(1, 1), new Shape(1, 1));
                    Validator validator =
                            validator(block, tokenizers, valid, corpora.valid(), fitted);
                    return run(stop, trainer, block, tokenizers, train, validator, listeners);
                }
            }
        }
    }

    private RunResult run(
            StopSignal stop,
            SequenceTrainer trainer,
            TransformerModel block,
            Tokenizers tokenizers,
            ParallelDataset train,
            Validator validator,
            RunListener... listeners)
            throws IOException {
        GenerationConfig decoding = config.decodingFor(block.config());
        TrainingRun run =
                new TrainingRun(
                                directory.root(),
                                trainer,
                                config.seededTraining(),
                                train::batches,
                                store(block, decoding, tokenizers))
                        .validateBy(validator)
                        .stopBy(stop)
                        .resume(resume)
                        .locked()
                        .tell(configurationWriter())
                        .record("tokenizer", config.tokenizer().toString())
                        .record("batching", config.batching().toString())
                        .record(THREADS, String.valueOf(engine.threads()));
        return run.tell(listeners).run();
    }

    private static LoadedModel store(
            TransformerModel block, GenerationConfig decoding, Tokenizers tokenizers) {
        return LoadedModel.made(block, block.config().json(), decoding, tokenizers.files());
    }

    /** Writes the configuration once the run has begun with it: a refused one changes nothing. */
    private RunListener configurationWriter() {
        return new RunListener() {
            @Override
            public void onStart(long step) {
                try {
                    AtomicFile.writeString(RunConfig.file(directory), config.toYaml());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private Device device() {
        return engine.device();
    }

    private Tokenizers tokenizers(ParallelCorpus corpus) throws IOException {
        Path folder = directory.training().resolve("tokenizers");
        Optional<Path> checkpoint = resume ? directory.latestCheckpoint() : Optional.empty();
        if (checkpoint.isPresent()) {
            Tokenizers.restore(checkpoint.get(), folder);
        }
        return resume && Tokenizers.isIn(folder)
                ? Tokenizers.load(folder, config.model().sourceEos())
                : Tokenizers.train(config, corpus, folder);
    }

    private static ParallelDataset dataset(
            ParallelCorpus corpus,
            Tokenizers tokenizers,
            org.attn4j.datasets.BatchingConfig batching)
            throws IOException {
        ParallelDataset dataset =
                ParallelDataset.builder()
                        .setCorpus(corpus)
                        .setEncoders(tokenizers.tokenizer()::ids, tokenizers.tokenizer()::targetIds)
                        .optBatching(batching)
                        .build();
        dataset.prepare(null);
        return dataset;
    }

    private SequenceTrainer trainer(Model model, TransformerConfig fitted) {
        TrainingConfig training = config.seededTraining();
        return SequenceTrainer.of(
                model,
                new LabelSmoothedCrossEntropy((float) training.labelSmoothing(), fitted.padId()),
                training.optimizer(fitted.modelSize()),
                training.clipNorm(),
                training.accumulation(),
                engine.devices().toArray(Device[]::new));
    }

    private Validator validator(
            TransformerModel block,
            Tokenizers tokenizers,
            ParallelDataset valid,
            ParallelCorpus corpus,
            TransformerConfig fitted)
            throws IOException {
        Validator loss = new LossValidator(valid::batches, fitted.padId());
        ValidationConfig validation = config.validation();
        if (!validation.bleu()) {
            return loss;
        }
        GenerationConfig search = config.decodingFor(fitted).withBeams(validation.beams(), 1);
        TextGenerator model =
                TextGenerator.of(store(block, search, tokenizers), tokenizers.tokenizer());
        List<SentencePair> pairs = corpus.readAll();
        int sentences = validation.sentences();
        boolean some = sentences > 0 && sentences < pairs.size();
        return loss.and(
                new TranslationValidator(model, some ? pairs.subList(0, sentences) : pairs));
    }
}
