package org.attn4j.models.pretrained;

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
    private final List<int[]> prompts;
    private final List<Integer> ends;
    private final Function<long[], String> decode;
    private final BiFunction<int[], Hypothesis, GeneratedText> whole;
    private final Map<List<Integer>, TextPieces> pieces = new HashMap<>();

    /**
     * Creates a stream.
     *
     * @param prompts the tokens before each text
     * @param ends tokens that have no text
     * @param decode gives the text of tokens
     * @param whole gives the text of all that was generated after a prompt
     */
    TextStream(
            TextListener listener,
            List<int[]> prompts,
            List<Integer> ends,
            Function<long[], String> decode,
            BiFunction<int[], Hypothesis, GeneratedText> whole) {
        this.listener = listener;
        this.prompts = prompts;
        this.ends = ends;
        this.decode = decode;
        this.whole = whole;
    }

    @Override
    public void onToken(int input, int sequence, int token, float logProbability) {
        if (!ends.contains(token)) {
            tell(input, sequence, pieces(input, sequence).add(token));
        }
    }

    @Override
    public void onEnd(int input, int sequence, Hypothesis found) {
        GeneratedText text = whole.apply(prompts.get(input), found);
        tell(input, sequence, pieces(input, sequence).rest(text.text()));
        listener.onEnd(input, sequence, text);
    }

    private void tell(int input, int sequence, String piece) {
        if (!piece.isEmpty()) {
            listener.onText(input, sequence, piece);
        }
    }

    private TextPieces pieces(int input, int sequence) {
        return pieces.computeIfAbsent(
                List.of(input, sequence), key -> new TextPieces(decode, prompts.get(input)));
    }
}
