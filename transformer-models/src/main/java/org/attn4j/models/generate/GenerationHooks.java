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

    /**
     * Returns these hooks for some of the inputs.
     *
     * @param places which of the inputs they are
     * @return hooks that tell and are told the places instead of the numbers among them
     */
    public GenerationHooks of(int[] places) {
        return new GenerationHooks(
                processors,
                allowed == null ? null : (input, ids) -> allowed.after(places[input], ids),
                stop == null ? null : (input, ids) -> stop.stops(places[input], ids),
                listener == null ? null : new PlacedListener(listener, places));
    }

    /** Tells of inputs by their places. */
    private record PlacedListener(TokenListener listener, int[] places) implements TokenListener {

        @Override
        public void onToken(int input, int sequence, int token, float logProbability) {
            listener.onToken(places[input], sequence, token, logProbability);
        }

        @Override
        public void onScores(int input, int sequence, float[] scores) {
            listener.onScores(places[input], sequence, scores);
        }

        @Override
        public void onEnd(int input, int sequence, Hypothesis found) {
            listener.onEnd(places[input], sequence, found);
        }
    }

    boolean stops(int input, Partial partial, int promptLength) {
        return stop != null && stop.stops(input, partial.tokens(promptLength));
    }
}
