package org.attn4j.models.metric;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.regex.Pattern;
import org.attn4j.common.Require;

/**
 * Exact match and F1 of answers, as the evaluation of SQuAD defines them: 1.1 (Rajpurkar et al.
 * 2016, §6.1) and, where a question has no answer, 2.0 (Rajpurkar et al. 2018). Case, punctuation,
 * the articles and white space do not count; of several right answers the one nearest counts.
 *
 * @param exact how many answers match a right one, a sum over the questions
 * @param f1 the F1 of the words that answer and right answer share, a sum over the questions
 * @param questions how many questions there are
 */
public record AnswerScore(double exact, double f1, long questions) {

    /** No questions. */
    public static final AnswerScore NONE = new AnswerScore(0, 0, 0);

    private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
    private static final Pattern ARTICLES =
            Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);

    public AnswerScore {
        Require.that(questions >= 0, "questions must not be negative, got %s", questions);
    }

    /**
     * Scores the answer to one question.
     *
     * @param answer the answer; empty for none
     * @param right the right answers; none for a question that has no answer
     * @return the score of one question
     */
    public static AnswerScore of(String answer, List<String> right) {
        List<String> wanted =
                right.stream().map(AnswerScore::normalized).filter(it -> !it.isEmpty()).toList();
        String given = normalized(answer);
        return new AnswerScore(
                best(given, wanted, (one, other) -> one.equals(other) ? 1 : 0),
                best(given, wanted, AnswerScore::sharedWords),
                1);
    }

    private static double best(
            String given, List<String> wanted, ToDoubleBiFunction<String, String> score) {
        List<String> all = wanted.isEmpty() ? List.of("") : wanted;
        return all.stream().mapToDouble(it -> score.applyAsDouble(given, it)).max().orElseThrow();
    }

    /** The answer without what does not count. */
    static String normalized(String answer) {
        String lower = UnicodeText.lowerCase(answer);
        String words = PUNCTUATION.matcher(lower).replaceAll("");
        String named = ARTICLES.matcher(words).replaceAll(" ");
        return String.join(" ", UnicodeText.words(named));
    }

    private static double sharedWords(String given, String wanted) {
        if (given.isEmpty() || wanted.isEmpty()) {
            return given.equals(wanted) ? 1 : 0;
        }
        String[] words = given.split(" ");
        String[] right = wanted.split(" ");
        Map<String, Integer> left = new HashMap<>();
        Arrays.stream(right).forEach(word -> left.merge(word, 1, Integer::sum));
        long same =
                Arrays.stream(words)
                        .filter(word -> left.merge(word, -1, Integer::sum) >= 0)
                        .count();
        return new PrecisionRecall(same, words.length, right.length).f1();
    }

    /**
     * Returns the score of other questions too.
     *
     * @param other the score of other questions
     * @return the score of all
     */
    public AnswerScore plus(AnswerScore other) {
        return new AnswerScore(exact + other.exact, f1 + other.f1, questions + other.questions);
    }

    /**
     * Returns the share of exact matches.
     *
     * @return the percentage; 0 of no questions
     */
    public double exactPercent() {
        return questions == 0 ? 0 : 100 * exact / questions;
    }

    /**
     * Returns the mean F1.
     *
     * @return a percentage; 0 of no questions
     */
    public double f1Percent() {
        return questions == 0 ? 0 : 100 * f1 / questions;
    }
}
