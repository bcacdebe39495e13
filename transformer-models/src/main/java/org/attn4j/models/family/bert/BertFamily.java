package org.attn4j.models.family.bert;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;

/** BERT with its heads: {@code model_type} {@code bert}. */
public final class BertFamily implements ModelFamily {

    /** Creates the family; the service loader calls this. */
    public BertFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("bert");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "BertModel",
                "BertForPreTraining",
                "BertForMaskedLM",
                "BertForNextSentencePrediction",
                "BertForSequenceClassification",
                "BertForMultipleChoice",
                "BertForTokenClassification",
                "BertForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BertConfig config = BertConfig.of(reader);
        BertModel model = new BertModel(config, BertHeads.hasPooler(architecture));
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        BertHeads.create(architecture, reader, config, model.tokens()),
                        BertWeights.of(architecture, config.tieEmbeddings()),
                        config.initializerRange());
        reader.finish();
        return whole;
    }
}
