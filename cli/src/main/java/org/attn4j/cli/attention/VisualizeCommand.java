package org.attn4j.cli.attention;

import ai.djl.ndarray.NDManager;
import java.awt.Desktop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.task.ObservedModel;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionPage.View;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.ShownAttention.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code visualize}: a page, or one picture, of what a model attends to. */
@Command(
        name = "visualize",
        description = {
            "Draws what a model attends to when it reads a text, as one HTML page or one SVG picture.",
            "The page needs no network. It holds all layers and heads, or those of --kind and"
                    + " --layer, and opens at --head; layers and heads count from 0. An SVG picture"
                    + " shows one head: of the last layer, of the cross-attention where there is"
                    + " one, unless --kind, --layer and --head say which."
        })
public final class VisualizeCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;
    @Mixin private ObservingOptions texts;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "encoder, decoder, cross, or self of a model with one stack.")
    private Kind kind;

    @Option(names = "--layer", paramLabel = "L", description = "One layer, from 0.")
    private Integer layer;

    @Option(names = "--head", paramLabel = "H", description = "One head, from 0.")
    private Integer head;

    @Option(
            names = "--view",
            paramLabel = "VIEW",
            description =
                    "Of an SVG picture: matrix or head, lines between tokens (default: matrix).")
    private View view;

    @Option(
            names = "--out",
            paramLabel = "F",
            description =
                    "The file, ending in .html or .svg, which is replaced (default: ${DEFAULT-VALUE}).",
            defaultValue = "attention.html")
    private Path out;

    @Option(names = "--open", description = "Opens the file in the desktop's browser.")
    private boolean open;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = OutputFile.of("--out", out, ".html", ".svg");
        boolean picture = file.getFileName().toString().endsWith(".svg");
        Require.that(view == null || picture, "--view is for an SVG picture: give --out F.svg");
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                ObservedModel loaded = ObservedModel.load(folder, model.loader(manager))) {
            AttentionRecorder recorder = new AttentionRecorder(PageParts.STAGES);
            Observation seen =
                    Observation.of(loaded, texts.text(), texts.second(), recorder)
                            .only(kind, layer);
            ObservedAttention first = seen.main();
            first.requireHead(head == null ? 0 : head);
            AttentionPage.Builder page = seen.page(texts.text());
            if (picture) {
                View drawn = view == null ? View.MATRIX : view;
                String svg = page.build().toSvg(first.site(), head == null ? 0 : head, drawn);
                AtomicFile.writeString(file, svg);
            } else {
                new PageParts(page, recorder).add(seen);
                if (head != null) {
                    page.optStart(first.site(), head);
                }
                page.build().write(file);
            }
        }
        spec.commandLine().getOut().println(file);
        if (open) {
            open(file);
        }
        return ExitCode.DONE;
    }

    private static void open(Path file) throws IOException {
        boolean able =
                Desktop.isDesktopSupported()
                        && Desktop.getDesktop().isSupported(Desktop.Action.BROWSE);
        Require.that(able, "there is no desktop here to open %s with: open it in a browser", file);
        Desktop.getDesktop().browse(file.toUri());
    }
}
