package org.attn4j.models.attribution;

/**
 * A token or a word of what a model read, with what it has to do with the prediction.
 *
 * @param text the token as the vocabulary writes it, or the word as the text does
 * @param start where it begins in its text, in {@code char}s; 0 for added tokens
 * @param end where it ends, exclusive
 * @param sequence 0 for the first text, 1 for the second, or -1 for added tokens
 * @param special whether it was added rather than found in a text
 * @param score its score; of a word the sum of its tokens' scores
 */
public record ScoredText(
        String text, int start, int end, int sequence, boolean special, double score) {

    /** The word that begins with this and goes on with another token. */
    ScoredText with(ScoredText next) {
        return new ScoredText(
                text, start, Math.max(end, next.end), sequence, special, score + next.score);
    }

    ScoredText named(String word) {
        return new ScoredText(word, start, end, sequence, special, score);
    }
}
