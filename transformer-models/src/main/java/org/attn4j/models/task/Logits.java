package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** What is made of logits. */
final class Logits {

    private Logits() {}

    static double[] softmax(float[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double[] scores = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            scores[i] = Math.exp(logits[i] - highest);
            sum += scores[i];
        }
        for (int i = 0; i < logits.length; i++) {
            scores[i] /= sum;
        }
        return scores;
    }

    /** The first of the highest. */
    static int best(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    /** The numbers of the highest, the highest first, of equals the first. */
    static int[] top(double[] scores, int count) {
        Comparator<Integer> worstFirst =
                Comparator.<Integer>comparingDouble(i -> scores[i])
                        .thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(worstFirst);
        for (int i = 0; i < scores.length; i++) {
            if (best.size() < count) {
                best.add(i);
            } else if (scores[i] > scores[best.peek()]) {
                best.poll();
                best.add(i);
            }
        }
        return best.stream().sorted(worstFirst.reversed()).mapToInt(Integer::intValue).toArray();
    }

    /** The rows of an array (…, C), all of them one after the other. */
    static List<float[]> rows(NDArray array) {
        Shape shape = array.getShape();
        int width = Math.toIntExact(shape.get(shape.dimension() - 1)); // C
        float[] values = array.toType(DataType.FLOAT32, false).toFloatArray();
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < values.length; from += width) {
            rows.add(Arrays.copyOfRange(values, from, from + width));
        }
        return rows;
    }
}
