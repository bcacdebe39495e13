package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;

/**
 * What a lesson is worked through on.
 *
 * @param tokens the words of the text
 * @param target the words of the second text, which looks at the first; null for none, which is
 *     kept as an empty list
 * @param modelSize D, the features of a token
 * @param heads N, for a lesson with heads
 * @param causal whether a token sees itself and earlier ones alone
 * @param seed draws embeddings and weights
 * @param manager where the arrays live
 */
record Setting(
        List<String> tokens,
        List<String> target,
        int modelSize,
        int heads,
        boolean causal,
        long seed,
        NDManager manager) {

    private static final int MOST_TOKENS = 16;
    private static final int LARGEST = 16;
    static final int LONGEST_TOKEN = 32;

    Setting {
        tokens = checked("the text", 2, tokens);
        target = target == null ? List.of() : checked("the second text", 1, target);
        Require.that(
                modelSize >= 2 && modelSize <= LARGEST,
                "--d-model must be from 2 to %s, so that its numbers can be read, got %s",
                LARGEST,
                modelSize);
        Require.that(
                heads >= 1 && modelSize % heads == 0,
                "--d-model must be divisible by --heads, got --d-model %s, --heads %s",
                modelSize,
                heads);
    }

    private static List<String> checked(String what, int least, List<String> tokens) {
        Require.that(
                tokens.size() >= least && tokens.size() <= MOST_TOKENS,
                "%s must have from %s to %s words, so that its numbers can be read, got %s",
                what,
                least,
                MOST_TOKENS,
                tokens.size());
        for (String token : tokens) {
            Require.that(
                    token.codePointCount(0, token.length()) <= LONGEST_TOKEN,
                    "a word must have at most %s characters, so that tables fit, got %s",
                    LONGEST_TOKEN,
                    token.codePointCount(0, token.length()));
            Require.that(
                    token.codePoints().noneMatch(Character::isISOControl),
                    "%s must hold no control characters",
                    what);
        }
        return List.copyOf(tokens);
    }

    /** A text with its sizes filled in: {D}, {N} and {n}, the number of words. */
    String filled(String text) {
        return text.replace("{D}", "" + modelSize)
                .replace("{N}", "" + heads)
                .replace("{n}", "" + tokens.size());
    }

    /** An embedding for each word, (1, S, D); the same word has the same in both texts. */
    NDArray embeddings(List<String> words) {
        SmallNumbers numbers = new SmallNumbers(seed);
        Map<String, float[]> table = new HashMap<>();
        float[] values = new float[words.size() * modelSize];
        for (List<String> text : List.of(tokens, target)) {
            text.forEach(word -> table.computeIfAbsent(word, w -> numbers.take(modelSize)));
        }
        for (int i = 0; i < words.size(); i++) {
            float[] row = table.get(words.get(i));
            System.arraycopy(row, 0, values, i * modelSize, modelSize);
        }
        return HostArrays.of(manager, values, new Shape(1, words.size(), modelSize));
    }

    /** Numbers of a shape, for what is no word, such as the states of a decoder. */
    NDArray numbers(long salt, long... shape) {
        Shape wanted = new Shape(shape);
        float[] values = new SmallNumbers(seed + salt).take(Math.toIntExact(wanted.size()));
        return HostArrays.of(manager, values, wanted);
    }
}
