package org.attn4j.cli.task.distillation;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.training.DistillationBlock;
import org.attn4j.models.training.DistillationLoss;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.StudentLayers;

/**
 * A student that learns a task from the data and from a teacher that has learned it, as DistilBERT
 * does. It begins with some of the teacher's layers, and is measured as its task is.
 */
public final class DistillationTask implements TrainingTask<DistillationConfig> {

    private static final List<String> LAYER_KEYS =
            List.of("num_hidden_layers", "n_layers", "n_layer");

    private final Map<String, TrainingTask<?>> tasks = new LinkedHashMap<>();

    /**
     * Creates the task.
     *
     * @param tasks those that a student can learn: their models have one output of logits, whose
     *     labels are classes
     */
    public DistillationTask(List<TrainingTask<?>> tasks) {
        tasks.forEach(task -> this.tasks.put(task.name(), task));
    }

    @Override
    public String name() {
        return "distillation";
    }

    @Override
    public DistillationConfig bind(Map<String, Object> tree, String file) {
        return DistillationConfig.bind(tree, file, tasks);
    }

    @Override
    public void checkData(DistillationConfig config) throws IOException {
        config.student().checkData();
    }

    @Override
    public String lossUnit(DistillationConfig config) {
        return ""; // what the teacher says counts too
    }

    @Override
    public PreparedRun prepare(DistillationConfig config, RunContext context) throws IOException {
        Require.that(
                context.engine().devices().size() == 1,
                "a teacher is asked on one device, got %s: name one",
                context.engine().devices());
        NDManager manager = context.engine().newManager();
        try {
            LoadedModel teacher =
                    Pretrained.loader()
                            .optManager(manager)
                            .load(MavenModels.locate(config.own().teacher().from(), null));
            List<Integer> layers = layers(config, teacher);
            Path student = context.directory().training().resolve("student");
            if (context.checkpoint().isEmpty()) {
                make(teacher, layers, student);
            }
            DistillationLoss loss =
                    new DistillationLoss(config.own().distillation(), Losses.IGNORED);
            PreparedRun run =
                    config.beginningWith(student.toString())
                            .prepare(context.changing(trained -> taught(trained, teacher, loss)));
            if (run.store() instanceof LoadedModel made) {
                requireSameClasses(teacher, made);
            }
            Map<String, String> environment = new LinkedHashMap<>(run.environment());
            environment.put("distillation", config.own().toString());
            List<AutoCloseable> resources = new ArrayList<>(run.resources());
            resources.add(manager);
            return new PreparedRun(
                    run.trainer(),
                    run.batches(),
                    run.store(),
                    run.validator(),
                    environment,
                    run.samples(),
                    resources);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** What a teacher says of a class is for the same class of its student. */
    private static void requireSameClasses(LoadedModel teacher, LoadedModel student) {
        JsonElement wanted = teacher.config().get("id2label");
        JsonElement got = student.config().get("id2label");
        Require.that(
                wanted == null || wanted.equals(got),
                "the teacher's classes are %s, and those of the data %s: name the same in the same"
                        + " order by data.labels and data.labelNames",
                wanted,
                got);
    }

    private static List<Integer> layers(DistillationConfig config, LoadedModel teacher) {
        List<Integer> layers = config.own().student().layers();
        return layers.isEmpty()
                ? StudentLayers.everyOther(StudentLayers.count(teacher.model()))
                : layers;
    }

    /** Makes the folder of a student that knows nothing yet but its teacher's weights. */
    private static void make(LoadedModel teacher, List<Integer> layers, Path target)
            throws IOException {
        try (NDManager scratch = teacher.manager().newSubManager();
                LoadedModel student =
                        Pretrained.loader()
                                .optManager(scratch)
                                .optArchitecture(teacher.model().architecture())
                                .optRandomWeights(true)
                                .optConfig(json -> shallower(json, layers.size()))
                                .load(teacher.directory().path())) {
            StudentLayers.copy(teacher.model(), student.model(), layers);
            Files.createDirectories(target);
            student.save(target);
        }
    }

    private static JsonObject shallower(JsonObject config, int layers) {
        String key =
                LAYER_KEYS.stream()
                        .filter(config::has)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the teacher's %s tells the number of its layers by"
                                                                .formatted(ModelDirectory.CONFIG)
                                                        + " none of "
                                                        + LAYER_KEYS));
        config.addProperty(key, layers);
        return config;
    }

    private static RunContext.Trained taught(
            RunContext.Trained trained, LoadedModel teacher, DistillationLoss loss) {
        Require.that(
                trained.loss() instanceof LabelSmoothedCrossEntropy
                        && trained.block() instanceof NamedBlock block
                        && block.outputs().equals(List.of("logits")),
                "a student learns classes or tokens from its teacher: the data must have one label"
                        + " each");
        NamedBlock block = (NamedBlock) trained.block();
        return new RunContext.Trained(
                new DistillationBlock((ModelWithHead) block.model(), teacher, block.inputs()),
                loss);
    }

    @Override
    public List<Section> sections(DistillationConfig config, EvaluationRequest request)
            throws IOException {
        return config.student().sections(request);
    }

    @Override
    public TaskEvaluation evaluate(DistillationConfig config, EvaluationRequest request)
            throws IOException {
        return config.student().evaluate(request);
    }
}
