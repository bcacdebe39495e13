package org.attn4j.cli.attention;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.UnknownSettingsOption;
import org.attn4j.common.Require;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.ObservedModel;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diff}: what two models attend to differently. */
@Command(
        name = "diff",
        description = {
            "Compares what two models attend to when they read one text.",
            "Prints the heads that differ most, each by how much weight is elsewhere: half the sum of"
                    + " the differences of a query's weights, averaged over the queries, from 0 for"
                    + " alike to 1 for nothing in common. --out draws both side by side. Where the"
                    + " models have other numbers of heads, the means of their heads are compared."
        })
public final class DiffCommand implements Callable<Integer> {

    private static final int SHOWN = 10;

    @Mixin private CommonOptions common;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "Twice: the two models, such as one before and after it was trained; each as"
                            + " for other verbs.")
    private List<String> models = new ArrayList<>();

    @Mixin private UnknownSettingsOption unknownSettings;
    @Mixin private EngineOptions engine;
    @Mixin private ObservingOptions texts;

    @Option(names = "--json", description = "Prints one JSON document, with all heads.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "F.html",
            description = "A page with both, and their difference; it is replaced.")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Require.that(models.size() == 2, "--model must be given twice, got %s", models);
        Path file = OutputFile.of("--out", out, ".html");
        try (NDManager manager = engine.open().newManager()) {
            Observation before = observe(manager, models.get(0), texts.second());
            Observation after = observe(manager, models.get(1), before.target(texts.second()));
            requireSameTokens(before, after);
            ObservedPair pair = ObservedPair.of(before, after);
            print(pair);
            if (file != null) {
                page(pair).write(file);
            }
        }
        return ExitCode.DONE;
    }

    private Observation observe(NDManager manager, String model, String second) throws IOException {
        Path folder = ModelOptions.folder(model, spec.commandLine().getErr());
        Pretrained.Loader loader = unknownSettings.loader().optManager(manager);
        try (ObservedModel loaded = ObservedModel.load(folder, loader)) {
            return Observation.of(loaded, texts.text(), second, new AttentionRecorder());
        }
    }

    private static void requireSameTokens(Observation before, Observation after) {
        Require.that(
                before.tokens().equals(after.tokens()),
                "both models must read the same tokens, got %s and %s",
                before.tokens(),
                after.tokens());
    }

    private void print(ObservedPair pair) {
        PrintWriter printed = spec.commandLine().getOut();
        List<ObservedPair.Change> changes = pair.changes();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("models", models);
            document.put("changes", changes);
            document.put("only in one", pair.alone());
            printed.println(Json.pretty(document));
            return;
        }
        changes.stream()
                .sorted(Comparator.comparingDouble(ObservedPair.Change::change).reversed())
                .limit(SHOWN)
                .forEach(it -> printed.println(line(it)));
        double mean = changes.stream().mapToDouble(ObservedPair.Change::change).average().orElse(0);
        printed.println(
                String.format(Locale.ROOT, "%.4f  the mean of all %d heads", mean, changes.size()));
        if (!pair.alone().isEmpty()) {
            printed.println("only in one of the models: " + String.join(", ", pair.alone()));
        }
    }

    private static String line(ObservedPair.Change change) {
        return String.format(
                Locale.ROOT, "%.4f  %s, head %d", change.change(), change.label(), change.head());
    }

    private AttentionPage page(ObservedPair pair) {
        ObservedPair.Change most =
                Collections.max(
                        pair.changes(), Comparator.comparingDouble(ObservedPair.Change::change));
        return pair.before()
                .page(texts.text())
                .optSecond(
                        label(0),
                        label(1),
                        pair.after().attentions().stream().map(ObservedAttention::shown).toList())
                .optStart(most.site(), most.head())
                .build();
    }

    /** The name of a model's folder, if it tells the two apart. */
    private String label(int index) {
        List<String> names =
                models.stream().map(model -> Path.of(model).getFileName().toString()).toList();
        return names.get(0).equals(names.get(1)) ? models.get(index) : names.get(index);
    }
}
