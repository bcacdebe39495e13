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
import org.attn4j.models.checkpoint.BlockParameters;

/** A multi-head attention that pages compare the use of: always the same weights. */
final class WorkedHeads {

    /** What attention is, for a page that compares uses of it. */
    static final String ATTENTION =
            "Attention gives each word a new row of numbers. Each word has a query, which says what it is looking for, a key, by which it is found, and a value, which is what others take from it: rows q, k and v, made of the word's row x by matrices. How well a query fits a key is their score, the sum of their products. A softmax makes weights of a row of scores, e^score divided by the sum of the row, and the new row is the sum of the values, each times its weight. Several heads do so side by side, each with columns of its own of Q, K and V.";

    static final String COLUMNS =
            "Head 1 has the first columns of the product, the next head the next, of keys and values too.";

    static final String DIVISION =
            "Scores are divided by √d_k, d_k being the columns of Q, which keeps them of one size whatever d_k is ('attn4j explain scaling').";

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

        /** A stage of rows of features, one table for each head. */
        List<NumberTable> rows(String symbol, String stage, List<String> names) {
            Recording.Told rows = told.get(stage);
            return Tables.of(symbol, names, Labels.numbered("", rows.matrix(0)[0].length), rows);
        }

        /** A stage of queries by keys, one table for each head. */
        List<NumberTable> pairs(String symbol, String stage) {
            return Tables.of(symbol, queries, keys, told.get(stage));
        }
    }

    /** A matrix of the block, such as {@code query_proj}. */
    List<NumberTable> matrix(String symbol, String part) {
        NDArray weight = BlockParameters.of(block).byPath().get(part + ".weight").getArray();
        NDArray behind = weight.transpose(); // of a row
        int rows = Math.toIntExact(behind.getShape().get(0));
        return Tables.of(symbol, Labels.numbered("", rows), behind);
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
