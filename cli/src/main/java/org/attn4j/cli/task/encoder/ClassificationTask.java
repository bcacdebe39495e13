package org.attn4j.cli.task.encoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import ai.djl.util.Progress;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.InParts;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.encoder.ClassificationConfig.Data;
import org.attn4j.cli.task.encoder.ClassificationConfig.Problem;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.FieldFile;
import org.attn4j.datasets.LabelledText;
import org.attn4j.datasets.LineLimit;
import org.attn4j.models.metric.ConfusionMatrix;
import org.attn4j.models.metric.Correlation;
import org.attn4j.models.metric.MultiLabelScore;
import org.attn4j.models.metric.PrecisionRecall;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextClassifier;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.training.HeadLoss;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classes of texts and of pairs of texts, or a number for each: an encoder with the head of its
 * family, measured by accuracy, F1 and Matthews' correlation, or by the correlation of numbers.
 */
public final class ClassificationTask implements TrainingTask<ClassificationConfig> {

    private static final Logger logger = LoggerFactory.getLogger(ClassificationTask.class);
    private static final int TOGETHER = 256;
    private static final double HALF = 0.5;

    @Override
    public String name() {
        return "classification";
    }

    @Override
    public ClassificationConfig bind(Map<String, Object> tree, String file) {
        return ClassificationConfig.bind(tree, file);
    }

    @Override
    public void checkData(ClassificationConfig config) throws IOException {
        Data data = config.data();
        for (FieldFile file :
                List.of(
                        file(data, "train", data.train()),
                        file(data, "valid", data.valid()),
                        file(data, "test", data.test()))) {
            try (Stream<FieldFile.Line> lines = file.open()) {
                LabelledText.of(lines.findFirst().orElseThrow(), data.fields());
            }
        }
    }

    private static FieldFile file(Data data, String split, String name) {
        return new FieldFile(
                HeadRun.file(data.folder(), split, name),
                data.fields().names(),
                data.header(),
                LineLimit.DEFAULT);
    }

    private static List<LabelledText> read(Data data, String split, String name)
            throws IOException {
        List<LabelledText> texts = new ArrayList<>();
        for (FieldFile.Line line : file(data, split, name).readAll()) {
            LabelledText text = LabelledText.of(line, data.fields());
            if (data.problem() != Problem.MULTI_LABEL && text.labels().size() != 1) {
                throw new CorpusException(
                        "%s has %s labels in the field \"%s\": one is wanted, unless"
                                        .formatted(text.place(), text.labels().size(), data.label())
                                + " data.problem is multi-label");
            }
            texts.add(text);
        }
        return texts;
    }

    @Override
    public String lossUnit(ClassificationConfig config) {
        return switch (config.data().problem()) {
            case SINGLE_LABEL -> "nats per text";
            case MULTI_LABEL -> "nats per class";
            case REGRESSION -> "squared error";
        };
    }

    @Override
    public PreparedRun prepare(ClassificationConfig config, RunContext context) throws IOException {
        Data data = config.data();
        List<LabelledText> train = read(data, "train", data.train());
        Labels labels = labels(data, train);
        return new HeadRun(config, config.model(), config.batching(), data)
                .prepare(
                        context,
                        "ForSequenceClassification",
                        json -> changed(json, data, labels),
                        new Parts(config, labels, train, read(data, "valid", data.valid())));
    }

    private static Labels labels(Data data, List<LabelledText> train) {
        if (data.problem() == Problem.REGRESSION) {
            return new Labels(List.of("LABEL_0"), List.of());
        }
        Labels labels =
                Labels.of(
                        data.labels(),
                        data.labelNames(),
                        train.stream().flatMap(text -> text.labels().stream()).toList());
        int least = data.problem() == Problem.SINGLE_LABEL ? 2 : 1;
        Require.that(
                labels.size() >= least,
                "%s needs %s classes at least, and the training data have %s",
                data.problem(),
                least,
                labels.written());
        return labels;
    }

