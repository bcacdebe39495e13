package org.attn4j.cli.model;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.io.TextInput;
import org.attn4j.common.Require;
import org.attn4j.models.task.LabelScore;
import org.attn4j.models.task.ScoreFunction;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextClassifier;
import org.attn4j.models.task.ZeroShotClassifier;
import org.attn4j.models.tokenizer.TextPair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code classify}: the class of texts, or of pairs of texts. */
@Command(
        name = "classify",
        description = {
            "Classifies texts, or pairs of texts.",
            "A line for each class, with its score and the text. With --labels, a model of natural"
                    + " language inference chooses among these classes."
        })
public final class ClassifyCommand extends TaskCommand {

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description =
                    "How many classes, the best first; 0 for all (default: 1, or all of --labels).")
    private Integer topK;

    @Option(names = "--pair", paramLabel = "TEXT", description = "The second text of every pair.")
    private String pair;

    @Option(
            names = "--pairs",
            description = "Each text is a pair, its two texts separated by a tab.")
    private boolean pairs;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            description =
                    "softmax, sigmoid or none (default: what the model's configuration wants).")
    private String function;

    @Option(
            names = "--truncate",
            description = "Cuts texts that are too long for the model, and says which.")
    private boolean truncate;

    @Option(
            names = "--labels",
            paramLabel = "CLASS",
            split = ",",
            description = "Classes to choose from, for a model of natural language inference.")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description =
                    "With --labels: a sentence with {} in the place of the class (default:"
                            + " \"This example is {}.\").")
    private String template;

    @Option(names = "--multi-label", description = "With --labels: several classes may be right.")
    private boolean multiLabel;

    public ClassifyCommand() {
        super(Task.TEXT_CLASSIFICATION);
    }

    @Override
    void checkOptions() {
        Require.that(topK == null || topK >= 0, "--top-k must be at least 0, got %s", topK);
        Require.that(!pairs || pair == null, "--pair and --pairs exclude each other");
        boolean choose = !labels.isEmpty();
        Require.that(
                !choose || !pairs && pair == null && function == null && !truncate,
                "--labels does not go with --pair, --pairs, --function and --truncate");
        Require.that(
                choose || template == null && !multiLabel,
                "--template and --multi-label need --labels");
        if (function != null) {
            ScoreFunction.of(function);
        }
    }

    @Override
    Job open(TaskModel model) {
        if (labels.isEmpty()) {
            ScoreFunction chosen = function == null ? null : ScoreFunction.of(function);
            TextClassifier classifier = new TextClassifier(model, chosen, truncate);
            return (texts, readings) ->
                    results(
                            texts,
                            parsed(texts, this::pair, classifier::outcomes),
                            readings,
                            shown(topK == null ? 1 : topK));
        }
        ZeroShotClassifier classifier = new ZeroShotClassifier(model);
        String sentence = template == null ? ZeroShotClassifier.TEMPLATE : template;
        return (texts, readings) ->
                results(
                        texts,
                        classifier.outcomes(texts, labels, sentence, multiLabel),
                        readings,
                        shown(topK == null ? 0 : topK));
    }

    private TextPair pair(String text) {
        return pairs ? TextInput.pair(text) : new TextPair(text, pair);
    }

    private static Shown<List<LabelScore>> shown(int count) {
        return (document, text, all) -> {
            List<LabelScore> best = count == 0 ? all : all.subList(0, Math.min(count, all.size()));
            document.put("labels", best);
            return best.stream()
                    .map(it -> number(it.score()) + "\t" + it.label() + "\t" + cell(text))
                    .toList();
        };
    }
}
