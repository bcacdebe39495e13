package org.attn4j.cli.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.ModelTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code merge}: a model with an adapter folded into its weights. */
@Command(
        name = "merge",
        description = "Folds an adapter into the weights of its model, and writes a plain model.",
        footer = {
            "",
            "MODEL may also be a run that trained an adapter: it names the model beneath."
        })
public final class MergeCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The model directory to write; it must not exist.")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Require.that(!Files.exists(out), "%s exists already: choose another --out", out);
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                LoadedModel loaded = model.loader(manager).load(folder)) {
            Adapter adapter =
                    loaded.adapter()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "%s holds no adapter: name one by --adapter"
                                                            .formatted(folder)));
            int modules = adapter.modules().size();
            loaded.merge();
            AtomicDirectory.write(out, target -> save(loaded, target));
            spec.commandLine()
                    .getOut()
                    .printf("%s: the model with %s modules updated%n", out, modules);
        }
        return ExitCode.DONE;
    }

    private static void save(LoadedModel merged, Path target) throws IOException {
        merged.save(target);
        if (merged.sentenceFiles().whole().has(SentenceModule.FILE)) {
            ModelTokenizer tokenizer = ModelTokenizer.load(merged.directory().files());
            new TextEmbedder(new TaskModel(merged, tokenizer)).saveModules(target);
        }
    }
}
