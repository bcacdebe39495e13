package org.attn4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            "Classifies texts, or pairs of texts: a line for each class, with its score and the text.",
            "With --labels, a model of natural language inference chooses among these classes."
        })
final class ClassifyCommand extends TaskCommand {

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

    @Option(names = "--truncate", description = "Cuts texts that are too long for the model.")
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

    ClassifyCommand() {
        super(Task.TEXT_CLASSIFICATION);
    }

    @Override
    void checkOptions() {
        if (topK != null && topK < 0) {
            throw new IllegalArgumentException("--top-k must be at least 0, got " + topK);
        }
        if (pairs && pair != null) {
            throw new IllegalArgumentException("--pair and --pairs exclude each other");
        }
        boolean choose = !labels.isEmpty();
        if (choose && (pairs || pair != null || function != null || truncate)) {
            throw new IllegalArgumentException(
                    "--labels does not go with --pair, --pairs, --function and --truncate");
        }
        if (!choose && (template != null || multiLabel)) {
            throw new IllegalArgumentException("--template and --multi-label need --labels");
        }
        if (function != null) {
            ScoreFunction.of(function);
        }
    }

    @Override
    Job open(TaskModel model) {
        if (labels.isEmpty()) {
            ScoreFunction chosen = function == null ? null : ScoreFunction.of(function);
            TextClassifier classifier = new TextClassifier(model, chosen, truncate);
            return texts -> {
                List<List<LabelScore>> found =
                        classifier.classify(texts.stream().map(this::pair).toList());
                return results(texts, found, topK == null ? 1 : topK);
            };
        }
        ZeroShotClassifier classifier = new ZeroShotClassifier(model);
        String sentence = template == null ? ZeroShotClassifier.TEMPLATE : template;
        return texts -> {
            List<List<LabelScore>> found = new ArrayList<>();
            for (String text : texts) {
                found.add(classifier.classify(text, labels, sentence, multiLabel));
            }
            return results(texts, found, topK == null ? 0 : topK);
        };
    }

    private TextPair pair(String text) {
        return pairs ? TextInput.pair(text) : new TextPair(text, pair);
    }

    private static List<Result> results(
            List<String> texts, List<List<LabelScore>> found, int count) {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            List<LabelScore> all = found.get(i);
            List<LabelScore> best = count == 0 ? all : all.subList(0, Math.min(count, all.size()));
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("text", texts.get(i));
            document.put("labels", best);
            String text = cell(texts.get(i));
            results.add(
                    new Result(
                            document,
                            best.stream()
                                    .map(it -> number(it.score()) + "\t" + it.label() + "\t" + text)
                                    .toList()));
        }
        return results;
    }
}
