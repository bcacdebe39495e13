package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import java.util.List;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.model.sentence.SentenceVectors;

/**
 * Another loss on the first numbers of embeddings alone, so that vectors may be cut (Kusupati et
 * al. 2022, as {@code MatryoshkaLoss} of sentence-transformers has it): the weighted sum of the
 * loss over sizes, each on vectors that are cut and brought to the length 1. Labels that are
 * vectors are cut likewise.
 */
public final class Matryoshka extends Loss {

    private final Loss loss;
    private final List<Integer> sizes;
    private final List<Double> weights;

    /**
     * Constructs the loss.
     *
     * @param loss the loss on embeddings
     * @param sizes how many numbers are kept
     * @param weights the weight of each size; none for 1 each
     * @throws IllegalArgumentException if a size is below 1, or there is not a weight for each
     */
    public Matryoshka(Loss loss, List<Integer> sizes, List<Double> weights) {
        super("Matryoshka" + loss.getName());
        Require.that(
                !sizes.isEmpty() && sizes.stream().allMatch(size -> size >= 1),
                "the sizes must be 1 at least, got sizes=%s",
                sizes);
        Require.that(
                weights.isEmpty() || weights.size() == sizes.size(),
                "there must be a weight for each size, got sizes=%s, weights=%s",
                sizes,
                weights);
        this.loss = loss;
        this.sizes = List.copyOf(sizes);
        this.weights = List.copyOf(weights);
    }

    /**
     * Returns the weighted sum.
     *
     * @param labels those of the loss
     * @param predictions the embeddings (B, E) of the columns
     * @return the sum, a scalar
     * @throws IllegalArgumentException if a size is more than E
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray total = null;
        for (int i = 0; i < sizes.size(); i++) {
            int size = sizes.get(i);
            NDArray each = loss.evaluate(cutLabels(labels, size), cut(predictions, size));
            NDArray weighted = weights.isEmpty() ? each : Scalars.multiply(each, weights.get(i));
            total = total == null ? weighted : total.add(weighted);
        }
        return total;
    }

    private static NDList cutLabels(NDList labels, int size) {
        boolean vectors = labels.head().getShape().dimension() == 2;
        return vectors ? cut(labels, size) : labels;
    }

    private static NDList cut(NDList columns, int size) {
        NDList shorter = new NDList(columns.size());
        for (NDArray column : columns) {
            long all = column.getShape().get(1);
            Require.that(
                    size <= all,
                    "a size must not be more than the %s of a vector, got %s",
                    all,
                    size);
            shorter.add(SentenceVectors.normalized(column.get(":, 0:{}", size)));
        }
        return shorter;
    }
}
