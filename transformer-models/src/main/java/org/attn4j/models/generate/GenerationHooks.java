package org.attn4j.models.generate;

import java.util.List;
import org.attn4j.models.generate.logits.LogitsProcessor;

/**
 * What a caller adds to a search, beside its configuration.
 *
 * @param processors change the scores after the configuration's rules and before sampling
 * @param allowed which tokens may follow others, or null for all
 * @param stop when a sequence is done, or null
 * @param listener is told of each token, with one beam only; or null
 */
public record GenerationHooks(
        List<LogitsProcessor> processors,
        AllowedTokens allowed,
        StopCriterion stop,
        TokenListener listener) {

    /** Nothing is added. */
    public static final GenerationHooks NONE = new GenerationHooks(List.of(), null, null, null);

    /** {@inheritDoc} */
    public GenerationHooks {
        processors = List.copyOf(processors);
    }

    boolean stops(int input, Partial partial, int promptLength) {
        return stop != null && stop.stops(input, partial.tokens(promptLength));
    }
}
