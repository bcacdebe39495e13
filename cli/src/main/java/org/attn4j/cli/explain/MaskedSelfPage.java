package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Self-attention beside masked self-attention: the same words and weights, with and without M. */
final class MaskedSelfPage implements Lesson {

    @Override
    public String name() {
        return "masked-self";
    }

    @Override
    public String summary() {
        return "Self-attention against masked self-attention (Vaswani et al. 2017, section 3.2.3)";
    }

    @Override
    public Set<Choice> choices() {
        return EnumSet.of(Choice.TEXT, Choice.D_MODEL, Choice.HEADS);
    }

    @Override
    public Explanation explain(Setting setting) {
        List<String> words = setting.tokens();
        WorkedHeads heads = new WorkedHeads(setting);
        NDArray x = setting.embeddings(words);
        WorkedHeads.Pass all = heads.attend(words, x, words, x, AttentionMask.none());
        WorkedHeads.Pass masked = heads.attend(words, x, words, x, AttentionMask.causal());
        List<Section.Worked> steps = new ArrayList<>();
        steps.add(
                new Section.Worked(
                        "What is compared",
                        List.of(
                                WorkedHeads.ATTENTION,
                                "In self-attention every word looks at every word, itself included. That is right for reading a text that is there.",
                                "A model that writes has to predict each word from those before it. In training it sees the whole text at once, so what comes later must be hidden, or it would copy instead of predicting: masked self-attention.",
                                "Both are worked on the same words, with the same matrices W^Q, W^K, W^V and W^O."),
                        "softmax(Q K^T / √d_k + M) V, with M = 0 in the one and −∞ above the diagonal in the other",
                        Tables.of("X", words, x)));
        steps.add(
                new Section.Worked(
                        "Queries, keys and values are the same",
                        List.of("The mask does not change them. " + WorkedHeads.COLUMNS),
                        "Q = X W^Q, K = X W^K, V = X W^V",
                        Tables.joined(
                                List.of(
                                        heads.matrix("W^Q", "query_proj"),
                                        heads.matrix("W^K", "key_proj"),
                                        heads.matrix("W^V", "value_proj"),
                                        masked.rows("Q", Stages.QUERY, words),
                                        masked.rows("K", Stages.KEY, words),
                                        masked.rows("V", Stages.VALUE, words)))));
        steps.add(
                new Section.Worked(
                        "The scores are the same",
                        List.of(
                                "Nor does it change how well a query fits a key. Row i holds the scores of query i. "
                                        + WorkedHeads.DIVISION),
                        "S / √d_k = Q K^T / √d_k",
                        masked.pairs("S / √d_k", Stages.SCALED_SCORES)));
        steps.add(
                new Section.Worked(
                        "The mask M",
                        List.of(
                                "0 where a word may look: at itself and what stands before it. −∞ above the diagonal."),
                        "M[i, j] = 0 if j ≤ i, else −∞",
                        masked.pairs("M", Stages.MASK)));
        steps.add(
                new Section.Worked(
                        "The weights without a mask",
                        List.of("Every word has a share for every word; each row sums to 1."),
                        "A = softmax(S / √d_k)",
                        all.pairs("A, self", Recording.WEIGHTS)));
        steps.add(
                new Section.Worked(
                        "The weights with the mask",
                        List.of(
                                "e^−∞ is 0: above the diagonal nothing is left. Each row still sums to 1, as what is visible shares all. The first word sees itself alone, so its weight is 1."),
                        "A = softmax(S / √d_k + M)",
                        masked.pairs("A, masked self", Recording.WEIGHTS)));
        steps.add(
                new Section.Worked(
                        "Weighted sums and output",
                        List.of(
                                "Each value is multiplied by its weight, and all are added up; the heads' rows are put side by side, and a last matrix mixes them. The last word sees everything in both, so its rows are the same."),
                        "C = A V, O = [C_1 … C_N] W^O, C_n of head n",
                        Tables.joined(
                                List.of(
                                        all.rows("C, self", Stages.CONTEXT, words),
                                        masked.rows("C, masked self", Stages.CONTEXT, words),
                                        heads.matrix("W^O", "output_proj"),
                                        Tables.of("O, self", words, all.output()),
                                        Tables.of("O, masked self", words, masked.output())))));
        steps.add(leak(setting, heads, x, all, masked));
        return new Explanation("Self-attention and masked self-attention", steps);
    }

    /** How far each output moves when the last word becomes another. */
    private static Section.Worked leak(
            Setting setting,
            WorkedHeads heads,
            NDArray x,
            WorkedHeads.Pass all,
            WorkedHeads.Pass masked) {
        List<String> words = setting.tokens();
        NDArray other = setting.numbers(5, 1, 1, setting.modelSize());
        NDArray changed = x.get(new NDIndex(":, :-1")).concat(other, 1);
        WorkedHeads.Pass allChanged =
                heads.attend(words, changed, words, changed, AttentionMask.none());
        WorkedHeads.Pass maskedChanged =
                heads.attend(words, changed, words, changed, AttentionMask.causal());
        float[] without = moved(all, allChanged);
        float[] with = moved(masked, maskedChanged);
        float[][] values = new float[words.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = new float[] {without[i], with[i]};
        }
        return new Section.Worked(
                "What the mask is for",
                List.of(
                        "Now the last word is exchanged for another, and both are run again. The table shows how far each word's output moves: the largest difference among its numbers.",
                        "Without a mask every word feels it. With the mask only the last one does: no word knows what comes after it."),
                "max |O − O with another last word|",
                Tables.joined(
                        List.of(
                                Tables.of(
                                        "the row of the other last word", List.of("other"), other),
                                List.of(
                                        NumberTable.of(
                                                "how far the output moves",
                                                words,
                                                List.of("self", "masked self"),
                                                values)))));
    }

    private static float[] moved(WorkedHeads.Pass before, WorkedHeads.Pass after) {
        return before.output().sub(after.output()).abs().max(new int[] {2}).toFloatArray();
    }
}
