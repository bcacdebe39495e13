package org.attn4j.models.task;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.TokenListener;

/** Tells a {@link TextListener} of text as tokens are chosen. */
final class TextStream implements TokenListener {

    private final TextListener listener;
    private final TokenListener tokens; // null for none
    private final List<int[]> prompts;
    private final int[] beginning;
    private final List<Integer> ends;
    private final Function<long[], String> decode;
    private final BiFunction<Integer, Hypothesis, GeneratedText> whole;
    private final Map<List<Integer>, TextPieces> pieces = new HashMap<>();

    /**
     * Creates a stream.
     *
     * @param tokens is told of tokens; null for none
     * @param prompts the tokens before each text
     * @param beginning the tokens that each text was given to begin with
     * @param ends tokens that have no text
     * @param decode gives the text of tokens
     * @param whole gives the text of all that was generated for an input
     */
    TextStream(
            TextListener listener,
            TokenListener tokens,
            List<int[]> prompts,
            int[] beginning,
            List<Integer> ends,
            Function<long[], String> decode,
            BiFunction<Integer, Hypothesis, GeneratedText> whole) {
        this.listener = listener;
        this.tokens = tokens;
        this.prompts = prompts;
        this.beginning = beginning;
        this.ends = ends;
        this.decode = decode;
        this.whole = whole;
    }

    @Override
    public void onToken(int input, int sequence, int token, float logProbability) {
        if (tokens != null) {
            tokens.onToken(input, sequence, token, logProbability);
        }
        if (!ends.contains(token)) {
            tell(input, sequence, pieces(input, sequence).add(token));
        }
    }

    @Override
    public void onScores(int input, int sequence, float[] scores) {
        if (tokens != null) {
            tokens.onScores(input, sequence, scores);
        }
    }

    @Override
    public void onEnd(int input, int sequence, Hypothesis found) {
        GeneratedText text = whole.apply(input, found);
        tell(input, sequence, pieces(input, sequence).rest(text.text()));
        listener.onEnd(input, sequence, text);
        if (tokens != null) {
            tokens.onEnd(input, sequence, found);
        }
    }

    private void tell(int input, int sequence, String piece) {
        if (!piece.isEmpty()) {
            listener.onText(input, sequence, piece);
        }
    }

    private TextPieces pieces(int input, int sequence) {
        List<Integer> key = List.of(input, sequence);
        TextPieces made = pieces.get(key);
        if (made == null) {
            made = new TextPieces(decode, prompts.get(input));
            pieces.put(key, made);
            for (int token : beginning) {
                tell(input, sequence, made.add(token));
            }
        }
        return made;
    }
}
