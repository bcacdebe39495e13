package org.attn4j.cli.task.encoder;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.util.Progress;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.Collator;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TeacherForcing;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.Schedule;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.TokenLoss;
import org.attn4j.models.training.TrainingConfig;
import org.attn4j.models.training.Validator;

/**
 * Puts the run of an encoder with a head together.
 *
 * @param config the configuration
 * @param modelSection which model
 * @param batching how sequences become batches
 * @param data what the examples depend on, which has to be the same on resume
 */
record HeadRun(RunConfig config, ModelSection modelSection, BatchingConfig batching, Object data) {

    /** How many examples of the test data a page of a run is made of, and how many it shows. */
    static final int SHOWN = 500;

    static final int SAMPLES = 20;

    /** What a task makes of its model. */
    interface Parts {

        /** What the loss is given. */
        List<String> outputs();

        Loss loss();

        /** The examples of the training data, or of the validation data. */
        List<Example> examples(TaskModel model, boolean training) throws IOException;

        /** The labels of a batch whose rows have a length. */
        NDList labels(NDManager manager, List<Example> examples, int length);

        /** Measures the model on the validation data. */
        Measured measure(TaskModel model) throws IOException;

        /** The first of the validation data, with what the model gave for them. */
        List<Sample> samples(List<String> outputs);
    }

    /**
     * The training of a checkpoint, as its papers do it: Adam with a small rate that falls to zero.
     */
    static TrainingConfig fineTuning(TrainingConfig end, String metric) {
        return end.withSchedule(Schedule.LINEAR)
                .withLearningRate(5e-5)
                .withWarmupSteps(0)
                .withBeta2(0.999)
                .withEpsilon(1e-8)
                .withWeightDecay(0.01)
                .withLabelSmoothing(0)
                .withMetric(metric);
    }

    /** Batches of whole texts, cut where they are too long. */
    static BatchingConfig fineTuningBatches(int maxLength) {
        return BatchingConfig.builder()
                .optMaxLength(maxLength)
                .optOverlong(BatchingConfig.Overlong.TRUNCATE)
                .build();
    }

    /** The file of a split. */
    static Path file(String folder, String split, String name) {
        Require.that(!name.isEmpty(), "data.%s names no file: set it", split);
        return Path.of(folder).resolve(name);
    }

