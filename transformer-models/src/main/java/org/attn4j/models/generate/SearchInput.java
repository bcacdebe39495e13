package org.attn4j.models.generate;

import java.util.Arrays;
import java.util.Objects;

/**
 * What one target, or one continuation, is generated from.
 *
 * @param source token ids that the model reads: the source, or the prompt of a decoder-only model
 * @param seenSource the source as penalties and bans see it; usually the same
 * @param context the tokens before the target as penalties and bans see them: the start token, or
 *     the prompt of a decoder-only model; null for the start token of the configuration
 * @param prompt tokens that the decoder is given after the start token; they count for no length
 *     and no score
 * @param prefix tokens that the target must begin with; they count for both
 * @param lengths how long the target may be; null for what the configuration says
 */
public record SearchInput(
        int[] source,
        int[] seenSource,
        int[] context,
        int[] prompt,
        int[] prefix,
        Lengths lengths) {

    private static final int[] NONE = {};

    /**
     * Creates an input.
     *
     * @param source token ids that the model reads
     * @return the input, without prompt and prefix
     */
    public static SearchInput of(int[] source) {
        return new SearchInput(source, source, null, NONE, NONE, null);
    }

    /**
     * Returns this input with another source for penalties and bans.
     *
     * @param changed the value
     * @return the input
     */
    public SearchInput withSeenSource(int[] changed) {
        return new SearchInput(source, changed, context, prompt, prefix, lengths);
    }

    /**
     * Returns this input with other tokens before the target.
     *
     * @param changed the value, at least one token; the decoder starts from the last
     * @return the input
     */
    public SearchInput withContext(int[] changed) {
        return new SearchInput(source, seenSource, changed, prompt, prefix, lengths);
    }

    /**
     * Returns this input with tokens that the decoder is given.
     *
     * @param changed the value
     * @return the input
     */
    public SearchInput withPrompt(int[] changed) {
        return new SearchInput(source, seenSource, context, changed, prefix, lengths);
    }

    /**
     * Returns this input with tokens that the target must begin with.
     *
     * @param changed the value
     * @return the input
     */
    public SearchInput withPrefix(int[] changed) {
        return new SearchInput(source, seenSource, context, prompt, changed, lengths);
    }

    /**
     * Returns this input with lengths of its own.
     *
     * @param changed the value; null for what the configuration says
     * @return the input
     */
    public SearchInput withLengths(Lengths changed) {
        return new SearchInput(source, seenSource, context, prompt, prefix, changed);
    }

    Lengths lengthsOr(GenerationConfig config) {
        return lengths != null
                ? lengths
                : new Lengths(config.minLength(), config.maxLengthFor(source.length));
    }

    int[] contextOr(int startId) {
        return context == null ? new int[] {startId} : context;
    }

    /** The tokens that are forced: those of the prompt, then those of the prefix. */
    int[] forced() {
        int[] forced = Arrays.copyOf(prompt, prompt.length + prefix.length);
        System.arraycopy(prefix, 0, forced, prompt.length, prefix.length);
        return forced;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SearchInput that
                && Arrays.equals(source, that.source)
                && Arrays.equals(seenSource, that.seenSource)
                && Arrays.equals(context, that.context)
                && Arrays.equals(prompt, that.prompt)
                && Arrays.equals(prefix, that.prefix)
                && Objects.equals(lengths, that.lengths);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(source) + Arrays.hashCode(prompt);
    }

    @Override
    public String toString() {
        return "SearchInput[source=%s, context=%s, prompt=%s, prefix=%s, lengths=%s]"
                .formatted(
                        Arrays.toString(source),
                        Arrays.toString(context),
                        Arrays.toString(prompt),
                        Arrays.toString(prefix),
                        lengths);
    }
}
