package org.attn4j.models.tokenizer;

import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * How a {@link ModelTokenizer} makes a model's input of texts.
 *
 * @param addSpecialTokens whether the model's start, end and separating tokens are added
 * @param truncation which text is shortened
 * @param maxLength the most tokens of a sequence, special ones included; 0 for no limit, and with
 *     {@link Truncation#NONE} without effect
 * @param stride how many tokens of text neighbouring windows share, see {@link
 *     ModelTokenizer#windows}
 * @param paddingSide where short rows of a batch are padded; null for the tokenizer's own side
 * @param padTo the least length of a batch's rows; 0 for that of the longest row
 * @param padToMultipleOf a number that the length of a batch's rows is a multiple of, or 1
 */
public record EncodeOptions(
        boolean addSpecialTokens,
        Truncation truncation,
        int maxLength,
        int stride,
        Side paddingSide,
        int padTo,
        int padToMultipleOf) {

    /** Special tokens, no truncation, batches padded to their longest row. */
    public static final EncodeOptions DEFAULT =
            new EncodeOptions(true, Truncation.NONE, 0, 0, null, 0, 1);

    public EncodeOptions {
        Require.that(
                maxLength >= 0 && stride >= 0 && padTo >= 0 && padToMultipleOf >= 1,
                "maxLength, stride and padTo must not be negative and padToMultipleOf"
                        + " must be at least 1, got %s, %s, %s, %s",
                maxLength,
                stride,
                padTo,
                padToMultipleOf);
    }

    /**
     * Returns options that shorten a sequence, the longer text first.
     *
     * @param maxLength the most tokens of a sequence
     * @return the options
     */
    public static EncodeOptions upTo(int maxLength) {
        return DEFAULT.withTruncation(Truncation.LONGEST_FIRST, maxLength);
    }

    /**
     * Returns these options with a limit.
     *
     * @param which which text is shortened
     * @param most the most tokens of a sequence, special ones included; 0 for no limit
     * @return the options
     */
    public EncodeOptions withTruncation(Truncation which, int most) {
        return Records.with(this, "truncation", which, "maxLength", most);
    }

    /**
     * Returns these options without special tokens.
     *
     * @return the options
     */
    public EncodeOptions withoutSpecialTokens() {
        return Records.with(this, "addSpecialTokens", false);
    }

    /**
     * Returns these options with windows that overlap.
     *
     * @param shared how many tokens of text neighbouring windows share
     * @return the options
     */
    public EncodeOptions withStride(int shared) {
        return Records.with(this, "stride", shared);
    }

    /**
     * Returns these options with padding at an end.
     *
     * @param side the end
     * @return the options
     */
    public EncodeOptions withPadding(Side side) {
        return Records.with(this, "paddingSide", side);
    }

    /**
     * Returns these options with rows of at least a length.
     *
     * @param length the least length of a batch's rows; 0 for that of the longest row
     * @param multiple what the length is a multiple of, or 1
     * @return the options
     */
    public EncodeOptions withPaddingTo(int length, int multiple) {
        return Records.with(this, "padTo", length, "padToMultipleOf", multiple);
    }
}
