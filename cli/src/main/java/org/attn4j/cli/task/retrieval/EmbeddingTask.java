package org.attn4j.cli.task.retrieval;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.report.Terms;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.common.Require;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.RetrievalSet;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.task.SentenceSettings;
import org.attn4j.models.task.Similarity;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;
import org.attn4j.models.training.embedding.EmbeddedColumns;

/**
 * Embeddings: a bi-encoder on pairs, scored pairs, triplets or a retrieval collection (Reimers and
 * Gurevych 2019), saved as a folder of sentence-transformers.
 */
public final class EmbeddingTask implements TrainingTask<EmbeddingConfig> {

    @Override
    public String name() {
        return "embedding";
    }

    @Override
    public EmbeddingConfig bind(Map<String, Object> tree, String file) {
        return EmbeddingConfig.bind(tree, file);
    }

    @Override
    public void checkData(EmbeddingConfig config) throws IOException {
        config.data().check();
        rows(config);
    }

    @Override
    public String lossUnit(EmbeddingConfig config) {
        return "";
    }

    @Override
    public PreparedRun prepare(EmbeddingConfig config, RunContext context) throws IOException {
        List<ComparedTexts> rows = rows(config);
        Model holder = context.newModel(config);
        TextEmbedder embedder = embedder(config, context, holder.getNDManager());
        if (config.negatives().count() > 0) {
            List<ComparedTexts> pairs = rows;
            rows =
                    Negatives.kept(
                            context,
                            () ->
                                    config.negatives()
                                            .mine(
                                                    pairs,
                                                    documents(config),
                                                    EmbeddingScores.queries(embedder),
                                                    EmbeddingScores.documents(embedder)));
        }
        ExampleDataset<EncodedTexts> batches =
                ExampleDataset.of(
                        encoded(config, rows, embedder, context),
                        EncodedTexts::length,
                        config.batches(),
                        EncodedTexts.collator(embedder.tokenizer().padId().orElse(0)));
        if (config.loss().isAmongNegatives()) {
            batches = batches.distinctBy(EncodedTexts::texts);
        }
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new EmbeddedColumns(embedder.block()),
                        config.loss().loss(),
                        config,
                        batches::batchCount,
                        embedder.block().embeddingSize());
        trainer.initialize(new Shape(1, 1), new Shape(1, 1));
        return new PreparedRun(
                trainer,
                batches::batches,
                embedder.store(),
                validator(config, embedder),
                Map.of(
                        "data", config.data().toString(),
                        "loss", config.loss().toString(),
                        "negatives", config.negatives().toString(),
                        "batching", config.batching().toString()),
                null,
                List.of(holder, embedder.tokenizer()));
    }

    /** The rows that are learnt from, before negatives are found. */
    private static List<ComparedTexts> rows(EmbeddingConfig config) throws IOException {
        List<ComparedTexts> rows = config.data().train().compared(config.data().path());
        int texts = rows.get(0).texts().size();
        int columns = texts + config.negatives().count();
        boolean fits =
                switch (config.loss().kind()) {
                    case MULTIPLE_NEGATIVES, SYMMETRIC_MULTIPLE_NEGATIVES -> columns >= 2;
                    case COSINE, COSENT -> columns == 2;
                    case TRIPLET -> columns == 3;
                    case DISTILLATION -> true;
                };
        Require.that(
                fits,
                "%s does not go with the loss %s: a row has %s texts and %s negatives",
                config.data().train().name(),
                config.loss().kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                texts,
                config.negatives().count());
        return rows;
    }

    private static List<String> documents(EmbeddingConfig config) throws IOException {
        if (!config.data().train().isCollection()) {
            return List.of();
        }
        RetrievalSet set = config.data().train().collection(config.data().path());
        return List.copyOf(set.documents().values());
    }

    private static TextEmbedder embedder(
            EmbeddingConfig config, RunContext context, NDManager manager) throws IOException {
        ModelSection section = config.model();
        Optional<Path> folder = section.folder(context);
        Path texts = config.tokenizer().isEmpty() ? folder.orElse(null) : tokenizer(config);
        Require.that(
                texts != null,
                "a model made of model.config alone needs a tokenizer: the folder of one");
        boolean kept =
                context.checkpoint().isPresent()
                        || config.sentence().pooling().isEmpty()
                                && !section.from().isEmpty()
                                && section.initialize() == ModelSection.Initialize.WEIGHTS;
        LoadedModel model = encoder(section, context, manager, texts);
        SentenceModel block = kept ? SentenceModel.of(model) : made(config.sentence(), model);
        train(block, model.adapter().isPresent());
        SentenceSettings told =
                folder.isPresent()
                        ? SentenceSettings.read(model.sentenceFiles())
                        : new SentenceSettings(0, false, Map.of(), null, Similarity.COSINE, 0);
        Map<String, String> prompts = new HashMap<>();
        if (!config.sentence().queryPrompt().isEmpty()) {
            prompts.put(SentenceSettings.QUERY, config.sentence().queryPrompt());
        }
        if (!config.sentence().documentPrompt().isEmpty()) {
            prompts.put(SentenceSettings.DOCUMENT, config.sentence().documentPrompt());
        }
        return new TextEmbedder(
                new TaskModel(model, ModelTokenizer.load(texts)),
                block,
                told.with(config.sentence().maxLength(), prompts));
    }

    /** What is trained: all that embeddings pass, or of the encoder only its adapter. */
    private static void train(SentenceModel block, boolean adapter) {
        BlockParameters.of(block)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            boolean encoder = path.startsWith(SentenceModel.ENCODER + ".");
                            if (!(adapter && encoder)) {
                                parameter.freeze(path.contains("pooler."));
                            }
                        });
    }

    private static Path tokenizer(EmbeddingConfig config) throws IOException {
        Require.that(
                config.model().from().isEmpty(),
                "the weights of %s go with its own tokenizer: leave tokenizer out",
                config.model().from());
        return MavenModels.locate(config.tokenizer(), null);
    }

    private static LoadedModel encoder(
            ModelSection section, RunContext context, NDManager manager, Path texts)
            throws IOException {
        Pretrained.Loader loader = Pretrained.loader().optManager(manager).optTrainable(true);
        Optional<Path> checkpoint = context.checkpoint();
        if (checkpoint.isPresent()) {
            return Adapter.isIn(checkpoint.get())
                    ? Pretrained.loadEncoder(checkpoint.get(), loader)
                    : Pretrained.loadEncoder(
                            context.files().orElseThrow(), loader.optRandomWeights(true));
        }
        if (section.from().isEmpty()) {
            return section.open(
                    context, manager, "Model", json -> json, ModelTokenizer.files(texts));
        }
        loader.optConfig(section::changed)
                .optRandomWeights(section.initialize() == ModelSection.Initialize.RANDOM);
        LoadedModel model =
                Pretrained.loadEncoder(MavenModels.locate(section.from(), null), loader);
        if (section.lora() != null) {
            String module = model.directory().files().path();
            Require.that(
                    module.isEmpty(),
                    "model.lora needs the encoder's own folder, since an adapter names it: append"
                            + " /%s to model.from=%s and name sentence.pooling",
                    module,
                    section.from());
            model.adapt(ModelSection.named(section.lora(), section.from()));
        }
        return model;
    }

    private static SentenceModel made(EmbeddingConfig.Sentence sentence, LoadedModel model) {
        Pooling pooling =
                sentence.pooling().isEmpty() ? Pooling.MEAN : Pooling.named(sentence.pooling());
        return sentence.dense() == 0
                ? new SentenceModel(model.model(), pooling, sentence.normalize())
                : SentenceModel.withDense(model, pooling, sentence.dense(), sentence.normalize());
    }

    private static List<EncodedTexts> encoded(
            EmbeddingConfig config,
            List<ComparedTexts> rows,
            TextEmbedder embedder,
            RunContext context)
            throws IOException {
        TextEmbedder queries = EmbeddingScores.queries(embedder);
        TextEmbedder documents = EmbeddingScores.documents(embedder);
        List<float[]> targets = targets(config, rows, context);
        List<EncodedTexts> encoded = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            List<String> texts = rows.get(i).texts();
            List<long[]> columns = new ArrayList<>();
            for (int column = 0; column < texts.size(); column++) {
                TextEmbedder reader = column == 0 ? queries : documents;
                columns.add(reader.read(texts.get(column)).ids());
            }
            encoded.add(new EncodedTexts(columns, targets.get(i), texts));
        }
        return encoded;
    }

    private static List<float[]> targets(
            EmbeddingConfig config, List<ComparedTexts> rows, RunContext context)
            throws IOException {
        if (config.loss().teacher().isEmpty()) {
            return rows.stream().map(row -> new float[] {(float) row.score()}).toList();
        }
        Pretrained.Loader loader =
                Pretrained.loader()
                        .optEngine(context.engine().engineName())
                        .optDevice(context.engine().device());
        Path folder = MavenModels.locate(config.loss().teacher(), null);
        try (TaskModel teacher = TaskModel.load(Task.TEXT_EMBEDDING, folder, loader)) {
            return EmbeddingScores.queries(new TextEmbedder(teacher))
                    .embed(rows.stream().map(row -> row.texts().get(0)).toList());
        }
    }

    private static Validator validator(EmbeddingConfig config, TextEmbedder embedder)
            throws IOException {
        if (!config.data().valid().isGiven()) {
            return null;
        }
        EmbeddingScores scores = EmbeddingScores.on(config.data().valid(), config.data().path());
        return (trainer, stop) -> scores.of(embedder, null);
    }

    @Override
    public TaskEvaluation evaluate(EmbeddingConfig config, EvaluationRequest request)
            throws IOException {
        request.requireAll(name());
        request.requireTest(name());
        TextSource source = config.data().measured();
        EmbeddingScores scores = EmbeddingScores.on(source, config.data().path());
        try (TaskModel model =
                TaskModel.load(Task.TEXT_EMBEDDING, request.model(), request.loader())) {
            return evaluation(
                    source,
                    scores.examples(),
                    scores.of(new TextEmbedder(model), request.begun(scores.texts())),
                    request);
        }
    }

    @Override
    public List<Section> sections(EmbeddingConfig config, EvaluationRequest request)
            throws IOException {
        if (!config.data().isMeasured()) {
            return List.of();
        }
        EmbeddingScores scores = EmbeddingScores.on(config.data().measured(), config.data().path());
        try (TaskModel model =
                TaskModel.load(Task.TEXT_EMBEDDING, request.model(), request.loader())) {
            return List.of(scores.shown(new TextEmbedder(model)));
        }
    }

    /** The scores that are asked for, a line and a document of each. */
    static TaskEvaluation evaluation(
            TextSource source,
            long examples,
            Map<String, Double> scores,
            EvaluationRequest request) {
        List<String> lines = new ArrayList<>();
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (String asked : request.metrics()) {
            Require.that(
                    scores.containsKey(asked),
                    "the metrics of this task and data are %s, got %s",
                    scores.keySet(),
                    asked);
        }
        scores.forEach(
                (name, score) -> {
                    if (request.metrics().isEmpty() || request.metrics().contains(name)) {
                        lines.add(
                                String.format(
                                        Locale.ROOT, "%s = %.4f", Terms.of(name).words(), score));
                        metrics.put(name, Map.of("score", score));
                    }
                });
        return new TaskEvaluation(source.name(), examples, List.of(), lines, metrics);
    }
}
