package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Every column of texts is to have the embeddings that a teacher gives (Reimers and Gurevych 2020):
 * the mean squared difference, {@code MSELoss} of sentence-transformers. With two columns, a text
 * and its translation, both get those of the teacher.
 */
public final class EmbeddingDistillation extends Loss {

    /** Constructs the loss. */
    public EmbeddingDistillation() {
        super("EmbeddingDistillation");
    }

    /**
     * Returns the mean squared difference.
     *
     * @param labels the teacher's embeddings, (B, E)
     * @param predictions the embeddings (B, E) of one column of texts or more
     * @return the mean, a scalar
     * @throws IllegalArgumentException if teacher and student do not give vectors of one size
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray teacher = labels.head();
        NDArray total = null;
        for (NDArray column : predictions) {
            Require.that(
                    column.getShape().equals(teacher.getShape()),
                    "student and teacher must give vectors of one size, got student=%s, teacher=%s:"
                            + " add a dense layer to the student",
                    column.getShape(),
                    teacher.getShape());
            NDArray difference = column.sub(teacher).square().mean();
            total = total == null ? difference : total.add(difference);
        }
        return Scalars.divide(total, predictions.size());
    }
}
