package org.attn4j.models.task;

import java.util.List;
import org.attn4j.models.tokenizer.TextReading;

/**
 * What came of one of several texts.
 *
 * @param value the result; null if the text was refused
 * @param reading how much of the text was read, or why it was refused
 * @param <T> the kind of the result
 */
public record Outcome<T>(T value, TextReading reading) {

    /**
     * Returns the results of texts of which none was refused.
     *
     * @param outcomes the outcomes
     * @param <T> the kind of the results
     * @return the values
     * @throws IllegalArgumentException if one was refused: the problem of the first, and which it
     *     is
     */
    public static <T> List<T> values(List<Outcome<T>> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            TextReading reading = outcomes.get(i).reading();
            if (reading.refused()) {
                String which =
                        outcomes.size() == 1
                                ? ""
                                : "text %s of %s: ".formatted(i + 1, outcomes.size());
                throw new IllegalArgumentException(which + reading.problem());
            }
        }
        return outcomes.stream().map(Outcome::value).toList();
    }
}
