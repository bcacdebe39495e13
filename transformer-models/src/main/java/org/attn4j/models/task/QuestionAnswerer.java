package org.attn4j.models.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Finds the part of a text that answers a question (Devlin et al. 2019, §4.2), as the {@code
 * question-answering} pipeline of transformers 4 does: a long text is read in parts that overlap,
 * and an answer's score is the product of the probabilities of its start and its end within its
 * part.
 */
public final class QuestionAnswerer {

    private static final int USUAL_TOKENS = 384;
    private static final int USUAL_STRIDE = 128;

    private final TaskModel model;
    private final AnswerWindows windows;

    /**
     * Creates an answerer.
     *
     * @param model a model for {@link Task#QUESTION_ANSWERING}
     */
    public QuestionAnswerer(TaskModel model) {
        this.model = model;
        windows = new AnswerWindows(model.tokenizer());
    }

    /** The logits of a part of the text: of each token, to be the answer's first and its last. */
    private record Part(TokenizedText tokens, float[] starts, float[] ends) {}

    /** An answer from the first to the last of its tokens. */
    private record Span(int first, int last, double score) {}

    /**
     * Answers a question.
     *
     * @param question the question
     * @param context the text that answers it
     * @return the best answer
     * @throws IllegalArgumentException if question or text is empty
     */
    public Answer answer(String question, String context) {
        return answer(question, context, AnswerOptions.DEFAULT).get(0);
    }

    /**
     * Answers a question.
     *
     * @param question the question
     * @param context the text that answers it
     * @param options how the answer is looked for
     * @return the best answers, the best first, at least one
     * @throws IllegalArgumentException if question or text is empty, or the limit of tokens leaves
     *     no room for the text beside the question
     */
    public List<Answer> answer(String question, String context, AnswerOptions options) {
        Require.that(
                !question.isEmpty() && !context.isEmpty(),
                "question and text must not be empty, got question='%s', text='%s'",
                question,
                context);
        List<TokenizedText> rows = windows(question, context, options);
        List<Answer> answers = new ArrayList<>();
        double nothing = Double.POSITIVE_INFINITY;
        for (Part part : model.call(rows, QuestionAnswerer::read)) {
            boolean[] wanted = windows.mayAnswer(part.tokens());
            double[] starts = probabilities(part.starts(), wanted);
            double[] ends = probabilities(part.ends(), wanted);
            nothing = Math.min(nothing, starts[0] * ends[0]);
            for (Span span : spans(starts, ends, wanted, options)) {
                answers.add(answer(part.tokens(), span, context, options.wholeWords()));
            }
        }
        if (options.impossible()) {
            answers.add(new Answer("", 0, 0, nothing));
        }
        answers.sort(Comparator.comparingDouble(Answer::score).reversed());
        return answers.isEmpty()
                ? List.of(new Answer("", 0, 0, 0))
                : List.copyOf(answers.subList(0, Math.min(options.topK(), answers.size())));
    }

    private List<TokenizedText> windows(String question, String context, AnswerOptions options) {
        int limit = model.limit();
        int usual = limit == 0 ? USUAL_TOKENS : Math.min(limit, USUAL_TOKENS);
        int most = options.maxTokens() > 0 ? options.maxTokens() : usual;
        int stride = options.stride() < 0 ? Math.min(most / 2, USUAL_STRIDE) : options.stride();
        return windows.of(question, context, most, stride);
    }

    private static List<Part> read(List<TokenizedText> rows, ModelOutputs outputs) {
        List<float[]> starts = Logits.rows(outputs.require("start_logits")); // (B, T)
        List<float[]> ends = Logits.rows(outputs.require("end_logits")); // (B, T)
        List<Part> parts = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            parts.add(new Part(rows.get(row), starts.get(row), ends.get(row)));
        }
        return parts;
    }

    /** A softmax over the wanted tokens; the others, and padding behind them, are impossible. */
    private static double[] probabilities(float[] logits, boolean[] wanted) {
        float[] masked = new float[wanted.length];
        for (int i = 0; i < masked.length; i++) {
            masked[i] = wanted[i] ? logits[i] : Float.NEGATIVE_INFINITY;
        }
        return Logits.softmax(masked);
    }

    private static List<Span> spans(
            double[] starts, double[] ends, boolean[] wanted, AnswerOptions options) {
        List<Span> spans = new ArrayList<>();
        for (int first = 1; first < wanted.length; first++) {
            int behind = Math.min(first + options.maxAnswerTokens(), wanted.length);
            for (int last = first; wanted[first] && last < behind; last++) {
                if (wanted[last]) {
                    spans.add(new Span(first, last, starts[first] * ends[last]));
                }
            }
        }
        spans.sort(Comparator.comparingDouble(Span::score).reversed());
        return spans.subList(0, Math.min(options.topK(), spans.size()));
    }

    private Answer answer(TokenizedText tokens, Span span, String context, boolean wholeWords) {
        int[] first = tokens.offsets()[span.first()];
        int[] last = tokens.offsets()[span.last()];
        if (wholeWords) {
            int[] firstWord = word(tokens, span.first());
            int[] lastWord = word(tokens, span.last());
            if (firstWord != null && lastWord != null) {
                first = firstWord;
                last = lastWord;
            }
        }
        int end = Math.max(first[0], last[1]);
        return new Answer(context.substring(first[0], end), first[0], end, span.score());
    }

    /** Where the word of a token stands in the text; null if the token is of none. */
    private static int[] word(TokenizedText tokens, int index) {
        int word = tokens.wordIds()[index];
        if (word < 0) {
            return null;
        }
        int first = index;
        int last = index;
        while (first > 0 && sameWord(tokens, first - 1, index)) {
            first--;
        }
        while (last < tokens.length() - 1 && sameWord(tokens, last + 1, index)) {
            last++;
        }
        return new int[] {tokens.offsets()[first][0], tokens.offsets()[last][1]};
    }

    private static boolean sameWord(TokenizedText tokens, int a, int b) {
        return tokens.wordIds()[a] == tokens.wordIds()[b]
                && tokens.sequenceIds()[a] == tokens.sequenceIds()[b];
    }
}
