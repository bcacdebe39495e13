package org.attn4j.cli.task.retrieval;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.common.Require;
import org.attn4j.datasets.Collator;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TextReranker;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;
import org.attn4j.models.training.embedding.PairScores;

/**
 * Reranking: a cross-encoder, which reads a query and a text together and gives one number
 * (Nogueira and Cho 2019), as the cross-encoders of sentence-transformers.
 */
public final class RerankingTask implements TrainingTask<RerankingConfig> {

    private static final String TYPES = "token_type_ids";

    /** A pair as ids, and its score. */
    private record EncodedPair(long[] ids, long[] types, float score) {}

    @Override
    public String name() {
        return "reranking";
    }

    @Override
    public RerankingConfig bind(Map<String, Object> tree, String file) {
        return RerankingConfig.bind(tree, file);
    }

    @Override
    public void checkData(RerankingConfig config) throws IOException {
        config.data().check();
        check(config, config.data().train().compared(config.data().path()));
    }

    private static void check(RerankingConfig config, List<ComparedTexts> rows) {
        int texts = rows.get(0).texts().size();
        boolean scored = !config.data().train().score().isEmpty();
        Require.that(
                scored ? texts == 2 : texts >= 2,
                "%s must hold pairs with scores, or queries with a right text and wrong ones, got"
                        + " %s texts in a row",
                config.data().train().name(),
                texts);
        int negatives = texts - 2 + config.negatives().count();
        Require.that(
                scored ? config.negatives().count() == 0 : negatives > 0,
                "negatives.count must be 0 of pairs with scores, and at least 1 where rows hold no"
                        + " wrong texts, got %s",
                config.negatives().count());
    }

    @Override
    public String lossUnit(RerankingConfig config) {
        return "";
    }

    @Override
    public PreparedRun prepare(RerankingConfig config, RunContext context) throws IOException {
        List<ComparedTexts> rows = config.data().train().compared(config.data().path());
        check(config, rows);
        RerankingScores valid = null;
        TaskModel finder = retriever(config, loader(context.engine()));
        try {
            TextEmbedder retriever = finder == null ? null : new TextEmbedder(finder);
            rows = withNegatives(config, context, rows, retriever);
            if (config.data().valid().isGiven()) {
                valid =
                        RerankingScores.on(
                                config.data().valid(),
                                config,
                                retriever,
                                config.candidates().queries());
            }
        } finally {
            if (finder != null) {
                finder.close();
            }
        }
        return prepare(config, context, rows, valid);
    }