    private static JsonObject changed(JsonObject json, Data data, Labels labels) {
        labels.into(json).addProperty("problem_type", data.problem().type);
        return json;
    }

    private record Parts(
            ClassificationConfig config,
            Labels labels,
            List<LabelledText> train,
            List<LabelledText> valid)
            implements HeadRun.Parts {

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Loss loss() {
            float smoothing = (float) config.training().labelSmoothing();
            return switch (config.data().problem()) {
                case SINGLE_LABEL -> new LabelSmoothedCrossEntropy(smoothing, Losses.IGNORED);
                case MULTI_LABEL -> HeadLoss.multiLabel();
                case REGRESSION -> HeadLoss.regression();
            };
        }

        @Override
        public NDList labels(NDManager manager, List<Example> examples, int length) {
            return new NDList(
                    config.data().problem() == Problem.SINGLE_LABEL
                            ? HeadRun.classes(manager, examples, 0)
                            : HeadRun.numbers(manager, examples));
        }

        @Override
        public List<Example> examples(TaskModel model, boolean training) throws IOException {
            BatchingConfig batching = config.batching();
            int most = batching.maxLength();
            boolean truncates = batching.overlong() == BatchingConfig.Overlong.TRUNCATE;
            List<Example> examples = new ArrayList<>();
            int overlong = 0;
            for (LabelledText text : training ? train : valid) {
                TokenizedText row = model.tokenizer().encode(pair(text), EncodeOptions.DEFAULT);
                boolean tooLong = row.length() > most;
                if (tooLong) {
                    overlong++;
                    row = model.tokenizer().encode(pair(text), EncodeOptions.upTo(most));
                }
                // What is measured on stays whole.
                if (!tooLong || truncates || !training) {
                    examples.add(example(text, row));
                }
            }
            logger.info(
                    "{} data: {} texts, of which {} have over {} tokens and were {}",
                    training ? "training" : "validation",
                    (training ? train : valid).size(),
                    overlong,
                    most,
                    truncates || !training ? "cut" : "left out");
            return examples;
        }

        private Example example(LabelledText text, TokenizedText row) throws CorpusException {
            return switch (config.data().problem()) {
                case SINGLE_LABEL ->
                        Example.of(row, labels.index(text.labels().get(0), text.place()));
                case REGRESSION -> new Example(row, null, new float[] {(float) number(text)});
                case MULTI_LABEL -> {
                    boolean[] has = flags(text, labels);
                    float[] numbers = new float[has.length];
                    for (int i = 0; i < has.length; i++) {
                        numbers[i] = has[i] ? 1 : 0;
                    }
                    yield new Example(row, null, numbers);
                }
            };
        }

        @Override
        public Measured measure(TaskModel model) throws IOException {
            return ClassificationTask.measure(config.data(), labels, model, valid, null);
        }

        @Override
        public List<Sample> samples(List<String> outputs) {
            return ClassificationTask.samples(labels, TrainingSamples.first(valid), outputs);
        }
    }

    private static TextPair pair(LabelledText text) {
        return new TextPair(text.text(), text.pair());
    }

