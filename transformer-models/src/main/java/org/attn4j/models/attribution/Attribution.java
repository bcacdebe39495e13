package org.attn4j.models.attribution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextWords;
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

    /**
     * Returns the tokens with their scores.
     *
     * @return one for each token, in order
     */
    public List<ScoredText> scoredTokens() {
        return IntStream.range(0, scores.length).mapToObj(this::scoredToken).toList();
    }

    private ScoredText scoredToken(int i) {
        return new ScoredText(
                tokens.tokens()[i],
                tokens.offsets()[i][0],
                tokens.offsets()[i][1],
                tokens.sequenceIds()[i],
                tokens.special()[i],
                scores[i]);
    }

    /**
     * Returns the words, which are what white space parts, with the sums of their tokens' scores,
     * so that all add up to what they did. Tokens of no word, such as special ones, stay alone.
     *
     * @param read the text or texts that the tokens are of
     * @return the words and what stands between them, in order
     */
    public List<ScoredText> scoredWords(TextPair read) {
        TextWords[] texts = {
            TextWords.of(read.text()), TextWords.of(read.pair() == null ? "" : read.pair())
        };
        int[][] numbers = {texts[0].of(tokens, 0), texts[1].of(tokens, 0)};
        List<ScoredText> words = new ArrayList<>();
        int before = -1; // the word of the token before, or -1
        for (int i = 0; i < scores.length; i++) {
            ScoredText token = scoredToken(i);
            int text = token.sequence();
            int word = text < 0 ? -1 : numbers[text][i];
            int last = words.size() - 1;
            if (word >= 0 && word == before && words.get(last).sequence() == text) {
                words.set(last, words.get(last).with(token));
            } else {
                words.add(word < 0 ? token : token.named(texts[text].words().get(word)));
            }
            before = word;
        }
        return words;
    }
}
