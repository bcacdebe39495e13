package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.config.BuiltInConfigs;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.task.ConfiguredRun;
import org.junit.jupiter.api.Test;

class ConfigsCommandTest {

    @Test
    void everyBuiltInConfigurationIsListedWithWhatItIsFor() {
        Outcome list = Cli.run("configs");
        assertEquals(BuiltInConfigs.names().size(), list.out().lines().count());
        list.out().lines().forEach(line -> assertTrue(line.matches("\\S+\\s+\\S.*"), line));
    }

    @Test
    void everyBuiltInConfigurationBindsAndIsNamedAfterItself() throws Exception {
        for (String name : BuiltInConfigs.names()) {
            assertEquals(name, TrainingTasks.read(name, List.of()).config().name());
            assertEquals(BuiltInConfigs.text(name), Cli.run("configs", name).out());
        }
    }

    @Test
    void theResolvedConfigurationReadsBackAsItself() throws Exception {
        for (String name : BuiltInConfigs.names()) {
            ConfiguredRun<?> run = TrainingTasks.read(name, List.of("seed=3"));
            Map<String, Object> again = YamlFile.parse(run.toYaml(), name);
            assertEquals(run, TrainingTasks.bind(again, name, List.of()));
        }
    }

    @Test
    void aRunEndsByWhatItsFileSaysAlone() {
        TranslationConfig steps =
                TranslationConfig.bind(YamlFile.parse("training: {steps: 500}", "c"), "c");
        assertEquals(500, steps.training().steps());
        assertEquals(0, steps.training().epochs());
        TranslationConfig silent = TranslationConfig.bind(YamlFile.parse("name: x", "c"), "c");
        assertEquals(10, silent.training().epochs());
    }

    @Test
    void theDirectionOfTheMetricFollowsFromItsName() {
        for (String metric : List.of("bleu", "chrf", "exact", "loss", "perplexity")) {
            TranslationConfig run =
                    TranslationConfig.bind(
                            YamlFile.parse("training: {metric: " + metric + "}", "c"), "c");
            boolean error = metric.equals("loss") || metric.equals("perplexity");
            assertEquals(!error, run.seededTraining().higherIsBetter(), metric);
        }
    }

    @Test
    void noEngineIsLoadedByAVerbThatNeedsNone() {
        Outcome help = Cli.run("--help");
        assertEquals(ExitCode.DONE, help.code());
        assertFalse(help.out().contains("\u001B"), "control characters without a terminal");
    }
}