    private static double number(LabelledText text) throws CorpusException {
        try {
            double number = Double.parseDouble(text.labels().get(0));
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new CorpusException(
                "%s has the label '%s': problem is regression, which wants a number"
                        .formatted(text.place(), text.labels().get(0)));
    }

    private static boolean[] flags(LabelledText text, Labels labels) throws CorpusException {
        boolean[] has = new boolean[labels.size()];
        for (String label : text.labels()) {
            has[labels.index(label, text.place())] = true;
        }
        return has;
    }

    @Override
    public TaskEvaluation evaluate(ClassificationConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        String split = request.part("test", "valid");
        String name = request.part(data.test(), data.valid());
        List<LabelledText> texts = request.some(read(data, split, name));
        return HeadRun.measured(
                        Task.TEXT_CLASSIFICATION,
                        request,
                        texts,
                        (model, all, progress) ->
                                measure(
                                        data,
                                        Labels.ofModel(model.labels(), data.labels()),
                                        model,
                                        all,
                                        progress))
                .evaluation(
                        HeadRun.file(data.folder(), split, name).toString(),
                        texts.size(),
                        request.metrics());
    }

    @Override
    public List<Section> sections(ClassificationConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        List<LabelledText> texts = HeadRun.first(HeadRun.SHOWN, read(data, "test", data.test()));
        try (TaskModel model =
                TaskModel.load(Task.TEXT_CLASSIFICATION, request.model(), request.loader())) {
            Labels labels = Labels.ofModel(model.labels(), data.labels());
            Measured measured = measure(data, labels, model, texts, null);
            List<Section> sections = new ArrayList<>();
            if (data.problem() == Problem.SINGLE_LABEL) {
                sections.add(matrix(labels, texts, measured.outputs()));
            }
            List<Sample> samples =
                    samples(labels, HeadRun.first(HeadRun.SAMPLES, texts), measured.outputs());
            sections.add(
                    Section.Table.of(
                            "Texts of the test data",
                            List.of("text", "label", "model"),
                            samples.stream().map(Sample::row).toList()));
            return sections;
        }
    }

    private static Section matrix(Labels labels, List<LabelledText> texts, List<String> outputs)
            throws CorpusException {
        int[] chosen = outputs.stream().mapToInt(labels.names()::indexOf).toArray();
        ConfusionMatrix matrix = new ConfusionMatrix(labels.names(), right(labels, texts), chosen);
        return new Section.Matrix(
                "Which class is taken for which, in the first %s texts of the test data"
                        .formatted(texts.size()),
                labels.names(),
                matrix.counts().stream()
                        .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                        .toArray(long[][]::new));
    }

    private static List<Sample> samples(
            Labels labels, List<LabelledText> texts, List<String> outputs) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            LabelledText text = texts.get(i);
            samples.add(
                    new Sample(
                            text.pair() == null ? text.text() : text.text() + " | " + text.pair(),
                            text.labels().stream()
                                    .map(labels::name)
                                    .collect(Collectors.joining(",")),
                            outputs.get(i)));
        }
        return samples;
    }

    private static int[] right(Labels labels, List<LabelledText> texts) throws CorpusException {
        int[] right = new int[texts.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = labels.index(texts.get(i).labels().get(0), texts.get(i).place());
        }
        return right;
    }

    private static Measured measure(
            Data data, Labels labels, TaskModel model, List<LabelledText> texts, Progress progress)
            throws IOException {
        List<double[]> scores = scores(model, texts, progress);
        return switch (data.problem()) {
            case SINGLE_LABEL -> ofClasses(labels, texts, scores);
            case MULTI_LABEL -> ofSeveral(labels, texts, scores);
            case REGRESSION -> ofNumbers(texts, scores);
        };
    }

    private static List<double[]> scores(
            TaskModel model, List<LabelledText> texts, Progress progress) throws CorpusException {
        TextClassifier classifier = new TextClassifier(model, null, true);
        List<Outcome<double[]>> outcomes =
                InParts.map(
                        texts.stream().map(ClassificationTask::pair).toList(),
                        TOGETHER,
                        progress,
                        classifier::scoreOutcomes);
        List<double[]> scores = new ArrayList<>();
        int cut = 0;
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i).reading().refused()) {
                throw new CorpusException(
                        texts.get(i).place() + " " + outcomes.get(i).reading().problem());
            }
            cut += outcomes.get(i).reading().cut() ? 1 : 0;
            scores.add(outcomes.get(i).value());
        }
        if (cut > 0) {
            logger.warn("{} of {} texts were cut to what the model reads", cut, texts.size());
        }
        return scores;
    }

    private static Measured ofClasses(
            Labels labels, List<LabelledText> texts, List<double[]> scores) throws CorpusException {
        int[] right = right(labels, texts);
        int[] chosen = scores.stream().mapToInt(ClassificationTask::best).toArray();
        ConfusionMatrix matrix = new ConfusionMatrix(labels.names(), right, chosen);
        Measured measured =
                new Measured(IntStream.of(chosen).mapToObj(labels.names()::get).toList());
        measured.score("accuracy", 100 * matrix.accuracy());
        if (labels.size() == 2) {
            measured.score("f1", 100 * matrix.of(1).f1());
        }
        measured.score("macro_f1", 100 * PrecisionRecall.macroF1(matrix.classes()));
        measured.score("matthews", matrix.matthews());
        addClasses(measured, labels, matrix.classes());
        return measured.add(
                "confusion",
                Map.of("labels", matrix.labels(), "counts", matrix.counts()),
                matrix.table());
    }

    private static int best(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private static void addClasses(
            Measured measured, Labels labels, List<PrecisionRecall> classes) {
        Map<String, PrecisionRecall> byName = new LinkedHashMap<>();
        for (int i = 0; i < classes.size(); i++) {
            byName.put(labels.names().get(i), classes.get(i));
        }
        addClasses(measured, byName);
    }

    /** Adds precision, recall and F1 of each class. */
    static void addClasses(Measured measured, Map<String, PrecisionRecall> classes) {
        Map<String, Object> documents = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        classes.forEach(
                (name, each) -> {
                    documents.put(name, each.toMap());
                    lines.add(
                            String.format(
                                    Locale.ROOT,
                                    "%s: precision = %.2f, recall = %.2f, f1 = %.2f (%s of them)",
                                    name,
                                    100 * each.precision(),
                                    100 * each.recall(),
                                    100 * each.f1(),
                                    each.there()));
                });
        measured.add("classes", documents, lines);
    }

    private static Measured ofSeveral(
            Labels labels, List<LabelledText> texts, List<double[]> scores) throws CorpusException {
        List<boolean[]> right = new ArrayList<>();
        for (LabelledText text : texts) {
            right.add(flags(text, labels));
        }
        List<boolean[]> chosen = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        for (double[] each : scores) {
            boolean[] has = new boolean[each.length];
            List<String> names = new ArrayList<>();
            for (int i = 0; i < each.length; i++) {
                has[i] = each[i] > HALF;
                if (has[i]) {
                    names.add(labels.names().get(i));
                }
            }
            chosen.add(has);
            outputs.add(String.join(",", names));
        }
        MultiLabelScore score = MultiLabelScore.of(right, chosen);
        Measured measured = new Measured(outputs);
        measured.score("micro_f1", 100 * PrecisionRecall.micro(score.classes()).f1());
        measured.score("macro_f1", 100 * PrecisionRecall.macroF1(score.classes()));
        measured.score("accuracy", 100 * score.accuracy());
        addClasses(measured, labels, score.classes());
        return measured;
    }

    private static Measured ofNumbers(List<LabelledText> texts, List<double[]> scores)
            throws CorpusException {
        double[] right = new double[texts.size()];
        double[] given = new double[texts.size()];
        double squares = 0;
        for (int i = 0; i < right.length; i++) {
            right[i] = number(texts.get(i));
            given[i] = scores.get(i)[0];
            squares += (right[i] - given[i]) * (right[i] - given[i]);
        }
        Measured measured =
                new Measured(
                        scores.stream()
                                .map(it -> String.format(Locale.ROOT, "%.4f", it[0]))
                                .toList());
        return measured.score("pearson", Correlation.pearson(right, given))
                .score("spearman", Correlation.spearman(right, given))
                .add(
                        "mean_square",
                        Map.of("score", squares / right.length),
                        List.of(
                                String.format(
                                        Locale.ROOT,
                                        "mean squared error = %.4f",
                                        squares / right.length)));
    }
}
