package org.attn4j.cli.task.translation;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attn4j.cli.config.AttentionKeys;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.config.TranslationModel;
import org.attn4j.cli.config.ValidationConfig;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.model.TextTranslator;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.WritingValidator;
import org.attn4j.cli.task.pairs.PairsTask;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.ParallelDataset;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.LossValidator;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;

/** Translation: an encoder-decoder on parallel text, measured by BLEU and its like. */
public final class TranslationTask implements TrainingTask<TranslationConfig> {

    private static final int SAMPLES = 20;

    private static final List<String> METRICS =
            List.of("bleu", "chrf", "ter", "loss", "perplexity");

    @Override
    public String name() {
        return "translation";
    }

    @Override
    public void set(Map<String, Object> tree, String assignment) {
        AttentionKeys.set(tree, assignment);
    }

    /** A model that begins as a published one has a configuration of another kind. */
    @Override
    public TrainingTask<?> variant(Map<String, Object> tree) {
        return tree.get("model") instanceof Map<?, ?> model && model.containsKey("from")
                ? PairsTask.TRANSLATION
                : this;
    }

    @Override
    public TranslationConfig bind(Map<String, Object> tree, String file) {
        return TranslationConfig.bind(tree, file);
    }

    @Override
    public void checkData(TranslationConfig config) throws IOException {
        Corpora corpora = Corpora.of(config.data());
        for (ParallelCorpus corpus : List.of(corpora.train(), corpora.valid(), corpora.test())) {
            try (var pairs = corpus.open()) {
                pairs.findFirst();
            }
        }
    }

    @Override
    public PreparedRun prepare(TranslationConfig config, RunContext context) throws IOException {
        Corpora corpora = Corpora.of(config.data());
        Tokenizers tokenizers = tokenizers(config, corpora.train(), context);
        TranslationModel fitted = config.model().fitted(tokenizers.tokenizer());
        ParallelDataset train =
                dataset(corpora.train(), tokenizers, config.trainingBatches(fitted));
        ParallelDataset valid =
                dataset(corpora.valid(), tokenizers, config.validationBatches(fitted));
        Model model = context.newModel(config);
        PretrainedModel block = fitted.newBlock();
        SequenceTrainer trainer =
                context.trainer(
                        model,
                        block,
                        fitted.loss((float) config.training().labelSmoothing()),
                        config,
                        train::batchCount,
                        fitted.modelSize());
        trainer.initialize(new Shape(1, 1), new Shape(1, 1));
        TextGenerator translating = generator(config, block, fitted, tokenizers);
        WritingValidator scores =
                new WritingValidator(
                        validated(config, corpora.valid()),
                        List.of("bleu", "chrf", "exact"),
                        (pairs, metrics) -> Evaluation.of(translating, null, pairs, metrics, null));
        Validator loss = new LossValidator(valid::batches, fitted.padId());
        return new PreparedRun(
                trainer,
                fitted.batches(train::batches, config.seed()),
                store(block, fitted, config.decodingFor(fitted), tokenizers),
                config.validation().bleu() ? loss.and(scores) : loss,
                Map.of(
                        "tokenizer", config.tokenizer().toString(),
                        "batching", config.batching().toString()),
                samples(config, translating, scores, corpora.valid()),
                List.of(model, valid, train, tokenizers));
    }

    private static LoadedModel store(
            PretrainedModel block,
            TranslationModel fitted,
            GenerationConfig decoding,
            Tokenizers tokenizers) {
        return LoadedModel.made(block, fitted.json(), decoding, tokenizers.files());
    }

    private static Tokenizers tokenizers(
            TranslationConfig config, ParallelCorpus corpus, RunContext context)
            throws IOException {
        Path folder = context.directory().training().resolve("tokenizers");
        Optional<Path> checkpoint = context.checkpoint();
        if (checkpoint.isPresent()) {
            Tokenizers.restore(checkpoint.get(), folder);
        }
        return context.resume() && Tokenizers.isIn(folder)
                ? Tokenizers.load(folder, config.model().sourceEos())
                : Tokenizers.train(config, corpus, folder);
    }

    private static ParallelDataset dataset(
            ParallelCorpus corpus, Tokenizers tokenizers, BatchingConfig batching)
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

    /** The pairs that validations translate. */
    private static List<SentencePair> validated(TranslationConfig config, ParallelCorpus corpus)
            throws IOException {
        ValidationConfig validation = config.validation();
        if (!validation.bleu()) {
            return List.of();
        }
        List<SentencePair> pairs = corpus.readAll();
        int sentences = validation.sentences();
        boolean some = sentences > 0 && sentences < pairs.size();
        return some ? pairs.subList(0, sentences) : pairs;
    }

    /** The model in training, with the search of validations. */
    private static TextGenerator generator(
            TranslationConfig config,
            PretrainedModel block,
            TranslationModel fitted,
            Tokenizers tokenizers) {
        GenerationConfig search =
                config.decodingFor(fitted).withBeams(config.validation().beams(), 1);
        return TextGenerator.of(store(block, fitted, search, tokenizers), tokenizers.tokenizer());
    }

    /** Pairs that the model has positions for; null if there are none. */
    private static TrainingSamples samples(
            TranslationConfig config,
            TextGenerator model,
            WritingValidator scores,
            ParallelCorpus corpus)
            throws IOException {
        int most = config.batching().maxLength();
        try (Stream<SentencePair> all = corpus.open()) {
            List<SentencePair> pairs =
                    all.filter(pair -> model.tokenizer().encode(pair.source()).length() <= most)
                            .filter(
                                    pair ->
                                            model.tokenizer().targetIds(pair.target()).length
                                                    < most)
                            .limit(TrainingSamples.COUNT)
                            .toList();
            return pairs.isEmpty()
                    ? null
                    : new TrainingSamples(
                            () -> scores.samples(pairs),
                            observer ->
                                    TranslationSamples.read(
                                            model, TrainingSamples.read(pairs), observer));
        }
    }

    @Override
    public List<Section> sections(TranslationConfig config, EvaluationRequest request)
            throws IOException {
        List<SentencePair> pairs;
        try (Stream<SentencePair> all = Corpora.of(config.data()).test().open()) {
            pairs = all.limit(SAMPLES).toList();
        }
        try (TextGenerator model = TextTranslator.load(request.model(), request.loader())) {
            return TranslationSamples.sections(model, pairs);
        }
    }

    @Override
    public TaskEvaluation evaluate(TranslationConfig config, EvaluationRequest request)
            throws IOException {
        Corpora corpora = Corpora.of(config.data());
        return evaluate(request.part(corpora.test(), corpora.valid()), request);
    }

    /** Measures a model that translates on pairs. */
    public static TaskEvaluation evaluate(ParallelCorpus corpus, EvaluationRequest request)
            throws IOException {
        List<String> asked = request.metrics().isEmpty() ? METRICS : request.metrics();
        Evaluation.check(asked);
        List<SentencePair> pairs = request.some(corpus.readAll());
        try (TextGenerator model = TextTranslator.load(request.model(), request.loader())) {
            Evaluation evaluation =
                    Evaluation.of(
                            model,
                            Evaluation.request(request.beams()).optProgress(request.progress()),
                            UnaryOperator.identity(),
                            pairs,
                            asked,
                            request.alignments(corpus));
            return TaskEvaluation.of(corpus.name(), pairs.size(), evaluation);
        }
    }
}
