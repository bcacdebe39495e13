package org.attn4j.models.model.causal;

import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.LastTokenHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.TokenClassificationHead;

/**
 * The heads of decoder-only models, which are the same in all families but for the beginning of
 * their names.
 *
 * @param family what the names of the family's classes begin with, such as {@code GPT2}
 * @param languageModel the name of the class that predicts the next token
 * @param tokenClassifier what the tensors of a classifier of tokens are called, such as {@code
 *     classifier}
 * @param hiddenSize D
 * @param tied whether the language head has the weight of the token embedding
 * @param initializerRange the standard deviation of weights that no checkpoint gives
 */
public record CausalHeads(
        String family,
        String languageModel,
        String tokenClassifier,
        int hiddenSize,
        boolean tied,
        double initializerRange) {

    /**
     * Returns the name of the model without a head.
     *
     * @param family what the names of the family's classes begin with
     * @return such as {@code GPT2Model}
     */
    public static String base(String family) {
        return family + "Model";
    }

    /**
     * Puts a head on a model.
     *
     * @param architecture the class in transformers' terms
     * @param model the model below the head
     * @param reader the configuration, for the labels of a classifier
     * @param dropout the rate before a classifier of tokens
     * @param weights the names of the model's tensors and the language head's; those of the other
     *     heads are added
     * @return the model with its head
     */
    public PretrainedModel create(
            String architecture,
            CausalEncoder model,
            ConfigReader reader,
            float dropout,
            WeightTable.Builder weights) {
        if (architecture.equals(languageModel)) {
            return new CausalLanguageModel(
                    architecture, model, tied, weights.build(), initializerRange);
        }
        weights.ignore("lm_head.weight").ignore("embed_out.weight");
        Head head = null;
        if (architecture.equals(family + "ForTokenClassification")) {
            head = new TokenClassificationHead(hiddenSize, dropout, reader.labels().size());
            weights.add(tokenClassifier + ".*", "head.out_proj.*");
        } else if (architecture.equals(family + "ForSequenceClassification")) {
            Integer padId = reader.integerOrNull("pad_token_id");
            ProblemType type = ProblemType.of(reader);
            head = new LastTokenHead(hiddenSize, reader.labels().size(), padId, type);
            weights.add("score.weight", "head.out_proj.weight");
        } else if (architecture.equals(family + "ForQuestionAnswering")) {
            head = new QuestionAnsweringHead(hiddenSize, 0);
            weights.add("qa_outputs.*", "head.out_proj.*");
        } else if (!architecture.equals(base(family))) {
            throw new IllegalArgumentException("no head of " + architecture);
        }
        return new EncoderTaskModel(architecture, model, head, weights.build(), initializerRange);
    }

    /**
     * Adds the name of the language head's weight.
     *
     * @param table what it is added to
     * @param tensor the name of the weight
     * @param embedding the name of the token embedding's weight
     * @param tied whether the two are one, which some files hold under the name of the head
     */
    public static void languageHead(
            WeightTable.Builder table, String tensor, String embedding, boolean tied) {
        if (tied) {
            table.tie(tensor, embedding);
        } else {
            table.add(tensor, "lm_head.weight");
        }
    }

    /**
     * Adds the names of queries, keys and values that are stored as one, head by head, with a bias.
     *
     * @param table what they are added to
     * @param tensor the name of the fused map, without {@code .weight}
     * @param attention the path of the attention
     * @param heads N
     */
    public static void fusedPerHead(
            WeightTable.Builder table, String tensor, String attention, int heads) {
        for (String part : new String[] {".weight", ".bias"}) {
            table.addFused(
                    tensor + part,
                    TensorLayouts.perHead(heads),
                    attention + ".query_proj" + part,
                    attention + ".key_proj" + part,
                    attention + ".value_proj" + part);
        }
    }
}
