package org.attn4j.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fill-mask}: words for the places that texts leave open. */
@Command(
        name = "fill-mask",
        description = {
            "Fills the masks of texts ([MASK] for BERT, <mask> for RoBERTa): a line for each word,",
            "with its probability, the word and the text."
        })
final class FillMaskCommand extends TaskCommand {

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

    FillMaskCommand() {
        super(Task.FILL_MASK);
    }

    @Override
    void checkOptions() {
        requirePositive("--top-k", topK);
    }

    @Override
    Job open(TaskModel model) {
        FillMask filler = new FillMask(model, topK, targets);
        return texts -> {
            List<String> open = texts.stream().filter(text -> !text.isBlank()).toList();
            Iterator<List<List<MaskPrediction>>> found = filler.fill(open).iterator();
            return texts.stream()
                    .map(text -> result(text, text.isBlank() ? List.of() : found.next()))
                    .toList();
        };
    }

    private static Result result(String text, List<List<MaskPrediction>> masks) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", text);
        document.put("masks", masks);
        List<String> lines = new ArrayList<>();
        if (masks.isEmpty()) {
            lines.add("");
        }
        for (List<MaskPrediction> mask : masks) {
            for (MaskPrediction each : mask) {
                lines.add(
                        number(each.score())
                                + "\t"
                                + cell(each.text().strip())
                                + "\t"
                                + cell(each.sequence()));
            }
        }
        return new Result(document, lines);
    }
}
