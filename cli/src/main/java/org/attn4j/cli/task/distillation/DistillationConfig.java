package org.attn4j.cli.task.distillation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ConfiguredRun;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.common.Require;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.training.DistillationLoss;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code distillation}: the keys of the student's task, but for {@code model},
 * and how it learns from its teacher.
 *
 * @param own what is distillation's own
 * @param student the run of the student's task
 */
record DistillationConfig(Own own, ConfiguredRun<?> student) implements RunConfig {

    private static final String MODEL = "model";

    /**
     * What is distillation's own.
     *
     * @param teacher who teaches
     * @param student what the student is
     * @param distillation how much each part of the loss counts
     */
    record Own(Teacher teacher, Student student, DistillationLoss.Weights distillation) {

        private static final Own DEFAULT =
                new Own(
                        new Teacher(""),
                        new Student("", List.of()),
                        DistillationLoss.Weights.DISTILBERT);
    }

    /**
     * Who teaches.
     *
     * @param from a folder, or {@code org/name[@revision]}: a model that does the student's task
     */
    record Teacher(String from) {}

    /**
     * What the student is: a model like its teacher, with fewer layers.
     *
     * @param task the task that it learns
     * @param layers the layers of the teacher that it begins with, counted from 0; none for every
     *     other one
     */
    record Student(String task, List<Integer> layers) {}

    private static final RecordCodec<Own> CODEC = RecordCodec.camelCase(Own.DEFAULT);
    private static final List<String> KEYS = List.of("teacher", "student", "distillation");

    static DistillationConfig bind(
            Map<String, Object> tree, String file, Map<String, TrainingTask<?>> tasks) {
        Map<String, Object> ours = new LinkedHashMap<>();
        Map<String, Object> theirs = new LinkedHashMap<>(tree);
        for (String key : KEYS) {
            Object section = theirs.remove(key);
            if (section != null) {
                ours.put(key, section);
            }
        }
        Own own = CODEC.read(Settings.ofTree(ours, file));
        TrainingTask<?> task = tasks.get(own.student.task);
        if (task == null) {
            throw new IllegalArgumentException(
                    "%s: student.task must be one of %s, got '%s'"
                            .formatted(file, String.join(", ", tasks.keySet()), own.student.task));
        }
        Require.that(
                !own.teacher.from.isEmpty(),
                "%s: teacher.from must name the model to learn from",
                file);
        Require.that(
                !theirs.containsKey(MODEL),
                "%s: the student is made of its teacher: leave the section model out",
                file);
        return new DistillationConfig(own, ConfiguredRun.bind(task, theirs, file));
    }

    /** The run of the student's task, which begins with a model. */
    ConfiguredRun<?> beginningWith(String folder) {
        Map<String, Object> tree = new LinkedHashMap<>(student.config().tree());
        tree.put(MODEL, new LinkedHashMap<>(Map.of("from", folder)));
        return ConfiguredRun.bind(student.task(), tree, "the student's configuration");
    }

    @Override
    public String name() {
        return student.config().name();
    }

    @Override
    public long seed() {
        return student.config().seed();
    }

    @Override
    public TrainingConfig training() {
        return student.config().training();
    }

    @Override
    public DistillationConfig withTraining(TrainingConfig changed) {
        return new DistillationConfig(own, student.withTraining(changed));
    }

    @Override
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>(CODEC.writeTree(own));
        tree.putAll(student.config().tree());
        tree.remove(MODEL);
        return tree;
    }
}
