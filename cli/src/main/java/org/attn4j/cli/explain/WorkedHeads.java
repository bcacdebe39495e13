package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.cli.report.NumberTable;

/** A multi-head attention that pages compare the use of: always the same weights. */
final class WorkedHeads {

    private final MultiHeadAttention block;
    private final ParameterStore parameters;

    WorkedHeads(Setting setting) {
        block =
                MultiHeadAttention.builder()
                        .setModelSize(setting.modelSize())
                        .setHeads(setting.heads())
                        .optBias(false)
                        .build();
        block.initialize(setting.manager(), DataType.FLOAT32, new Shape(1, 1, setting.modelSize()));
        new SmallNumbers(setting.seed() + 1).fill(block, setting.manager());
        parameters = new ParameterStore(setting.manager(), false);
    }

    /**
     * A pass, and what was told in it.
     *
     * @param queries the names of what looks
     * @param keys the names of what is looked at
     * @param told what the block told
     * @param output (1, T, D)
     */
    record Pass(List<String> queries, List<String> keys, Recording told, NDArray output) {

        /** A stage of queries by keys, one table for each head. */
        List<NumberTable> pairs(String symbol, String stage) {
            return Tables.of(symbol, queries, keys, told.get(stage));
        }
    }

    Pass attend(
            List<String> queries,
            NDArray x,
            List<String> keys,
            NDArray memory,
            AttentionMask mask) {
        Recording told = new Recording();
        AttentionInputs inputs = AttentionInputs.cross(x, memory).withMask(mask).withObserver(told);
        return new Pass(queries, keys, told, block.attend(parameters, inputs, false).context());
    }
}
