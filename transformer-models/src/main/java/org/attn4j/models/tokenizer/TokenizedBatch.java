package org.attn4j.models.tokenizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;

/**
 * Texts as rows of one length.
 *
 * @param rows the texts, padded
 * @param inputNames what the model reads of them: {@code input_ids}, {@code attention_mask}, and
 *     {@code token_type_ids} for models with segments
 */
public record TokenizedBatch(List<TokenizedText> rows, List<String> inputNames) {

    public TokenizedBatch {
        rows = List.copyOf(rows);
        inputNames = List.copyOf(inputNames);
        Require.that(!rows.isEmpty(), "a batch must have at least one text, got none");
        int length = rows.get(0).length();
        Require.that(
                !rows.stream().anyMatch(row -> row.length() != length),
                "the rows of a batch must be of one length");
    }

    /**
     * Returns the length of the rows.
     *
     * @return the number of tokens of a row, padding included
     */
    public int length() {
        return rows.get(0).length();
    }

    /**
     * Makes the arrays that a model is called with.
     *
     * @param manager what they belong to
     * @return arrays (B, T) of int64 by the names of {@link #inputNames}
     */
    public Map<String, NDArray> arrays(NDManager manager) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (String name : inputNames) {
            switch (name) {
                case "input_ids" -> arrays.put(name, array(manager, TokenizedText::ids));
                case "attention_mask" ->
                        arrays.put(name, array(manager, TokenizedText::attentionMask));
                case "token_type_ids" -> arrays.put(name, array(manager, TokenizedText::typeIds));
                default -> {
                    // Anything else, such as an image, is no business of a tokenizer.
                }
            }
        }
        return arrays;
    }

    private NDArray array(NDManager manager, Function<TokenizedText, long[]> values) {
        long[] all = new long[rows.size() * length()];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(values.apply(rows.get(row)), 0, all, row * length(), length());
        }
        return HostArrays.of(manager, all, new Shape(rows.size(), length())); // (B, T)
    }
}
