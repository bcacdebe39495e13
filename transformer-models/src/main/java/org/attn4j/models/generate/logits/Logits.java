package org.attn4j.models.generate.logits;

import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;

/** Arithmetic on one row of scores. */
public final class Logits {

    private Logits() {}

    /**
     * Returns the logarithm of the sum of the exponentials.
     *
     * @param scores a row; −∞ counts for nothing
     * @return the logarithm, −∞ if every score is
     */
    public static double logSumExp(float[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            max = Math.max(max, score);
        }
        if (Double.isInfinite(max)) {
            return max;
        }
        double sum = 0;
        for (float score : scores) {
            sum += score == Float.NEGATIVE_INFINITY ? 0 : Math.exp(score - max);
        }
        return max + Math.log(sum);
    }

    /**
     * Returns the softmax of scores.
     *
     * @param scores a row
     * @return the probabilities
     */
    static float[] probabilities(float[] scores) {
        double total = logSumExp(scores);
        float[] probabilities = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] = (float) Math.exp(scores[i] - total);
        }
        return probabilities;
    }

    /** The entropy of the softmax of scores, in nats. */
    static double entropy(float[] scores) {
        double total = logSumExp(scores);
        double sum = 0;
        for (float score : scores) {
            if (score > Float.NEGATIVE_INFINITY) {
                double log = score - total;
                sum -= Math.exp(log) * log;
            }
        }
        return sum;
    }

    /** The order of scores by rising score; of equal ones, the first first. */
    static int[] ascending(float[] scores) {
        long[] keys = new long[scores.length];
        for (int i = 0; i < keys.length; i++) {
            int bits = Float.floatToIntBits(scores[i] + 0f); // no negative zero
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[i] = ((long) ordered << 32) | i;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }

    /**
     * Returns the score of the given rank.
     *
     * @param scores a row
     * @param rank 1 for the greatest; at most their number
     * @return the score
     */
    static float greatest(float[] scores, int rank) {
        float[] heap = Arrays.copyOf(scores, rank); // the least of the greatest on top
        for (int i = rank / 2 - 1; i >= 0; i--) {
            sift(heap, i);
        }
        for (int i = rank; i < scores.length; i++) {
            if (scores[i] > heap[0]) {
                heap[0] = scores[i];
                sift(heap, 0);
            }
        }
        return heap[0];
    }

    private static void sift(float[] heap, int start) {
        int node = start;
        while (true) {
            int least = node;
            for (int child = 2 * node + 1; child <= 2 * node + 2 && child < heap.length; child++) {
                least = heap[child] < heap[least] ? child : least;
            }
            if (least == node) {
                return;
            }
            float moved = heap[node];
            heap[node] = heap[least];
            heap[least] = moved;
            node = least;
        }
    }

    /** Lets a token never be chosen; one outside the vocabulary never is. */
    static void ban(float[] scores, int token) {
        if (token >= 0 && token < scores.length) {
            scores[token] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Bans all tokens but these, which all score the same. */
    static void only(float[] scores, Iterable<Integer> tokens, float score) {
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int token : tokens) {
            requireToken("forced", token, scores.length);
            scores[token] = score;
        }
    }

    static void requireToken(String kind, int token, int vocabularySize) {
        Require.that(
                token >= 0 && token < vocabularySize,
                "a %s token must be one of the %s target tokens, got %s",
                kind,
                vocabularySize,
                token);
    }

    /** Whether a sequence ends with the first tokens of a word, as many as asked for. */
    static boolean endsWith(int[] ids, List<Integer> word, int count) {
        if (count > ids.length) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (ids[ids.length - count + i] != word.get(i)) {
                return false;
            }
        }
        return true;
    }
}
