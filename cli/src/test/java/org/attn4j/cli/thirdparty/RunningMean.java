package org.attn4j.cli.thirdparty;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.MaskArrays;

/**
 * What somebody else might add: the average attention of Zhang, Xiong and Su 2018 without its gate.
 * Every visible key weighs the same.
 */
final class RunningMean extends AttentionBlock {

    private final LinearBlock output;

    RunningMean(int modelSize, boolean bias) {
        super((byte) 1);
        output = addChildBlock("output_proj", LinearBlock.of(modelSize, bias));
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray value = in.value().expandDims(1); // (B, 1, S, D)
        KeyValues memory =
                in.cache() == null
                        ? new KeyValues(value, value)
                        : in.cache()
                                .update(() -> new KeyValues(value.duplicate(), value.duplicate()));
        NDManager manager = in.query().getManager();
        long queries = in.query().getShape().get(1);
        MaskArrays mask =
                in.mask().and(AttentionMask.none()).arrays(manager, queries, memory.length());
        Shape full = new Shape(in.query().getShape().get(0), 1, queries, memory.length());
        NDArray visible = mask.keepVisible(manager.ones(full)); // (B, 1, T, S)
        NDArray weights = visible.div(visible.sum(new int[] {-1}, true).clip(1, Float.MAX_VALUE));
        if (in.observed()) {
            in.observer().observe("", weights);
        }
        NDArray mean = weights.matMul(memory.value()).squeeze(1); // (B, T, D)
        NDArray context = output.forward(parameters, new NDList(mean), training).singletonOrThrow();
        return new AttentionOutput(context);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        output.initialize(manager, type, shapes[0]);
    }
}
