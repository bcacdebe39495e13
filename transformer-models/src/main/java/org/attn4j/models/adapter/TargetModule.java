package org.attn4j.models.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attn4j.attention.ops.Adaptable;
import org.attn4j.models.checkpoint.TensorLayout;
import org.attn4j.models.checkpoint.WeightTable;

/**
 * A module of a model as Hugging Face names it. Where it fuses maps, such as GPT-2's {@code
 * c_attn}, it has a part for each.
 *
 * @param name the name of its weight, without {@code .weight}
 * @param layout how the weights of the parts lie in the stored one
 * @param parts the maps; none if the module is something else, such as a norm
 */
record TargetModule(String name, TensorLayout layout, List<Adaptable> parts) {

    private static final String WEIGHT = ".weight";

    /** The modules of a model that have a weight. */
    static List<TargetModule> of(Block model, WeightTable table) {
        Map<Parameter, Adaptable> owners = new HashMap<>();
        collect(model, owners);
        List<TargetModule> modules = new ArrayList<>();
        for (WeightTable.Tensor tensor : table.tensorsOf(model)) {
            if (tensor.name().endsWith(WEIGHT)) {
                String name = tensor.name().substring(0, tensor.name().length() - WEIGHT.length());
                List<Adaptable> parts =
                        tensor.parameters().stream()
                                .map(owners::get)
                                .filter(Objects::nonNull)
                                .toList();
                boolean whole = parts.size() == tensor.parameters().size();
                modules.add(new TargetModule(name, tensor.layout(), whole ? parts : List.of()));
            }
        }
        return modules;
    }

    /** The maps by the weights that they own: a tied one is its embedding's. */
    private static void collect(Block block, Map<Parameter, Adaptable> owners) {
        if (block instanceof Adaptable map
                && block.getDirectParameters().values().contains(map.weight())) {
            owners.put(map.weight(), map);
        }
        block.getChildren().values().forEach(child -> collect(child, owners));
    }

    boolean isAdaptable() {
        return !parts.isEmpty();
    }

    boolean isLinear() {
        return isAdaptable() && parts.get(0).use() == Adaptable.Use.LINEAR;
    }

    boolean isEmbedding() {
        return isAdaptable() && parts.get(0).use() == Adaptable.Use.EMBEDDING;
    }

    /** How the matrices B of the parts lie in that of the module: upright, whatever W is. */
    TensorLayout ups() {
        return new Upright(layout, false);
    }

    /** How the magnitudes of the parts lie in that of the module. */
    TensorLayout magnitudes() {
        return new Upright(layout, true);
    }

    /**
     * What a layout does to the rows of matrices.
     *
     * @param weights the layout of the weights (out, in)
     * @param vectors whether it is of vectors (out), and not of matrices (out, r)
     */
    private record Upright(TensorLayout weights, boolean vectors) implements TensorLayout {

        @Override
        public Shape storedShape(List<Shape> parameters) {
            Shape stored = weights.storedShape(parameters.stream().map(this::matrix).toList());
            long rows = weights.isTransposed() ? stored.get(1) : stored.get(0);
            return vectors ? new Shape(rows) : new Shape(rows, parameters.get(0).get(1));
        }

        private Shape matrix(Shape parameter) {
            return vectors ? parameter.add(1) : parameter;
        }

        @Override
        public NDList toParameters(NDArray stored, List<Shape> parameters) {
            NDArray upright = vectors ? stored.expandDims(1) : stored;
            NDList parts =
                    weights.toParameters(
                            weights.isTransposed() ? upright.transpose() : upright,
                            parameters.stream().map(this::matrix).toList());
            NDList result = new NDList();
            for (int i = 0; i < parts.size(); i++) {
                result.add(parts.get(i).reshape(parameters.get(i)));
            }
            return result;
        }

        @Override
        public NDArray toStored(NDList parameters) {
            NDList matrices = new NDList();
            parameters.forEach(it -> matrices.add(it.reshape(matrix(it.getShape()))));
            NDArray stored = weights.toStored(matrices);
            NDArray upright = weights.isTransposed() ? stored.transpose() : stored;
            return upright.reshape(storedShape(List.of(parameters.getShapes())));
        }
    }
}
