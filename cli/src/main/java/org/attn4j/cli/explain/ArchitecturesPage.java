package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Who sees whom in encoders, decoders, and both together. */
final class ArchitecturesPage implements Lesson {

    @Override
    public String name() {
        return "architectures";
    }

    @Override
    public String summary() {
        return "Encoder-only against decoder-only against encoder-decoder: who sees whom in each";
    }

    @Override
    public Set<Choice> choices() {
        return EnumSet.of(Choice.TEXT, Choice.TARGET, Choice.D_MODEL, Choice.HEADS);
    }

    @Override
    public Explanation explain(Setting setting) {
        List<String> source = setting.tokens();
        List<String> target = CrossPage.target(setting);
        WorkedHeads heads = new WorkedHeads(setting);
        NDArray x = setting.embeddings(source);
        NDArray y = CrossPage.target(setting, target);
        WorkedHeads.Pass encoder = heads.attend(source, x, source, x, AttentionMask.none());
        WorkedHeads.Pass decoder = heads.attend(source, x, source, x, AttentionMask.causal());
        WorkedHeads.Pass written = heads.attend(target, y, target, y, AttentionMask.causal());
        WorkedHeads.Pass cross =
                heads.attend(
                        target, written.output(), source, encoder.output(), AttentionMask.none());
        List<String> both = new ArrayList<>(source);
        both.addAll(target);
        NDArray xy = x.concat(y, 1);
        WorkedHeads.Pass prompted = heads.attend(both, xy, both, xy, AttentionMask.causal());
        return new Explanation(
                "Encoder-only, decoder-only, encoder-decoder",
                List.of(
                        new Section.Worked(
                                "What is compared",
                                List.of(
                                        WorkedHeads.ATTENTION,
                                        "All three are built of the same attention. They differ in who may see whom, and from that follows what they are good for.",
                                        "Each table of weights below has a row for each word that looks and a column for each that is looked at; 0 is where it may not look. One layer of each is shown, with the same matrices everywhere, so that nothing but the mask differs.",
                                        "The text is the source X, and the target Y is what is written of it. Matrices and words are those of 'attn4j explain cross', where the way from words to weights is worked number by number."),
                                "",
                                Tables.joined(
                                        List.of(
                                                Tables.of("X", source, x),
                                                Tables.of("Y", target, y)))),
                        new Section.Worked(
                                "Encoder-only",
                                List.of(
                                        "Every word sees every word, before and after it: each gets a row that knows the whole text. It reads, but it does not write: a word that is to be predicted would be seen already.",
                                        "It is trained to fill in words that were masked out, and serves classifying, tagging and finding texts: BERT, RoBERTa, sentence models."),
                                "A = softmax(Q K^T / √d_k)",
                                encoder.pairs("self-attention", Recording.WEIGHTS)),
                        new Section.Worked(
                                "Decoder-only",
                                List.of(
                                        "Each word sees itself and what stands before it. So each row can be trained to predict the next word, all at once, and a text can be continued word by word.",
                                        "It serves writing, and by way of a prompt almost everything else: GPT, Llama."),
                                "A = softmax(Q K^T / √d_k + M), M = −∞ above the diagonal",
                                decoder.pairs("masked self-attention", Recording.WEIGHTS)),
                        new Section.Worked(
                                "Encoder-decoder",
                                List.of(
                                        "The encoder reads the source as above, every word seeing every word. The decoder writes the target: first its words look at those before them …"),
                                "A = softmax(Q K^T / √d_k + M)",
                                written.pairs("target: masked self-attention", Recording.WEIGHTS)),
                        new Section.Worked(
                                "… and then at the source",
                                List.of(
                                        "… then what came of it looks at what the encoder made of the source, all of it: cross-attention. So a model has three attentions where the others have one.",
                                        "It serves turning one text into another, as in translation and summaries: the Transformer of 2017, BART, T5."),
                                "Q from the decoder, K and V from the encoder, no mask",
                                cross.pairs(
                                        "target to source: cross-attention", Recording.WEIGHTS)),
                        new Section.Worked(
                                "The same task in a decoder alone",
                                List.of(
                                        "A decoder-only model is given the source as the beginning of the text, and goes on with the target. The target sees the source here too, and itself up to now; but the source words do not see what follows them."),
                                "source and target, one after the other, with a causal mask",
                                prompted.pairs(
                                        "masked self-attention over both", Recording.WEIGHTS)),
                        seen(source, target, encoder, decoder, written, cross, prompted)));
    }

    private static Section.Worked seen(
            List<String> source,
            List<String> target,
            WorkedHeads.Pass encoder,
            WorkedHeads.Pass decoder,
            WorkedHeads.Pass written,
            WorkedHeads.Pass cross,
            WorkedHeads.Pass prompted) {
        String last = target.get(target.size() - 1);
        float[][] values = {
            {visible(encoder, 0), 0},
            {visible(decoder, 0), 0},
            {
                visible(encoder, 0),
                visible(cross, target.size() - 1) + visible(written, target.size() - 1)
            },
            {visible(prompted, 0), visible(prompted, source.size() + target.size() - 1)}
        };
        return new Section.Worked(
                "Side by side",
                List.of(
                        "How many words are seen by the first word of the source, '%s', and by the last of the target, '%s': counted in the weights above, in those that are not 0. (0 where there is no target.)"
                                .formatted(source.get(0), last)),
                "",
                List.of(
                        NumberTable.of(
                                "words that are seen",
                                List.of(
                                        "encoder-only",
                                        "decoder-only",
                                        "encoder-decoder",
                                        "decoder-only, both texts"),
                                List.of("first of the source", "last of the target"),
                                values)));
    }

    private static float visible(WorkedHeads.Pass pass, int query) {
        int seen = 0;
        for (float weight : pass.told().get(Recording.WEIGHTS).matrix(0)[query]) {
            seen += weight > 0 ? 1 : 0;
        }
        return seen;
    }
}