    private static PreparedRun prepare(
            RerankingConfig config,
            RunContext context,
            List<ComparedTexts> rows,
            RerankingScores valid)
            throws IOException {
        Optional<Path> folder = config.model().folder(context);
        Path texts = folder.isPresent() ? folder.get() : Path.of(config.tokenizer());
        Require.that(
                folder.isPresent() || !config.tokenizer().isEmpty(),
                "a model made of model.config alone needs a tokenizer: the folder of one");
        Model holder = context.newModel(config);
        LoadedModel opened =
                config.model()
                        .open(
                                context,
                                holder.getNDManager(),
                                "ForSequenceClassification",
                                json -> withSingleOutput(json, config.loss()),
                                ModelTokenizer.files(texts));
        // Made, so that no modules of a sentence model are saved with it.
        LoadedModel model =
                opened.adapter().isPresent()
                        ? opened
                        : LoadedModel.made(
                                opened.model(), opened.config(), null, ModelTokenizer.files(texts));
        ModelTokenizer tokenizer = ModelTokenizer.load(texts);
        List<String> inputs = new ArrayList<>(List.of("input_ids", "attention_mask"));
        boolean types =
                opened.model() instanceof ModelWithHead head
                        && head.base().inputNames().contains(TYPES);
        if (types) {
            inputs.add(TYPES);
        }
        ExampleDataset<EncodedPair> batches =
                ExampleDataset.of(
                        encoded(config, rows, new TaskModel(model, tokenizer)),
                        pair -> pair.ids().length,
                        config.batches(),
                        collator(tokenizer.padId().orElse(0), types));
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new NamedBlock(opened.model(), inputs, List.of("logits")),
                        new PairScores(config.loss() == RerankingConfig.Target.BCE),
                        config,
                        batches::batchCount,
                        config.batching().maxLength());
        trainer.initialize(new Shape(1, 1));
        TextReranker reranker = new TextReranker(new TaskModel(model, tokenizer));
        Validator validator = valid == null ? null : (of, stop) -> valid.of(reranker, stop, null);
        return new PreparedRun(
                trainer,
                batches::batches,
                model,
                validator,
                Map.of(
                        "data", config.data().toString(),
                        "negatives", config.negatives() + " of " + config.retriever(),
                        "batching", config.batching().toString()),
                null,
                List.of(holder, tokenizer));
    }

    private static Pretrained.Loader loader(EngineOptions.Chosen engine) {
        return Pretrained.loader().optEngine(engine.engineName()).optDevice(engine.device());
    }

    private static TaskModel retriever(RerankingConfig config, Pretrained.Loader loader)
            throws IOException {
        return config.retriever().isEmpty()
                ? null
                : TaskModel.load(
                        Task.TEXT_EMBEDDING, MavenModels.locate(config.retriever(), null), loader);
    }

    /** One output, and what is done to it when texts are scored. */
    private static JsonObject withSingleOutput(JsonObject json, RerankingConfig.Target target) {
        JsonObject labels = new JsonObject();
        labels.addProperty("0", "LABEL_0");
        json.add("id2label", labels);
        JsonObject ids = new JsonObject();
        ids.addProperty("LABEL_0", 0);
        json.add("label2id", ids);
        json.remove("num_labels");
        JsonObject scores = new JsonObject();
        scores.addProperty(
                "activation_fn",
                target == RerankingConfig.Target.BCE
                        ? "torch.nn.modules.activation.Sigmoid"
                        : "torch.nn.modules.linear.Identity");
        json.add("sentence_transformers", scores);
        return json;
    }

    private static List<ComparedTexts> withNegatives(
            RerankingConfig config,
            RunContext context,
            List<ComparedTexts> rows,
            TextEmbedder retriever)
            throws IOException {
        if (config.negatives().count() == 0) {
            return rows;
        }
        Set<String> documents = new LinkedHashSet<>();
        if (config.data().train().isCollection()) {
            documents.addAll(
                    config.data().train().collection(config.data().path()).documents().values());
        }
        rows.forEach(row -> documents.add(row.texts().get(1)));
        if (retriever == null) {
            return withRandom(config, rows, List.copyOf(documents));
        }
        return Negatives.kept(
                context,
                () ->
                        config.negatives()
                                .mine(
                                        rows,
                                        documents,
                                        EmbeddingScores.queries(retriever),
                                        EmbeddingScores.documents(retriever)));
    }

    private static List<ComparedTexts> withRandom(
            RerankingConfig config, List<ComparedTexts> rows, List<String> documents) {
        Map<String, Set<String>> right = new HashMap<>();
        for (ComparedTexts row : rows) {
            right.computeIfAbsent(row.texts().get(0), it -> new HashSet<>())
                    .add(row.texts().get(1));
        }
        Random random = new Random(config.seed());
        int count = config.negatives().count();
        List<ComparedTexts> all = new ArrayList<>();
        for (ComparedTexts row : rows) {
            Set<String> own = right.get(row.texts().get(0));
            Require.that(
                    documents.size() - own.size() >= count,
                    "there must be %s texts that do not answer '%s', got %s",
                    count,
                    row.texts().get(0),
                    documents.size() - own.size());
            Set<String> wrong = new LinkedHashSet<>();
            while (wrong.size() < count) {
                String text = documents.get(random.nextInt(documents.size()));
                if (!own.contains(text)) {
                    wrong.add(text);
                }
            }
            List<String> texts = new ArrayList<>(row.texts());
            texts.addAll(wrong);
            all.add(new ComparedTexts(texts, row.score(), row.place()));
        }
        return all;
    }

    /** Each row as pairs: a scored one as it is, else the right text with 1, wrong ones with 0. */
    private static List<EncodedPair> encoded(
            RerankingConfig config, List<ComparedTexts> rows, TaskModel model) {
        int positions = model.model().model().maxTokens().orElse(Integer.MAX_VALUE);
        int most = Math.min(config.batching().maxLength(), positions);
        EncodeOptions options =
                EncodeOptions.DEFAULT.withTruncation(Truncation.LONGEST_FIRST, most);
        List<EncodedPair> pairs = new ArrayList<>();
        for (ComparedTexts row : rows) {
            boolean scored = !Double.isNaN(row.score());
            for (int i = 1; i < row.texts().size(); i++) {
                TokenizedText read =
                        model.tokenizer()
                                .encode(
                                        new TextPair(row.texts().get(0), row.texts().get(i)),
                                        options);
                float right = i == 1 ? 1 : 0;
                pairs.add(
                        new EncodedPair(
                                read.ids(), read.typeIds(), scored ? (float) row.score() : right));
            }
        }
        return pairs;
    }

    private static Collator<EncodedPair> collator(long padId, boolean types) {
        return (manager, pairs, seed) -> {
            NDList data = EncodedTexts.padded(manager, pairs, EncodedPair::ids, padId);
            if (types) {
                int width = Math.toIntExact(data.head().getShape().get(1));
                data.add(EncodedTexts.filled(manager, pairs, EncodedPair::types, 0, width));
            }
            float[] scores = new float[pairs.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = pairs.get(i).score();
            }
            return new Collator.Columns(
                    data, new NDList(HostArrays.of(manager, scores, new Shape(scores.length))));
        };
    }

    @Override
    public TaskEvaluation evaluate(RerankingConfig config, EvaluationRequest request)
            throws IOException {
        request.requireAll(name());
        request.requireTest(name());
        TextSource source = config.data().measured();
        RerankingScores scores = scores(config, request, 0);
        Map<String, Double> all = new LinkedHashMap<>();
        try (TextReranker reranker = TextReranker.load(request.model(), request.loader())) {
            all.putAll(scores.of(reranker, null, request.begun(scores.queries())));
        }
        scores.before().forEach((name, score) -> all.put("before_" + name, score));
        return EmbeddingTask.evaluation(source, scores.queries(), all, request);
    }

    private static RerankingScores scores(
            RerankingConfig config, EvaluationRequest request, int queries) throws IOException {
        TaskModel finder = retriever(config, request.loader());
        try {
            TextEmbedder retriever = finder == null ? null : new TextEmbedder(finder);
            return RerankingScores.on(config.data().measured(), config, retriever, queries);
        } finally {
            if (finder != null) {
                finder.close();
            }
        }
    }

    @Override
    public List<Section> sections(RerankingConfig config, EvaluationRequest request)
            throws IOException {
        if (!config.data().isMeasured()) {
            return List.of();
        }
        RerankingScores scores = scores(config, request, FoundTexts.QUERIES);
        try (TextReranker reranker = TextReranker.load(request.model(), request.loader())) {
            return List.of(scores.shown(reranker));
        }
    }
}
