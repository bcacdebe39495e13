package org.attn4j.models.gpt2;

import java.util.List;
import java.util.Set;
import org.attn4j.models.causal.CausalHeads;
import org.attn4j.models.pretrained.ConfigReader;
import org.attn4j.models.pretrained.ModelFamily;
import org.attn4j.models.pretrained.PretrainedModel;

/** GPT-2 with its heads: {@code model_type} {@code gpt2}. */
public final class Gpt2Family implements ModelFamily {

    private static final String NAME = "GPT2";
    private static final String LANGUAGE_MODEL = "GPT2LMHeadModel";

    /** Creates the family; the service loader calls this. */
    public Gpt2Family() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("gpt2");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "GPT2Model",
                LANGUAGE_MODEL,
                "GPT2ForSequenceClassification",
                "GPT2ForTokenClassification",
                "GPT2ForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        Gpt2Config config = Gpt2Config.of(reader);
        boolean base = architecture.equals("GPT2Model");
        PretrainedModel model =
                new CausalHeads(
                                NAME,
                                LANGUAGE_MODEL,
                                "classifier",
                                config.hiddenSize(),
                                config.tieEmbeddings(),
                                config.initializerRange())
                        .create(
                                architecture,
                                new Gpt2Model(config),
                                reader,
                                config.classifierDropout(),
                                Gpt2Weights.of(base, config.tieEmbeddings()));
        reader.finish();
        return model;
    }
}
