package org.attn4j.datasets;

import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * A question about a text and the parts of the text that answer it.
 *
 * @param id what the question is called
 * @param question the question
 * @param context the text
 * @param answers its answers, each right; none for a question that the text does not answer
 * @param place the file and where in it the question stands, for messages
 */
public record AnsweredQuestion(
        String id, String question, String context, List<Span> answers, String place) {

    public AnsweredQuestion {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(place, "place");
        answers = List.copyOf(answers);
        Require.that(
                !question.isBlank() && !context.isBlank(),
                "question and context must not be empty, got question='%s', context='%s'",
                question,
                context);
    }

    /**
     * An answer.
     *
     * @param text the answer
     * @param start where it begins in the context, in {@code char}s
     */
    public record Span(String text, int start) {

        /**
         * Returns where the answer ends.
         *
         * @return behind its last {@code char}
         */
        public int end() {
            return start + text.length();
        }
    }
}
