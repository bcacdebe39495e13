package org.attn4j.cli.model;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fill-mask}: words for what texts leave open. */
@Command(
        name = "fill-mask",
        description = {
            "Fills the masks of texts ([MASK] for BERT, <mask> for RoBERTa).",
            "A line for each word, with its probability, the word and the text; an empty line for an"
                    + " empty text."
        })
public final class FillMaskCommand extends TaskCommand {

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "How many words for each mask (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    private int topK;

    @Option(
            names = "--targets",
            paramLabel = "WORD",
            split = ",",
            description = "The only words to choose from.")
    private List<String> targets = new ArrayList<>();

    @Spec private CommandSpec spec;

    private static final Outcome<List<List<MaskPrediction>>> NOTHING =
            new Outcome<>(List.of(), TextReading.whole(0));

    public FillMaskCommand() {
        super(Task.FILL_MASK);
    }

    @Override
    void checkOptions() {
        Require.atLeast("--top-k", topK, 1);
    }

    @Override
    Job open(TaskModel model) {
        PrintWriter err = spec.commandLine().getErr();
        FillMask filler = new FillMask(model, topK, targets);
        filler.replacedTargets()
                .forEach(
                        (target, token) ->
                                err.println(
                                        "attn4j: --targets: the vocabulary has no token '%s': '%s' stands for it"
                                                .formatted(target, token)));
        return (texts, readings) -> {
            List<String> open = texts.stream().filter(text -> !text.isBlank()).toList();
            Iterator<Outcome<List<List<MaskPrediction>>>> found = filler.outcomes(open).iterator();
            List<Outcome<List<List<MaskPrediction>>>> all =
                    texts.stream().map(text -> text.isBlank() ? NOTHING : found.next()).toList();
            return results(texts, all, readings, FillMaskCommand::shown);
        };
    }

    private static List<String> shown(
            Map<String, Object> document, String text, List<List<MaskPrediction>> masks) {
        document.put("masks", masks);
        List<String> lines = new ArrayList<>();
        if (masks.isEmpty()) {
            lines.add("");
        }
        for (List<MaskPrediction> mask : masks) {
            for (MaskPrediction each : mask) {
                lines.add(
                        "%s\t%s\t%s"
                                .formatted(
                                        number(each.score()),
                                        cell(each.text().strip()),
                                        cell(each.sequence())));
            }
        }
        return lines;
    }
}
