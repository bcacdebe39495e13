package org.attn4j.cli.task.pairs;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.WritingValidator;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig.Overlong;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.SequencePairEncoder;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TeacherForcing;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.LossValidator;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;

/** Translation or summarization by a published model, which learns pairs of texts. */
public final class PairsTask implements TrainingTask<PairsConfig> {

    private static final int SAMPLES = 10;

    private static final List<String> ROUGE = List.of("rouge1", "rouge2", "rougeL");

    /** Translation by a published model. */
    public static final PairsTask TRANSLATION =
            new PairsTask(
                    "translation",
                    false,
                    List.of("bleu", "chrf", "exact"),
                    List.of("bleu", "chrf", "ter", "loss", "perplexity"));

    /** Summarization. */
    public static final PairsTask SUMMARIZATION =
            new PairsTask("summarization", true, ROUGE, ROUGE);

    private final String name;
    private final boolean continues; // whether a model without an encoder can do it
    private final List<String> validated;
    private final List<String> evaluated;

    private PairsTask(
            String name, boolean continues, List<String> validated, List<String> evaluated) {
        this.name = name;
        this.continues = continues;
        this.validated = validated;
        this.evaluated = evaluated;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PairsConfig bind(Map<String, Object> tree, String file) {
        return PairsConfig.bind(tree, file);
    }

    @Override
    public void checkData(PairsConfig config) throws IOException {
        Corpora corpora = Corpora.of(config.data());
        for (ParallelCorpus corpus : List.of(corpora.train(), corpora.valid(), corpora.test())) {
            try (var pairs = corpus.open()) {
                pairs.findFirst();
            }
        }
    }

    @Override
    public PreparedRun prepare(PairsConfig config, RunContext context) throws IOException {
        Corpora corpora = Corpora.of(config.data());
        Model holder = context.newModel(config);
        PairsStart start = PairsStart.open(config, context, holder.getNDManager(), corpora.train());
        LoadedModel model = start.model();
        TextGenerator generator = TextGenerator.of(model, start.tokenizer());
        Require.that(
                generator.isEncoderDecoder() || continues,
                "model.from: %s goes on with a text rather than translate it: choose a model with"
                        + " an encoder, such as T5, BART or Marian",
                model.model().architecture());
        PairExamples<?> examples = examples(config, generator);
        checkLength(config, generator);
        if (config.model().freezeEncoder()) {
            model.model(EncoderDecoder.class).freezeEncoder();
        }
        ExampleDataset<?> train = examples.read(corpora.train(), config, true);
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new NamedBlock(model.model(), examples.inputs(), List.of("logits")),
                        new LabelSmoothedCrossEntropy(
                                (float) config.training().labelSmoothing(), Losses.IGNORED),
                        config,
                        train::batchCount,
                        start.modelSize());
        trainer.initialize(new Shape(1, 1));
        WritingValidator scores = writing(config, generator, corpora.valid());
        Validator loss =
                new LossValidator(
                        examples.read(corpora.valid(), config, false)::batches, Losses.IGNORED);
        return new PreparedRun(
                trainer,
                train::batches,
                model.exact(),
                config.validation().generate() ? loss.and(scores) : loss,
                Map.of(
                        "data", config.data().toString(),
                        "model", config.model().toString(),
                        "batching", config.batching().toString()),
                samples(config, generator, scores, corpora.valid()),
                List.of(holder, start.tokenizer()));
    }

    private PairExamples<?> examples(PairsConfig config, TextGenerator generator)
            throws IOException {
        ModelTokenizer tokenizer = generator.tokenizer();
        if (!generator.isEncoderDecoder()) {
            Require.that(
                    !config.model().freezeEncoder(),
                    "model.freezeEncoder is for a model with an encoder, got %s",
                    generator.model().model().architecture());
            return new Continuations(tokenizer, config.template());
        }
        requireLanguages(config, tokenizer);
        return new SourceTargets(
                generator.model().model(EncoderDecoder.class),
                new SequencePairEncoder(generator, config.request(null).build()),
                tokenizer.padId().orElse(0));
    }

    private static void requireLanguages(PairsConfig config, ModelTokenizer tokenizer) {
        List<String> known = tokenizer.languages();
        PairsModel model = config.model();
        boolean byText = known.stream().allMatch(language -> language.startsWith(">>"));
        boolean told =
                known.size() < 2
                        || !model.targetLanguage().isEmpty()
                                && (byText || !model.sourceLanguage().isEmpty());
        Require.that(
                told,
                "the model knows several languages: set model.%stargetLanguage, each one of %s",
                byText ? "" : "sourceLanguage and model.",
                String.join(", ", known));
    }

    private static void checkLength(PairsConfig config, TextGenerator generator) {
        int length = config.batching().maxLength();
        int most = generator.model().model().maxTokens().orElse(length);
        if (generator.model().model() instanceof EncoderDecoder both) {
            most = Math.min(most, both.maxTargetTokens().orElse(most));
        }
        Require.that(
                length <= most,
                "batching.maxLength must not exceed the %s positions of the model, got %s",
                most,
                length);
    }

    /** What writes the targets of validation pairs. */
    private WritingValidator writing(
            PairsConfig config, TextGenerator generator, ParallelCorpus corpus) throws IOException {
        List<SentencePair> scored = scored(config, corpus);
        requireRoom(config, generator, scored);
        Integer beams = config.validation().beams();
        return new WritingValidator(
                scored,
                validated,
                (pairs, metrics) -> written(config, generator, beams, pairs, metrics));
    }

