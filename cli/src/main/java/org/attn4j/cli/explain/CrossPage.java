package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
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
        List<NumberTable> inputs = new ArrayList<>(Tables.of("X", source, x));
        inputs.addAll(Tables.of("Y", target, y));
        return new Explanation(
                "Self-attention and cross-attention",
                List.of(
                        new Section.Worked(
                                "What is compared",
                                List.of(
                                        "In self-attention queries, keys and values come from one text: its words look at each other.",
                                        "In cross-attention the queries come from another text, such as the translation that is being written, and look at the first: keys and values come from there.",
                                        "The same block with the same weights does both; only what is put in differs."),
                                "self: Q = X W^Q, K = X W^K, V = X W^V;   cross: Q = Y W^Q, K = X W^K, V = X W^V",
                                inputs),
                        compared(
                                "Queries",
                                "Self: of the text. Cross: of the second text.",
                                self,
                                cross,
                                Stages.QUERY,
                                true),
                        compared(
                                "Keys",
                                "The same in both: they come from the first text.",
                                self,
                                cross,
                                Stages.KEY,
                                false),
                        compared("Values", "The same in both.", self, cross, Stages.VALUE, false),
                        new Section.Worked(
                                "Scores",
                                List.of(
                                        "Self: a square, a row and a column for each word. Cross: a row for each word that looks, a column for each that is looked at; the texts need not be of one length."),
                                "S / √d_k = Q K^T / √d_k",
                                joined(
                                        self.pairs("self", Stages.SCALED_SCORES),
                                        cross.pairs("cross", Stages.SCALED_SCORES))),
                        new Section.Worked(
                                "Weights",
                                List.of(
                                        "Each row sums to 1. In a translator a row of cross-attention shows which source words a target word was written from: an alignment, which nobody has taught it."),
                                "A = softmax(S / √d_k)",
                                joined(
                                        self.pairs("self", Recording.WEIGHTS),
                                        cross.pairs("cross", Recording.WEIGHTS))),
                        new Section.Worked(
                                "Output",
                                List.of(
                                        "A row for each query: self-attention gives the text a new row for each of its words, cross-attention gives the second text one for each of its own, made from values of the first."),
                                "O = [C_1 … C_N] W^O",
                                joined(
                                        Tables.of("self", source, self.output()),
                                        Tables.of("cross", target, cross.output())))));
    }

    private static Section.Worked compared(
            String title,
            String sentence,
            WorkedHeads.Pass self,
            WorkedHeads.Pass cross,
            String stage,
            boolean ofQueries) {
        Recording.Told first = self.told().get(stage);
        Recording.Told second = cross.told().get(stage);
        List<String> features = Labels.numbered("", first.matrix(0)[0].length);
        return new Section.Worked(
                title,
                List.of(sentence),
                "",
                joined(
                        Tables.of(
                                "self", ofQueries ? self.queries() : self.keys(), features, first),
                        Tables.of(
                                "cross",
                                ofQueries ? cross.queries() : cross.keys(),
                                features,
                                second)));
    }

    private static List<NumberTable> joined(List<NumberTable> first, List<NumberTable> second) {
        List<NumberTable> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
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
