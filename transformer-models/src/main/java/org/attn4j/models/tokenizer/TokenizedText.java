package org.attn4j.models.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * A text, or a pair of texts, as the ids that a model reads. All arrays have one entry for each
 * token; they are not copied.
 *
 * @param ids the token ids
 * @param tokens the tokens as they are written in the vocabulary
 * @param typeIds which segment a token belongs to, as BERT counts them; 0 where a model has none
 * @param attentionMask 1 for tokens, 0 for padding
 * @param special whether the token was added rather than found in a text
 * @param offsets where in its text a token stands: the first {@code char} and the one after the
 *     last; {0, 0} for added tokens
 * @param wordIds the number of the token's word within its text, or -1 for added tokens
 * @param sequenceIds 0 for the first text, 1 for the second, or -1 for added tokens
 */
public record TokenizedText(
        long[] ids,
        String[] tokens,
        long[] typeIds,
        long[] attentionMask,
        boolean[] special,
        int[][] offsets,
        int[] wordIds,
        int[] sequenceIds) {

    public TokenizedText {
        int n = ids.length;
        int[] lengths = {
            tokens.length,
            typeIds.length,
            attentionMask.length,
            special.length,
            offsets.length,
            wordIds.length,
            sequenceIds.length
        };
        Require.that(
                !Arrays.stream(lengths).anyMatch(length -> length != n),
                "all arrays must have one entry for each of the %s ids, got %s",
                n,
                Arrays.toString(lengths));
    }

    /**
     * Returns the number of tokens, padding included.
     *
     * @return the number of tokens
     */
    public int length() {
        return ids.length;
    }

    /**
     * Returns what a causal language model goes on from: the ids without the special tokens that
     * end the text. The first is kept whatever it is.
     *
     * @return the ids
     */
    public int[] openIds() {
        return Arrays.stream(ids, 0, openLength()).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * Returns what a causal language model goes on from.
     *
     * @return the tokens of {@link #openIds()}
     */
    public TokenizedText open() {
        return select(IntStream.range(0, openLength()).toArray());
    }

    private int openLength() {
        int end = length();
        while (end > 1 && special[end - 1]) {
            end--;
        }
        return end;
    }

    /**
     * Returns some of the tokens.
     *
     * @param positions where they stand here, in the order of the result
     * @return the tokens
     */
    public TokenizedText select(int[] positions) {
        int n = positions.length;
        TokenizedText some = empty(n);
        for (int i = 0; i < n; i++) {
            int from = positions[i];
            some.ids[i] = ids[from];
            some.tokens[i] = tokens[from];
            some.typeIds[i] = typeIds[from];
            some.attentionMask[i] = attentionMask[from];
            some.special[i] = special[from];
            some.offsets[i] = offsets[from];
            some.wordIds[i] = wordIds[from];
            some.sequenceIds[i] = sequenceIds[from];
        }
        return some;
    }

    /** Returns the tokens of texts one after the other. */
    static TokenizedText concat(List<TokenizedText> texts) {
        TokenizedText all = empty(texts.stream().mapToInt(TokenizedText::length).sum());
        int at = 0;
        for (TokenizedText text : texts) {
            int n = text.length();
            System.arraycopy(text.ids, 0, all.ids, at, n);
            System.arraycopy(text.tokens, 0, all.tokens, at, n);
            System.arraycopy(text.typeIds, 0, all.typeIds, at, n);
            System.arraycopy(text.attentionMask, 0, all.attentionMask, at, n);
            System.arraycopy(text.special, 0, all.special, at, n);
            System.arraycopy(text.offsets, 0, all.offsets, at, n);
            System.arraycopy(text.wordIds, 0, all.wordIds, at, n);
            System.arraycopy(text.sequenceIds, 0, all.sequenceIds, at, n);
            at += n;
        }
        return all;
    }

    /** Returns these tokens and the same number or more of padding at an end. */
    TokenizedText padded(int length, Side side, long padId, String pad, long padTypeId) {
        int first = side == Side.LEFT ? length - length() : 0;
        TokenizedText row = empty(length);
        for (int i = 0; i < length; i++) {
            int from = i - first;
            if (from >= 0 && from < length()) {
                row.ids[i] = ids[from];
                row.tokens[i] = tokens[from];
                row.typeIds[i] = typeIds[from];
                row.attentionMask[i] = attentionMask[from];
                row.special[i] = special[from];
                row.offsets[i] = offsets[from];
                row.wordIds[i] = wordIds[from];
                row.sequenceIds[i] = sequenceIds[from];
            } else {
                row.ids[i] = padId;
                row.tokens[i] = pad;
                row.typeIds[i] = padTypeId;
                row.special[i] = true;
                row.offsets[i] = new int[2];
                row.wordIds[i] = -1;
                row.sequenceIds[i] = -1;
            }
        }
        return row;
    }

    /** Returns room for tokens. */
    static TokenizedText empty(int n) {
        return new TokenizedText(
                new long[n],
                new String[n],
                new long[n],
                new long[n],
                new boolean[n],
                new int[n][],
                new int[n],
                new int[n]);
    }
}