    /** The pairs that validations write the targets of. */
    private static List<SentencePair> scored(PairsConfig config, ParallelCorpus corpus)
            throws IOException {
        if (!config.validation().generate()) {
            return List.of();
        }
        List<SentencePair> pairs = corpus.readAll();
        int sentences = config.validation().sentences();
        boolean some = sentences > 0 && sentences < pairs.size();
        return some ? pairs.subList(0, sentences) : pairs;
    }

    /** Refuses sources that a model has no positions for, before anything is trained. */
    private static void requireRoom(
            PairsConfig config, TextGenerator generator, List<SentencePair> pairs) {
        boolean cut =
                generator.isEncoderDecoder() && config.batching().overlong() == Overlong.TRUNCATE;
        OptionalInt positions = generator.model().model().maxTokens();
        if (cut || positions.isEmpty()) {
            return;
        }
        UnaryOperator<String> prompt = prompt(config, generator);
        for (int i = 0; i < pairs.size(); i++) {
            int tokens = generator.tokenizer().encode(prompt.apply(pairs.get(i).source())).length();
            Require.that(
                    tokens <= positions.getAsInt(),
                    "validation pair %s has %s tokens to read, but the model has positions for %s:"
                            + " shorten it, or set batching.overlong: truncate for a model with an"
                            + " encoder",
                    i + 1,
                    tokens,
                    positions.getAsInt());
        }
    }

    @Override
    public TaskEvaluation evaluate(PairsConfig config, EvaluationRequest request)
            throws IOException {
        List<String> asked = request.metrics().isEmpty() ? evaluated : request.metrics();
        Evaluation.check(asked);
        Corpora corpora = Corpora.of(config.data());
        ParallelCorpus corpus = request.part(corpora.test(), corpora.valid());
        List<SentencePair> pairs = request.some(corpus.readAll());
        try (TextGenerator model = TextGenerator.load(request.model(), request.loader())) {
            Evaluation evaluation =
                    Evaluation.of(
                            model,
                            config.request(request.beams()).optProgress(request.progress()),
                            prompt(config, model),
                            pairs,
                            asked,
                            request.alignments(corpus));
            return TaskEvaluation.of(corpus.name(), pairs.size(), evaluation);
        }
    }

    @Override
    public List<Section> sections(PairsConfig config, EvaluationRequest request)
            throws IOException {
        List<SentencePair> pairs;
        try (Stream<SentencePair> all = Corpora.of(config.data()).test().open()) {
            pairs = all.limit(SAMPLES).toList();
        }
        try (TextGenerator model = TextGenerator.load(request.model(), request.loader())) {
            return List.of(
                    Section.Table.of(
                            "Texts of the test data",
                            List.of("text", "reference", "model"),
                            WritingValidator.samples(
                                            pairs,
                                            written(config, model, null, pairs, List.of("exact"))
                                                    .hypotheses())
                                    .stream()
                                    .map(Sample::row)
                                    .toList()));
        }
    }

    /** Writes the targets of pairs, and measures them. */
    private static Evaluation written(
            PairsConfig config,
            TextGenerator model,
            Integer beams,
            List<SentencePair> pairs,
            List<String> metrics)
            throws IOException {
        return Evaluation.of(
                model, config.request(beams), prompt(config, model), pairs, metrics, null);
    }

    /** Pairs that are no longer than a batch may be; null if there are none. */
    private static TrainingSamples samples(
            PairsConfig config, TextGenerator model, WritingValidator scores, ParallelCorpus corpus)
            throws IOException {
        UnaryOperator<String> prompt = prompt(config, model);
        int most = config.batching().maxLength();
        try (Stream<SentencePair> all = corpus.open()) {
            List<SentencePair> pairs =
                    all.filter(it -> !it.hasEmptySide())
                            .filter(
                                    it ->
                                            tokens(model, prompt.apply(it.source()) + it.target())
                                                    <= most)
                            .limit(TrainingSamples.COUNT)
                            .toList();
            return pairs.isEmpty()
                    ? null
                    : new TrainingSamples(
                            () -> scores.samples(pairs),
                            observer -> read(model, prompt, TrainingSamples.read(pairs), observer));
        }
    }

    private static int tokens(TextGenerator model, String text) {
        return model.tokenizer().encode(text).length();
    }

    private static void read(
            TextGenerator model,
            UnaryOperator<String> prompt,
            List<SentencePair> pairs,
            AttentionObserver observer) {
        for (SentencePair pair : pairs) {
            if (model.isEncoderDecoder()) {
                TeacherForcing.observe(model, pair.source(), pair.target(), observer);
            } else {
                TeacherForcing.observe(
                        new TaskModel(model.model(), model.tokenizer()),
                        model.tokenizer().encode(prompt.apply(pair.source()) + pair.target()),
                        observer);
            }
        }
    }

    /** What a source is for the model: itself, or in the prompt of one that goes on with texts. */
    private static UnaryOperator<String> prompt(PairsConfig config, TextGenerator model) {
        return model.isEncoderDecoder()
                ? UnaryOperator.identity()
                : source -> config.template().prompt(source);
    }
}
