package org.attn4j.models.training;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Scores a model in the course of its training, on data that it is not trained on. */
@FunctionalInterface
public interface Validator {

    /**
     * Scores the model.
     *
     * @param trainer the trainer, whose {@link SequenceTrainer#evaluate evaluate} and {@link
     *     SequenceTrainer#getModel model} may be used; it must not be trained
     * @param stop set when the run is asked to stop; a validator that takes long looks at it now
     *     and then and returns an empty map, after which the run saves and the scoring is made up
     *     for on resume
     * @return the scores by name, such as {@code loss}, {@code perplexity}, {@code bleu}
     * @throws IOException if the data cannot be read
     */
    Map<String, Double> validate(SequenceTrainer trainer, StopSignal stop) throws IOException;

    /**
     * Returns a validator that adds the scores of another to this one's.
     *
     * @param other the other
     * @return a validator that gives the scores of both, or none if either gives none
     */
    default Validator and(Validator other) {
        return (trainer, stop) -> {
            Map<String, Double> first = validate(trainer, stop);
            Map<String, Double> second = first.isEmpty() ? first : other.validate(trainer, stop);
            if (second.isEmpty()) {
                return second;
            }
            Map<String, Double> both = new LinkedHashMap<>(first);
            both.putAll(second);
            return both;
        };
    }
}
