package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BinaryOperator;
import org.attn4j.attention.ops.Kernels;

/**
 * The matrix products of a computation and nothing else: what no way of computing it can do
 * without.
 *
 * @param linears linear maps
 * @param attentions products of queries with keys, and of weights with values
 * @param times how often all of them are done: 3 for a step with its backward pass, in which each
 *     product has two more of its size
 */
record MatrixProducts(List<Linear> linears, List<Attention> attentions, int times) {

    /**
     * Linear maps of one shape.
     *
     * @param count how many
     */
    record Linear(int count, int rows, int features, int outputs) {}

    /**
     * Attention of one shape, without softmax.
     *
     * @param count how many
     * @param batch rows times heads
     */
    record Attention(int count, int batch, int length, int headSize) {}

    MatrixProducts {
        linears = List.copyOf(linears);
        attentions = List.copyOf(attentions);
    }

    /** The maps of a layer with a feed-forward block of four times its size. */
    static List<Linear> layers(int count, int rows, int modelSize) {
        return List.of(
                new Linear(4 * count, rows, modelSize, modelSize),
                new Linear(count, rows, modelSize, 4 * modelSize),
                new Linear(count, rows, 4 * modelSize, modelSize));
    }

    /** The bounds by each exact way that there is; which is the fastest one is for the rounds. */
    List<Contender> bounds(NDManager manager) {
        return bounds(manager, () -> this);
    }

    /** The bounds of products that are worked out when they are needed. */
    static List<Contender> bounds(NDManager manager, Callable<MatrixProducts> products) {
        return List.of(
                Contender.bound(
                        "bound: matMul",
                        () -> products.call().work(manager, NDArray::matMul, false)),
                linearBound(manager, products));
    }

    /** The bound by the kernel of linear maps. */
    Contender linearBound(NDManager manager) {
        return linearBound(manager, () -> this);
    }

    private static Contender linearBound(NDManager manager, Callable<MatrixProducts> products) {
        return Contender.bound(
                "bound: linear kernel",
                () ->
                        products.call()
                                .work(
                                        manager,
                                        (x, weight) ->
                                                Kernels.of(manager)
                                                        .linear()
                                                        .linear(x, weight, null),
                                        true));
    }

    /**
     * The products as work.
     *
     * @param product of rows (M, in) and a weight
     * @param outputsFirst whether the weight is (out, in) or (in, out)
     */
    private Work work(NDManager parent, BinaryOperator<NDArray> product, boolean outputsFirst) {
        return new EngineWork(parent) {

            private final List<NDArray[]> maps = new ArrayList<>();
            private final List<NDArray[]> heads = new ArrayList<>();

            {
                for (Linear each : linears) {
                    Shape weight =
                            outputsFirst
                                    ? new Shape(each.outputs, each.features)
                                    : new Shape(each.features, each.outputs);
                    maps.add(
                            new NDArray[] {
                                normal(manager(), 1, 1, new Shape(each.rows, each.features)),
                                normal(manager(), 2, 1, weight)
                            });
                }
                for (Attention each : attentions) {
                    Shape keys = new Shape(each.batch, each.headSize, each.length);
                    Shape values = new Shape(each.batch, each.length, each.headSize);
                    heads.add(
                            new NDArray[] {
                                normal(manager(), 3, 1, values),
                                normal(manager(), 4, 1, keys),
                                normal(manager(), 5, 1, values)
                            });
                }
            }

            @Override
            NDArray compute() {
                NDArray last = null;
                for (int time = 0; time < times; time++) {
                    for (int i = 0; i < linears.size(); i++) {
                        for (int each = 0; each < linears.get(i).count; each++) {
                            last = replaced(last, product.apply(maps.get(i)[0], maps.get(i)[1]));
                        }
                    }
                    for (int i = 0; i < attentions.size(); i++) {
                        for (int each = 0; each < attentions.get(i).count; each++) {
                            NDArray[] head = heads.get(i);
                            NDArray scores = head[0].matMul(head[1]); // (B·N, T, T)
                            last = replaced(last, scores.matMul(head[2])); // (B·N, T, H)
                            scores.close();
                        }
                    }
                }
                return last;
            }

            private NDArray replaced(NDArray before, NDArray now) {
                if (before != null) {
                    before.close(); // its memory is warm for the next one
                }
                return now;
            }

            @Override
            public List<float[]> values() {
                return List.of();
            }
        };
    }
}
