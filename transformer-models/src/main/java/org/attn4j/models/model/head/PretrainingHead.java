package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * The two tasks that BERT and ALBERT were pretrained on: the masked tokens, and the relation of two
 * sentences (Devlin et al. 2019, §3.1; Lan et al. 2020, §3.1, "Sentence-order prediction").
 *
 * <p>Gives token logits (B, T, V) and sentence logits (B, 2), under the family's names, and {@code
 * loss}, the sum of both cross-entropies, with the labels of both.
 */
public final class PretrainingHead extends Head {

    private final MaskedLanguageHead tokens;
    private final SequenceHead sentences;
    private final Names names;

    /**
     * What a family calls its inputs and outputs.
     *
     * @param sentenceLabels the input with the sentences' labels
     * @param sentenceLogits the output for the sentences
     * @param tokensAlone whether there is a loss with the labels of the tokens alone
     */
    public record Names(String sentenceLabels, String sentenceLogits, boolean tokensAlone) {

        /** BERT's names. */
        public static final Names BERT =
                new Names("next_sentence_label", "seq_relationship_logits", false);

        /** Big Bird's names. */
        public static final Names BIG_BIRD =
                new Names("next_sentence_label", "seq_relationship_logits", true);

        /** ALBERT's names. */
        public static final Names ALBERT = new Names("sentence_order_label", "sop_logits", false);
    }

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param tokens the head for the masked tokens
     * @param sentences the classifier of the sentences
     * @param names what the family calls its inputs and outputs
     */
    public PretrainingHead(
            int modelSize, MaskedLanguageHead tokens, SequenceHead sentences, Names names) {
        super(modelSize, "labels", names.sentenceLabels);
        this.tokens = addChildBlock("tokens", tokens);
        this.names = names;
        this.sentences = addChildBlock("sentences", sentences);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray tokenLogits = tokens.logits(parameters, encoded.states(), training); // (B, T, V)
        NDArray sentenceLogits = sentences.logits(parameters, encoded, in, training); // (B, 2)
        ModelOutputs outputs =
                ModelOutputs.of("prediction_logits", tokenLogits)
                        .with(names.sentenceLogits, sentenceLogits);
        NDArray labels = in.get("labels");
        NDArray sentenceLabels = in.get(names.sentenceLabels);
        if (labels == null || sentenceLabels == null && !names.tokensAlone) {
            return outputs;
        }
        NDArray loss = Losses.crossEntropy(tokenLogits, labels);
        return outputs.with(
                "loss",
                sentenceLabels == null
                        ? loss
                        : loss.add(Losses.crossEntropy(sentenceLogits, sentenceLabels)));
    }
}
