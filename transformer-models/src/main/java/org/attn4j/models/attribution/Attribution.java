package org.attn4j.models.attribution;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * What a prediction rests on.
 *
 * @param tokens the tokens that the model read
 * @param scores one for each of them, in the sense of the method; not copied
 * @param method how they were computed
 * @param target what was predicted
 * @param baseline the predicted value for the baseline of integrated gradients; empty for other
 *     methods
 */
public record Attribution(
        TokenizedText tokens,
        double[] scores,
        AttributionMethod method,
        AttributionTarget target,
        OptionalDouble baseline) {

    public Attribution {
        Require.that(
                scores.length == tokens.length(),
                "there must be a score for each token, got %s scores for %s tokens",
                scores.length,
                tokens.length());
    }

    /**
     * Returns by how much integrated gradients miss what they are to sum up to: completeness
     * (Sundararajan et al. 2017, Proposition 1) holds for infinitely many steps.
     *
     * @return the sum of the scores less the difference between the values of text and baseline;
     *     empty for other methods
     */
    public OptionalDouble gap() {
        return baseline.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        Arrays.stream(scores).sum() - (target.value() - baseline.getAsDouble()));
    }
}
