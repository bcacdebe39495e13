package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Self-attention beside cross-attention: the same block, looking at itself and at another text. */
final class CrossPage implements Lesson {

    @Override
    public String name() {
        return "cross";
    }

    @Override
    public String summary() {
        return "Self-attention against cross-attention (Vaswani et al. 2017, section 3.2.3)";
    }

    @Override
    public Set<Choice> choices() {
        return EnumSet.of(Choice.TEXT, Choice.TARGET, Choice.D_MODEL, Choice.HEADS);
    }

    @Override
    public Explanation explain(Setting setting) {
        List<String> source = setting.tokens();
        List<String> target = target(setting);
        WorkedHeads heads = new WorkedHeads(setting);
        NDArray x = setting.embeddings(source);
        NDArray y = target(setting, target);
        WorkedHeads.Pass self = heads.attend(source, x, source, x, AttentionMask.none());
        WorkedHeads.Pass cross = heads.attend(target, y, source, x, AttentionMask.none());
        return new Explanation(
                "Self-attention and cross-attention",
                List.of(
                        new Section.Worked(
                                "What is compared",
                                List.of(
                                        WorkedHeads.ATTENTION,
                                        "In self-attention queries, keys and values come from one text: its words look at each other.",
                                        "In cross-attention the queries come from another text, such as the translation that is being written, and look at the first: keys and values come from there.",
                                        "The same block with the same weights does both; only what is put in differs."),
                                "self: Q = X W^Q, K = X W^K, V = X W^V;   cross: Q = Y W^Q, K = X W^K, V = X W^V",
                                Tables.joined(
                                        List.of(
                                                Tables.of("X", source, x),
                                                Tables.of("Y", target, y)))),
                        compared(
                                "Queries",
                                "Self: of the text. Cross: of the second text. %s"
                                        .formatted(WorkedHeads.COLUMNS),
                                "self: Q = X W^Q;   cross: Q = Y W^Q",
                                heads.matrix("W^Q", "query_proj"),
                                self.rows("Q, self", Stages.QUERY, source),
                                cross.rows("Q, cross", Stages.QUERY, target)),
                        compared(
                                "Keys",
                                "The same in both: they come from the first text.",
                                "K = X W^K",
                                heads.matrix("W^K", "key_proj"),
                                self.rows("K, self", Stages.KEY, source),
                                cross.rows("K, cross", Stages.KEY, source)),
                        compared(
                                "Values",
                                "The same in both.",
                                "V = X W^V",
                                heads.matrix("W^V", "value_proj"),
                                self.rows("V, self", Stages.VALUE, source),
                                cross.rows("V, cross", Stages.VALUE, source)),
                        compared(
                                "Scores",
                                "Self: a square, a row and a column for each word. Cross: a row for each word that looks, a column for each that is looked at; the texts need not be of one length. %s"
                                        .formatted(WorkedHeads.DIVISION),
                                "S / √d_k = Q K^T / √d_k",
                                List.of(),
                                self.pairs("S / √d_k, self", Stages.SCALED_SCORES),
                                cross.pairs("S / √d_k, cross", Stages.SCALED_SCORES)),
                        compared(
                                "Weights",
                                "Each row sums to 1. In a translator a row of cross-attention shows which source words a target word was written from: an alignment, which nobody has taught it.",
                                "A = softmax(S / √d_k)",
                                List.of(),
                                self.pairs("A, self", Recording.WEIGHTS),
                                cross.pairs("A, cross", Recording.WEIGHTS)),
                        compared(
                                "Weighted sums",
                                "A row for each query, made from values of the first text. The heads' rows are then put side by side.",
                                "C = A V",
                                List.of(),
                                self.rows("C, self", Stages.CONTEXT, source),
                                cross.rows("C, cross", Stages.CONTEXT, target)),
                        compared(
                                "Output",
                                "Self-attention gives the text a new row for each of its words, cross-attention gives the second text one for each of its own.",
                                "O = [C_1 … C_N] W^O, C_n of head n",
                                heads.matrix("W^O", "output_proj"),
                                Tables.of("O, self", source, self.output()),
                                Tables.of("O, cross", target, cross.output()))));
    }

    /** What both have of a stage, behind the matrix that makes it. */
    private static Section.Worked compared(
            String title,
            String sentence,
            String equation,
            List<NumberTable> matrix,
            List<NumberTable> self,
            List<NumberTable> cross) {
        return new Section.Worked(
                title, List.of(sentence), equation, Tables.joined(List.of(matrix, self, cross)));
    }

    /** The words of the second text, or names for two that are not known. */
    static List<String> target(Setting setting) {
        return setting.target().isEmpty() ? List.of("target 1", "target 2") : setting.target();
    }

    static NDArray target(Setting setting, List<String> words) {
        return setting.target().isEmpty()
                ? setting.numbers(2, 1, words.size(), setting.modelSize())
                : setting.embeddings(words);
    }
}