    PreparedRun prepare(
            RunContext context, String ending, UnaryOperator<JsonObject> changes, Parts parts)
            throws IOException {
        Path folder =
                modelSection
                        .folder(context)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "model.from must name the model to begin with, or"
                                                        + " whose configuration and tokenizer count"
                                                        + " with initialize: random"));
        Model holder = context.newModel(config);
        LoadedModel loaded =
                modelSection.open(context, holder.getNDManager(), ending, changes, List.of());
        Path texts = tokenizerFolder(context, folder, loaded);
        TaskModel model = new TaskModel(loaded, ModelTokenizer.load(texts));
        ModelSection.requirePositions(loaded, batching);
        ExampleDataset<Example> train = dataset(model, parts, parts.examples(model, true), true);
        List<Example> validated = parts.examples(model, false);
        ExampleDataset<Example> valid = dataset(model, parts, validated, false);
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new NamedBlock(loaded.model(), model.inputNames(), parts.outputs()),
                        parts.loss(),
                        config,
                        train::batchCount,
                        modelSize(loaded.config()));
        trainer.initialize(new Shape(1, 1));
        NamedBlock block = new NamedBlock(loaded.model(), model.inputNames(), parts.outputs());
        Validator loss = (unused, stop) -> Map.of("loss", loss(block, parts.loss(), valid));
        AtomicReference<Measured> last = new AtomicReference<>();
        Validator scores =
                (unused, stop) -> {
                    last.set(parts.measure(model));
                    return last.get().scores();
                };
        return new PreparedRun(
                trainer,
                train::batches,
                store(loaded, texts),
                (unused, stop) ->
                        stop.isRequested() ? Map.of() : loss.and(scores).validate(trainer, stop),
                Map.of("data", data.toString(), "batching", batching.toString()),
                new TrainingSamples(
                        () -> parts.samples(last.get().outputs()),
                        observer ->
                                TrainingSamples.read(validated)
                                        .forEach(
                                                it ->
                                                        TeacherForcing.observe(
                                                                model, it.row(), observer))),
                List.of(model, holder));
    }

    /**
     * The files of the tokenizer in the folder of the run: those of the checkpoint that a run goes
     * on from are gone when the next is saved.
     */
    private static Path tokenizerFolder(RunContext context, Path from, LoadedModel model)
            throws IOException {
        Path folder = context.directory().training().resolve("tokenizer");
        if (!context.resume() || !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            for (Path file : ModelTokenizer.files(from)) {
                Files.copy(
                        file,
                        folder.resolve(file.getFileName().toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            JsonFiles.write(folder.resolve(ModelDirectory.CONFIG), model.config());
        }
        return folder;
    }

    /** Saves an adapter, or else the model without the modules that a sentence model has. */
    private static ModelStore store(LoadedModel model, Path texts) throws IOException {
        return model.adapter().isPresent()
                ? model.exact()
                : LoadedModel.made(
                        model.model(), model.config(), null, ModelTokenizer.files(texts));
    }

    /**
     * Measures a model. The progress, which is told of each example, may be null.
     *
     * @param <E> what is measured on
     */
    @FunctionalInterface
    interface Measure<E> {

        Measured of(TaskModel model, List<E> examples, Progress progress) throws IOException;
    }

    /** Loads the model that is asked for, and measures it. */
    static <E> Measured measured(
            Task task, EvaluationRequest request, List<E> examples, Measure<E> measure)
            throws IOException {
        try (TaskModel model = TaskModel.load(task, request.model(), request.loader())) {
            return measure.of(model, examples, request.begun(examples.size()));
        }
    }

    /** The first of the examples that a page shows. */
    static <E> List<E> first(int most, List<E> examples) {
        return examples.subList(0, Math.min(most, examples.size()));
    }

    private ExampleDataset<Example> dataset(
            TaskModel model, Parts parts, List<Example> all, boolean training) throws IOException {
        BatchingConfig batches =
                batching.toBuilder().optSeed(config.seed()).optShuffle(training).build();
        return ExampleDataset.of(
                all,
                example -> example.row().length(),
                batches,
                (manager, examples, seed) -> columns(manager, model, parts, examples));
    }

    private static Collator.Columns columns(
            NDManager manager, TaskModel model, Parts parts, List<Example> examples) {
        List<TokenizedText> rows = examples.stream().map(Example::row).toList();
        Map<String, NDArray> arrays = model.arrays(manager, rows); // (B, T)
        NDList data = new NDList();
        model.inputNames().forEach(name -> data.add(arrays.get(name)));
        int length = Math.toIntExact(data.head().getShape().get(1));
        return new Collator.Columns(data, parts.labels(manager, examples, length));
    }

    /** One class for each example, (B). */
    static NDArray classes(NDManager manager, List<Example> examples, int index) {
        long[] classes = examples.stream().mapToLong(it -> it.classes()[index]).toArray();
        return HostArrays.of(manager, classes, new Shape(classes.length));
    }

    /** The class of each token, (B, T); those of padding do not count. */
    static NDArray tokenClasses(NDManager manager, List<Example> examples, int length) {
        long[] classes = new long[examples.size() * length];
        Arrays.fill(classes, Losses.IGNORED);
        for (int i = 0; i < examples.size(); i++) {
            long[] own = examples.get(i).classes();
            System.arraycopy(own, 0, classes, i * length, own.length);
        }
        return HostArrays.of(manager, classes, new Shape(examples.size(), length));
    }

    /** The numbers of each example, (B, C). */
    static NDArray numbers(NDManager manager, List<Example> examples) {
        int count = examples.get(0).numbers().length;
        float[] numbers = new float[examples.size() * count];
        for (int i = 0; i < examples.size(); i++) {
            System.arraycopy(examples.get(i).numbers(), 0, numbers, i * count, count);
        }
        return HostArrays.of(manager, numbers, new Shape(examples.size(), count));
    }

    /** D of a model, which one of the schedules needs. */
    private static int modelSize(JsonObject config) {
        for (String key : List.of("hidden_size", "dim", "d_model", "n_embd")) {
            if (config.has(key)) {
                return config.get(key).getAsInt();
            }
        }
        return 1;
    }

    private static double loss(NamedBlock block, Loss loss, ExampleDataset<Example> valid) {
        double sum = 0;
        long count = 0;
        NDManager weights = block.getParameters().valueAt(0).getArray().getManager();
        try (NDManager manager = weights.newSubManager()) {
            ParameterStore parameters = new ParameterStore(manager, false);
            Iterator<Batch> batches = valid.batches(manager, 0, 0);
            while (batches.hasNext()) {
                try (Batch batch = batches.next();
                        NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDList labels = batch.getLabels();
                    NDList predictions = block.forward(parameters, batch.getData(), false);
                    if (loss instanceof TokenLoss tokens) {
                        sum += tokens.sum(labels, predictions).getFloat();
                        count += tokens.count(labels);
                    } else {
                        sum +=
                                (double) loss.evaluate(labels, predictions).getFloat()
                                        * batch.getSize();
                        count += batch.getSize();
                    }
                }
            }
        }
        return sum / count;
    }
}
