package org.attn4j.models.task;

import java.util.List;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.Side;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * A question and a text as the sequences that a model reads to answer it (Devlin et al. 2019, §4.2
 * and §4.3): the question and the text, or parts of the text that overlap.
 */
public final class AnswerWindows {

    private final ModelTokenizer tokenizer;
    private final boolean questionFirst;

    /**
     * Creates windows for a model.
     *
     * @param tokenizer its tokenizer
     */
    public AnswerWindows(ModelTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        questionFirst = tokenizer.paddingSide() == Side.RIGHT;
    }

    /**
     * Where an answer stands in a window.
     *
     * @param start its first token
     * @param end its last token
     */
    public record Positions(int start, int end) {}

    /**
     * Makes the windows of a text.
     *
     * @param question the question
     * @param context the text
     * @param most the most tokens of a window, question and special tokens included
     * @param stride how many tokens of the text neighbouring windows share
     * @return the windows, in order
     * @throws IllegalArgumentException if the limit leaves no room for the text beside the question
     */
    public List<TokenizedText> of(String question, String context, int most, int stride) {
        TextPair pair =
                questionFirst ? new TextPair(question, context) : new TextPair(context, question);
        Truncation cut = questionFirst ? Truncation.ONLY_SECOND : Truncation.ONLY_FIRST;
        return tokenizer.windows(
                pair, EncodeOptions.DEFAULT.withTruncation(cut, most).withStride(stride));
    }

    /**
     * Finds an answer in a window. One that does not stand in it whole is not there: the token that
     * is classified then stands for "no answer".
     *
     * @param window a window
     * @param from where the answer begins in the text, in {@code char}s
     * @param to where it ends, behind its last {@code char}
     * @return the tokens of the answer, or twice the token for "no answer"
     */
    public Positions positions(TokenizedText window, int from, int to) {
        int start = -1;
        int end = -1;
        int textStart = Integer.MAX_VALUE;
        int textEnd = 0;
        for (int i = 0; i < window.length(); i++) {
            int[] offsets = window.offsets()[i];
            if (!isOfText(window, i) || offsets[0] == offsets[1]) {
                continue;
            }
            textStart = Math.min(textStart, offsets[0]);
            textEnd = Math.max(textEnd, offsets[1]);
            if (offsets[0] < to && offsets[1] > from) {
                start = start < 0 ? i : start;
                end = i;
            }
        }
        boolean whole = start >= 0 && textStart <= from && textEnd >= to;
        return whole ? new Positions(start, end) : nowhere(window);
    }

    /**
     * Returns where "no answer" stands in a window.
     *
     * @param window a window
     * @return twice the token that is classified, or the first where a model has no such token
     */
    public Positions nowhere(TokenizedText window) {
        for (int i = 0; i < window.length(); i++) {
            if (isNone(window, i)) {
                return new Positions(i, i);
            }
        }
        return new Positions(0, 0);
    }

    /** The tokens of the text, and the one that stands for "no answer". */
    boolean[] mayAnswer(TokenizedText window) {
        boolean[] may = new boolean[window.length()];
        for (int i = 0; i < may.length; i++) {
            may[i] = isOfText(window, i) || isNone(window, i);
        }
        return may;
    }

    private boolean isOfText(TokenizedText window, int token) {
        return window.sequenceIds()[token] == (questionFirst ? 1 : 0);
    }

    private boolean isNone(TokenizedText window, int token) {
        return window.ids()[token] == tokenizer.clsId().orElse(-1);
    }
}
