package org.attn4j.models.generate;

import java.util.List;
import org.attn4j.models.generate.logits.LogitsProcessor;
import org.attn4j.models.generate.shortlist.Shortlist;

/**
 * What a caller adds to a search, beside its configuration.
 *
 * @param processors change the scores after the configuration's rules and before sampling
 * @param allowed which tokens may follow others, or null for all
 * @param stop when a sequence is done, or null
 * @param listener is told of each token, with one beam only; or null
 * @param shortlist tells among which tokens the target of a source is chosen, or null for all.
 *     Nothing is looked up in it when there are allowed tokens: these may be any
 */
public record GenerationHooks(
        List<LogitsProcessor> processors,
        AllowedTokens allowed,
        StopCriterion stop,
        TokenListener listener,
        Shortlist shortlist) {

    /** Nothing is added. */
    public static final GenerationHooks NONE =
            new GenerationHooks(List.of(), null, null, null, null);

    public GenerationHooks {
        processors = List.copyOf(processors);
    }

    /**
     * Returns these hooks for some of the inputs.
     *
     * @param indices the numbers of the inputs
     * @return hooks that tell and are told these numbers instead of those among them
     */
    public GenerationHooks of(int[] indices) {
        return new GenerationHooks(
                processors,
                allowed == null ? null : (input, ids) -> allowed.after(indices[input], ids),
                stop == null ? null : (input, ids) -> stop.stops(indices[input], ids),
                listener == null ? null : new NumberedListener(listener, indices),
                shortlist);
    }

    /**
     * Returns this with another shortlist.
     *
     * @param shortlist the shortlist, or null
     * @return the changed hooks
     */
    public GenerationHooks withShortlist(Shortlist shortlist) {
        return new GenerationHooks(processors, allowed, stop, listener, shortlist);
    }

    /** Tells of inputs by their own numbers. */
    private record NumberedListener(TokenListener listener, int[] indices)
            implements TokenListener {

        @Override
        public void onToken(int input, int sequence, int token, float logProbability) {
            listener.onToken(indices[input], sequence, token, logProbability);
        }

        @Override
        public void onScores(int input, int sequence, float[] scores) {
            listener.onScores(indices[input], sequence, scores);
        }

        @Override
        public void onEnd(int input, int sequence, Hypothesis found) {
            listener.onEnd(indices[input], sequence, found);
        }
    }

    boolean stops(int input, PartialHypothesis partial, int promptLength) {
        return stop != null && stop.stops(input, partial.tokens(promptLength));
    }
}
