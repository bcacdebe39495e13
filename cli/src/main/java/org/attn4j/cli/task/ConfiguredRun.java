package org.attn4j.cli.task;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.cli.report.Section;
import org.attn4j.models.training.TrainingConfig;

/**
 * A task and its configuration.
 *
 * @param <C> the kind of configuration
 */
public record ConfiguredRun<C extends RunConfig>(TrainingTask<C> task, C config) {

    /** The key of a document that names the task. */
    public static final String TASK = "task";

    /** Reads the configuration of a task. */
    public static <C extends RunConfig> ConfiguredRun<C> bind(
            TrainingTask<C> task, Map<String, Object> tree, String file) {
        ConfiguredRun<C> run = new ConfiguredRun<>(task, task.bind(tree, file));
        TrainingConfig training = run.config.training();
        requireSchedule(training, file);
        // steps end the decay, though epochs be given too; an earlier end, as of limited(), does
        // not
        return training.decaysOverEpochs() && training.steps() > 0
                ? run.withTraining(training.withDecaySteps(training.steps()))
                : run;
    }

    /** What makes no schedule is refused before anything is written. */
    private static void requireSchedule(TrainingConfig training, String file) {
        if (training.decaysOverEpochs()) {
            return;
        }
        try {
            training.learningRate(1);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s: training: %s".formatted(file, e.getMessage()), e);
        }
    }

    public void checkData() throws IOException {
        task.checkData(config);
    }

    public String lossUnit() {
        return task.lossUnit(config);
    }

    public PreparedRun prepare(RunContext context) throws IOException {
        return task.prepare(config, context);
    }

    public List<Section> sections(EvaluationRequest request) throws IOException {
        return task.sections(config, request);
    }

    public TaskEvaluation evaluate(EvaluationRequest request) throws IOException {
        return task.evaluate(config, request);
    }

    /** The YAML text that is read back as this. */
    public String toYaml() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(TASK, task.name());
        tree.putAll(config.tree());
        return YamlFile.write(tree);
    }

    /**
     * This run with an earlier end; the schedule stays what it was.
     *
     * @param maxSteps the last step, or null
     * @param maxSeconds the seconds of training, or null
     */
    public ConfiguredRun<C> limited(Long maxSteps, Long maxSeconds) {
        TrainingConfig limited = config.training();
        if (maxSteps != null) {
            long end = limited.decaySteps() == 0 ? limited.steps() : limited.decaySteps();
            limited = limited.withSteps(maxSteps).withDecaySteps(end);
        }
        if (maxSeconds != null) {
            limited = limited.withMaxSeconds(maxSeconds);
        }
        return withTraining(limited);
    }

    /** This run with another training section. */
    @SuppressWarnings("unchecked") // a configuration changes into one of its own kind
    public ConfiguredRun<C> withTraining(TrainingConfig changed) {
        return new ConfiguredRun<>(task, (C) config.withTraining(changed));
    }
}
