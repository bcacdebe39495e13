package org.attn4j.cli.attention;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.datasets.FieldFile;
import org.attn4j.models.task.ObservedModel;
import org.attn4j.visual.AttentionRecorder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heads}: which head of an encoder looks from which words at which. */
@Command(
        name = "heads",
        description = {
            "Finds the heads of a model that look where words belong together, by measuring them.",
            "Reads a file of relations: TSV with the columns relation, text, from and to, or JSON"
                    + " lines with these keys, where from and to are the numbers of two words of the"
                    + " text, from 0, between white space. A head is right where 'from' gives more"
                    + " weight to 'to' than to any other word. Beside the best heads stands the best"
                    + " fixed distance, which needs no model. Then the heads are named that give the"
                    + " most weight to the next token, the one before, the same, and special"
                    + " tokens, on average over all texts (Clark et al. 2019)."
        })
public final class HeadsCommand implements Callable<Integer> {

    private static final int SHOWN = 3;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Option(
            names = "--relations",
            paramLabel = "FILE",
            required = true,
            description = "The relations: relation, text, from, to.")
    private Path relations;

    @Option(names = "--json", description = "Prints one JSON document, with all heads.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Map<String, List<WordPair>> byText = new LinkedHashMap<>();
        for (FieldFile.Line line :
                FieldFile.of(relations, "relation", "text", "from", "to").readAll()) {
            WordPair pair = WordPair.of(line);
            byText.computeIfAbsent(pair.text(), unused -> new ArrayList<>()).add(pair);
        }
        HeadCounts counts = new HeadCounts();
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                ObservedModel loaded = ObservedModel.load(folder, model.loader(manager))) {
            for (Map.Entry<String, List<WordPair>> text : byText.entrySet()) {
                counts.add(
                        Observation.of(loaded, text.getKey(), null, new AttentionRecorder()),
                        text.getValue());
            }
        }
        print(counts);
        return ExitCode.DONE;
    }

    private void print(HeadCounts counts) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("relations", counts.relations());
            document.put("patterns", counts.patterns());
            out.println(Json.pretty(document));
            return;
        }
        for (HeadCounts.Relation relation : counts.relations()) {
            out.printf(
                    Locale.ROOT,
                    "%s, %d pairs; the best fixed distance, %+d, is right in %.1f %%%n",
                    relation.name(),
                    relation.pairs(),
                    relation.distance(),
                    100 * relation.ofDistance());
            relation.heads().stream().limit(SHOWN).forEach(it -> out.println("  " + share(it)));
        }
        for (HeadCounts.Pattern pattern : counts.patterns()) {
            out.println("weight on " + pattern.name());
            pattern.heads().stream().limit(SHOWN).forEach(it -> out.println("  " + share(it)));
        }
    }

    private static String share(HeadCounts.Share share) {
        return String.format(
                Locale.ROOT,
                "%5.1f %%  %s, head %d",
                100 * share.share(),
                share.label(),
                share.head());
    }
}
