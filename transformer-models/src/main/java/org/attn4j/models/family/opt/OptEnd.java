package org.attn4j.models.family.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.layer.Layers;

/** What comes after OPT's layers: a norm, and a map to the size of the embeddings, if needed. */
final class OptEnd extends AbstractBlock {

    private static final byte VERSION = 1;

    private final OptConfig config;

    OptEnd(OptConfig config) {
        super(VERSION);
        this.config = config;
        if (config.finalNorm()) {
            addChildBlock(
                    "norm",
                    new LayerNorm(config.hiddenSize(), OptModel.EPSILON, config.affineNorms()));
        }
        if (config.projected()) {
            addChildBlock(
                    "projection",
                    Linear.builder().setUnits(config.embeddingSize()).optBias(false).build());
        }
    }

    /** Takes (B, T, D) and gives (B, T, E). */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (B, T, D)
        for (Block child : getChildren().values()) {
            x = Layers.apply(child, parameters, x, training);
        }
        return new NDList(x); // (B, T, E)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, new Shape(1, 1, config.hiddenSize()));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape input = inputShapes[0];
        return new Shape[] {input.slice(0, input.dimension() - 1).add(config.embeddingSize())};
    }
}
