package org.attn4j.models.layer;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;

/** Numbered layers as one child, so that their paths read {@code layers.0}, {@code layers.1} …. */
final class LayerList<L extends Block> extends AbstractBlock {

    private static final byte VERSION = 1;

    private final List<L> layers;

    LayerList(List<L> layers) {
        super(VERSION);
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            addChildBlock(String.valueOf(i), layers.get(i));
        }
    }

    List<L> layers() {
        return layers;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDList x = inputs;
        for (L layer : layers) {
            x = layer.forward(parameters, x, training);
        }
        return x;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (L layer : layers) {
            layer.initialize(manager, dataType, inputShapes);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
