package org.attn4j.cli.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.common.Require;
import org.attn4j.models.task.Answer;
import org.attn4j.models.task.AnswerOptions;
import org.attn4j.models.task.QuestionAnswerer;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code answer}: what answers questions in texts. */
@Command(
        name = "answer",
        description = {
            "Finds what answers a question in texts.",
            "A line for each answer, with its probability, where it begins and ends, and the answer."
                    + " A file, or standard input, is one text."
        })
public final class AnswerCommand extends TaskCommand {

    @Option(
            names = "--question",
            paramLabel = "TEXT",
            required = true,
            description = "A question; may be given more than once.")
    private List<String> questions = new ArrayList<>();

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "How many answers, the best first (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int topK;

    @Option(
            names = "--max-answer-tokens",
            paramLabel = "N",
            description = "The most tokens of an answer (default: ${DEFAULT-VALUE}).",
            defaultValue = "15")
    private int maxAnswerTokens;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description =
                    "The most tokens that the model is given at once; longer texts are read in parts"
                            + " (default: the tokenizer's limit, at most 384).")
    private int maxTokens;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "How many tokens the parts of a long text share (default: half of a part, at"
                            + " most 128).")
    private int stride = -1;

    @Option(
            names = "--impossible",
            description = "Gives an empty answer where that is the most probable.")
    private boolean impossible;

    @Option(
            names = "--part-words",
            description = "Gives answers as the tokens are, not widened to whole words.")
    private boolean partWords;

    public AnswerCommand() {
        super(Task.QUESTION_ANSWERING);
    }

    @Override
    void checkOptions() {
        Require.atLeast("--top-k", topK, 1);
        Require.atLeast("--max-answer-tokens", maxAnswerTokens, 1);
        options();
    }

    private AnswerOptions options() {
        return new AnswerOptions(topK, maxAnswerTokens, maxTokens, stride, impossible, !partWords);
    }

    @Override
    void feed(TextInput texts, TextInput.Consumer consumer) throws IOException {
        consumer.accept(texts.whole());
    }

    @Override
    Job open(TaskModel model) {
        QuestionAnswerer answerer = new QuestionAnswerer(model);
        return (texts, readings) -> {
            List<Result> results = new ArrayList<>();
            for (int index = 0; index < texts.size(); index++) {
                for (String question : questions) {
                    results.add(answer(answerer, question, texts.get(index), index, readings));
                }
            }
            return results;
        };
    }

    private Result answer(
            QuestionAnswerer answerer, String question, String text, int index, Readings readings) {
        try {
            return result(question, answerer.answer(question, text, options()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            TextReading refused = TextReading.refused(0, e.getMessage());
            readings.tell(index, refused);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("question", question);
            Readings.describe(refused, document);
            return new Result(document, List.of());
        }
    }

    private static Result result(String question, List<Answer> answers) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("question", question);
        document.put("answers", answers);
        return new Result(
                document,
                answers.stream()
                        .map(
                                it ->
                                        "%s\t%s-%s\t%s"
                                                .formatted(
                                                        number(it.score()),
                                                        it.start(),
                                                        it.end(),
                                                        cell(it.text())))
                        .toList());
    }
}
