package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.common.Require;

/** The layouts that published checkpoints use. */
public final class TensorLayouts {

    private static final TensorLayout SAME = new Same();
    private static final TensorLayout TRANSPOSED = new Transposed(new Same());
    private static final TensorLayout ROWS = new Stacked();
    private static final TensorLayout COLUMNS = new Transposed(ROWS);
    private static final TensorLayout LEADING_ONE = new LeadingOne();

    private TensorLayouts() {}

    /**
     * One parameter, stored as it is.
     *
     * @return the layout
     */
    public static TensorLayout same() {
        return SAME;
    }

    /**
     * One matrix (out, in), stored as (in, out), as by GPT-2's {@code Conv1D}.
     *
     * @return the layout
     */
    public static TensorLayout transposed() {
        return TRANSPOSED;
    }

    /**
     * Several parameters one below the other: (a, …), (b, …) stored as (a + b, …), as PyTorch's
     * {@code in_proj_weight}.
     *
     * @return the layout
     */
    public static TensorLayout rows() {
        return ROWS;
    }

    /**
     * Several matrices (out, in) side by side and transposed, stored as (in, out + out + …), as
     * GPT-2's {@code c_attn}.
     *
     * @return the layout
     */
    public static TensorLayout columns() {
        return COLUMNS;
    }

    /**
     * Several parameters of N heads each, interleaved head by head: (N·H, …) each, stored as
     * (N·parts·H, …), as the fused query, key and value of GPT-NeoX and Bloom.
     *
     * @param heads the number of heads N
     * @return the layout
     */
    public static TensorLayout perHead(int heads) {
        Require.that(heads >= 1, "heads must be positive, got %s", heads);
        return new PerHead(heads);
    }

    /**
     * One parameter, stored with a first dimension of 1, as BART's {@code final_logits_bias}.
     *
     * @return the layout
     */
    public static TensorLayout leadingOne() {
        return LEADING_ONE;
    }

    private static Shape only(List<Shape> parameters) {
        Require.that(parameters.size() == 1, "this layout is of one parameter, got %s", parameters);
        return parameters.get(0);
    }

    private record Same() implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            return only(parameters);
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            return new NDList(stored);
        }

        @Override
        public NDArray toStored(NDList parameters) {
            return parameters.singletonOrThrow();
        }
    }

    private record Transposed(TensorLayout upright) implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            Shape shape = upright.storedShape(parameters);
            Require.that(shape.dimension() == 2, "only matrices are transposed, got %s", shape);
            return new Shape(shape.get(1), shape.get(0));
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            return upright.toParameters(stored.transpose(), parameters);
        }

        @Override
        public NDArray toStored(NDList parameters) {
            return upright.toStored(parameters).transpose();
        }

        @Override
        public boolean isTransposed() {
            return true;
        }
    }

    private record Stacked() implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            long rows = 0;
            Shape rest = parameters.get(0).slice(1);
            for (Shape shape : parameters) {
                Require.that(
                        shape.slice(1).equals(rest),
                        "stacked parameters differ in more than their first dimension: %s",
                        parameters);
                rows += shape.get(0);
            }
            return new Shape(rows).addAll(rest);
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            NDList parts = new NDList();
            long row = 0;
            for (Shape shape : parameters) {
                parts.add(stored.get(new NDIndex("{}:{}", row, row + shape.get(0))));
                row += shape.get(0);
            }
            return parts;
        }

        @Override
        public NDArray toStored(NDList parameters) {
            return NDArrays.concat(parameters, 0);
        }
    }

    private record PerHead(int heads) implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            Shape first = parameters.get(0);
            for (Shape shape : parameters) {
                Require.that(
                        shape.equals(first) && first.get(0) % heads == 0,
                        "parameters fused per head must have one shape with rows for %s"
                                + " heads, got %s",
                        heads,
                        parameters);
            }
            return new Shape(first.get(0) * parameters.size()).addAll(first.slice(1));
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            NDArray byHead =
                    stored.reshape(
                            byHead(parameters.size(), parameters.get(0))); // (N, parts, H, …)
            NDList parts = new NDList();
            for (int i = 0; i < parameters.size(); i++) {
                parts.add(byHead.get(new NDIndex(":, {}", i)).reshape(parameters.get(i)));
            }
            return parts;
        }

        @Override
        public NDArray toStored(NDList parameters) {
            Shape shape = parameters.head().getShape();
            Shape byHead = byHead(1, shape); // (N, 1, H, …)
            NDList parts = new NDList();
            parameters.forEach(parameter -> parts.add(parameter.reshape(byHead)));
            return NDArrays.concat(parts, 1).reshape(storedShape(List.of(parameters.getShapes())));
        }

        private Shape byHead(int parts, Shape parameter) {
            return new Shape(heads, parts, parameter.get(0) / heads).addAll(parameter.slice(1));
        }
    }

    private record LeadingOne() implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            return new Shape(1).addAll(only(parameters));
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            return new NDList(stored.reshape(only(parameters)));
        }

        @Override
        public NDArray toStored(NDList parameters) {
            return parameters.singletonOrThrow().expandDims(0);
        }
    }
}
