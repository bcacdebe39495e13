package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.config.Corpora;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.models.model.Generation;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.RunDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: measures an encoder-decoder on sentence pairs. */
@Command(
        name = "evaluate",
        description =
                "Measures a model that translates: on the files given, or on the test set of the run"
                        + " that trained it.")
public final class EvaluateCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Option(names = "--source", paramLabel = "FILE", description = "Sentences to translate.")
    private Path source;

    @Option(names = "--target", paramLabel = "FILE", description = "Their translations.")
    private Path target;

    @Option(
            names = "--beam",
            paramLabel = "N",
            description = "Beams of the search (default: the model's own).")
    private Integer beams;

    @Option(
            names = "--metrics",
            paramLabel = "METRIC",
            split = ",",
            description =
                    "bleu, chrf, chrf++, ter, rouge1, rouge2, rougeL, rougeLsum, exact, loss,"
                            + " perplexity (default: ${DEFAULT-VALUE}).",
            defaultValue = "bleu,chrf,ter,loss,perplexity")
    private List<String> asked = List.of();

    @Option(
            names = "--translations",
            paramLabel = "FILE",
            description = "Writes the translations there, a line each.")
    private Path translations;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Evaluation.check(asked);
        Path folder = model.folder(spec.commandLine().getErr());
        ParallelCorpus corpus = corpus(folder);
        PrintWriter out = spec.commandLine().getOut();
        try (Progress progress = new Progress(spec.commandLine().getErr(), "sentences");
                NDManager manager = model.newManager();
                TextGenerator loaded = TextTranslator.load(folder, model.loader(manager))) {
            var pairs = corpus.readAll();
            long start = System.nanoTime();
            Evaluation evaluation = Evaluation.of(loaded, beams, pairs, asked, progress);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (translations != null) {
                Files.write(
                        translations,
                        evaluation.hypotheses().stream().map(TranslateCommand::oneLine).toList());
            }
            if (json) {
                out.println(
                        Json.pretty(
                                document(
                                        folder,
                                        corpus,
                                        pairs.size(),
                                        loaded,
                                        evaluation,
                                        seconds)));
            } else {
                evaluation.figures().forEach((metric, figure) -> out.println(figure.line()));
                out.println(
                        String.format(
                                Locale.ROOT,
                                "%s sentences of %s in %.1f s",
                                pairs.size(),
                                corpus.name(),
                                seconds));
            }
        }
        return ExitCode.DONE;
    }

    private Map<String, Object> document(
            Path folder,
            ParallelCorpus corpus,
            int sentences,
            TextGenerator loaded,
            Evaluation evaluation,
            double seconds)
            throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", folder.toString());
        document.put("corpus", corpus.name());
        document.put("sentences", sentences);
        document.put("beams", beams == null ? ownBeams(loaded) : beams);
        document.put("seconds", seconds);
        Map<String, Object> metrics = new LinkedHashMap<>();
        evaluation.figures().forEach((metric, figure) -> metrics.put(metric, figure.document()));
        document.put("metrics", metrics);
        return document;
    }

    private static int ownBeams(TextGenerator loaded) throws IOException {
        return new Generation(loaded.model(), Map.of(), Generation.TEXT_SETTINGS).config(1).beams();
    }

    private ParallelCorpus corpus(Path folder) throws IOException {
        Require.that((source == null) == (target == null), "--source and --target go together");
        if (source != null) {
            return AlignedFiles.of(source, target);
        }
        Path config = RunConfig.file(new RunDirectory(folder));
        Require.that(
                Files.exists(config),
                "%s was not trained here, so it has no test set of its own: give"
                        + " --source and --target",
                folder);
        return Corpora.of(RunConfig.read(config.toString(), List.of()).data()).test();
    }
}
