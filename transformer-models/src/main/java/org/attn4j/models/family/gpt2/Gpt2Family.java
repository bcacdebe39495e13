package org.attn4j.models.family.gpt2;

import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;
import org.attn4j.models.model.head.EncoderTaskModel;

/** GPT-2 with its heads: {@code model_type} {@code gpt2}. */
public final class Gpt2Family implements ModelFamily {

    private static final String NAME = "GPT2";
    private static final String LANGUAGE_MODEL = "GPT2LMHeadModel";
    private static final String DOUBLE_HEADS = "GPT2DoubleHeadsModel";

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
                DOUBLE_HEADS,
                "GPT2ForSequenceClassification",
                "GPT2ForTokenClassification",
                "GPT2ForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        Gpt2Config config = Gpt2Config.of(reader);
        PretrainedModel model =
                architecture.equals(DOUBLE_HEADS)
                        ? doubleHeads(config, reader)
                        : withHead(config, reader, architecture);
        reader.finish();
        return model;
    }

    private static PretrainedModel withHead(
            Gpt2Config config, ConfigReader reader, String architecture) {
        boolean base = architecture.equals(CausalHeads.base(NAME));
        return new CausalHeads(
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
    }

    private static PretrainedModel doubleHeads(Gpt2Config config, ConfigReader reader) {
        Gpt2Model model = new Gpt2Model(config);
        WeightTable weights =
                Gpt2Weights.of(false, config.tieEmbeddings())
                        .add("lm_head.weight", "head.lm_head.weight")
                        .add("multiple_choice_head.summary.*", "head.summary.*")
                        .build();
        return new EncoderTaskModel(
                DOUBLE_HEADS,
                model,
                new Gpt2DoubleHead(
                        config.hiddenSize(), model.tokens(), config.tieEmbeddings(), reader),
                weights,
                config.initializerRange());
    }
}
