package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.attn4j.common.Require;

/**
 * A loss that compares the rows of a batch, computed in the memory of a few rows (GradCache, Gao et
 * al. 2021): {@link SequenceTrainer} runs the model on some rows at a time without keeping what a
 * gradient needs, takes the gradient of the loss with regard to all outputs, and runs the rows
 * again, with the same random numbers, to take it on to the parameters. Gradients are those of the
 * loss itself, for one more forward pass. The model must treat rows apart, as all do that have no
 * batch norm.
 */
public final class GradientCache extends Loss {

    private static final int SEEDS = 1 << 24; // what float32 tells apart

    private final Loss loss;
    private final int rows;

    /**
     * Constructs the loss.
     *
     * @param loss the loss, of outputs with B rows each
     * @param rows how many rows the model runs on at a time
     * @throws IllegalArgumentException if {@code rows} is below 1, or the loss counts tokens: it
     *     needs no cache, but smaller batches that are accumulated
     */
    public GradientCache(Loss loss, int rows) {
        super(loss.getName());
        Require.that(rows >= 1, "rows must be at least 1, got rows=%s", rows);
        Require.that(
                !(loss instanceof TokenLoss),
                "a loss of single tokens needs no cache: accumulate smaller batches");
        this.loss = loss;
        this.rows = rows;
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return loss.evaluate(labels, predictions);
    }

    /** Rows that the model runs on together, and the seed of what is random in them. */
    private record Chunk(NDList data, int seed) {}

    /** The passes over a batch. */
    final class Passes {

        private final NDManager manager;
        private final List<Chunk> chunks = new ArrayList<>();
        private final UnaryOperator<NDList> model;

        /**
         * @param data the batch, of B rows
         * @param model runs the model
         */
        Passes(NDList data, UnaryOperator<NDList> model) {
            this.model = model;
            manager = data.head().getManager();
            long all = data.head().getShape().get(0);
            int count = Math.toIntExact((all + rows - 1) / rows);
            float[] random = manager.randomUniform(0, SEEDS, new Shape(count)).toFloatArray();
            for (int i = 0; i < count; i++) {
                long end = Math.min(all, (i + 1L) * rows);
                chunks.add(new Chunk(slice(data, (long) i * rows, end), (int) random[i]));
            }
        }

        private NDList run(Chunk chunk) {
            manager.getEngine().setRandomSeed(chunk.seed);
            return model.apply(chunk.data);
        }

        /** The outputs for all rows, cut off from the parameters, to take a gradient of. */
        NDList outputs() {
            List<NDList> parts = new ArrayList<>();
            for (Chunk chunk : chunks) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDList part = new NDList();
                    run(chunk).forEach(output -> part.add(output.stopGradient()));
                    NDScope.unregister(part);
                    parts.add(part);
                }
            }
            NDList outputs = new NDList();
            for (int i = 0; i < parts.get(0).size(); i++) {
                NDList column = new NDList();
                for (NDList part : parts) {
                    column.add(part.get(i));
                }
                NDArray whole = NDArrays.concat(column, 0).stopGradient();
                column.close();
                whole.setRequiresGradient(true);
                outputs.add(whole);
            }
            return outputs;
        }

        /**
         * Runs the rows again.
         *
         * @param outputs what {@link #outputs} gave, with their gradients
         * @param backward takes, for each of the chunks, a scalar whose gradient is theirs
         */
        void again(NDList outputs, Consumer<NDArray> backward) {
            long from = 0;
            for (Chunk chunk : chunks) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDList part = run(chunk);
                    long to = from + part.head().getShape().get(0);
                    NDArray sum = null;
                    for (int i = 0; i < part.size(); i++) {
                        NDArray gradient = outputs.get(i).getGradient();
                        NDArray product =
                                part.get(i).mul(slice(new NDList(gradient), from, to).head()).sum();
                        sum = sum == null ? product : sum.add(product);
                    }
                    backward.accept(sum);
                    from = to;
                }
            }
        }
    }

    private static NDList slice(NDList arrays, long from, long to) {
        NDList slices = new NDList(arrays.size());
        arrays.forEach(array -> slices.add(array.get("{}:{}", from, to)));
        return slices;
    }
}
