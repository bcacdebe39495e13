package org.attn4j.models.family.llama;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;

/** Llama with its heads: {@code model_type} {@code llama}. */
public class LlamaFamily implements ModelFamily {

    private final String type;
    private final String name;
    private final Function<ConfigReader, LlamaConfig> settings;
    private final String questionPrefix;

    /** Creates the family; the service loader calls this. */
    public LlamaFamily() {
        this("llama", "Llama", LlamaConfig::ofLlama, "transformer.");
    }

    /**
     * Creates a family that is the same but for its settings.
     *
     * @param type its {@code model_type}
     * @param name what the names of its classes begin with
     * @param settings reads its configuration
     * @param questionPrefix what the body's tensors begin with below a question answering head
     */
    LlamaFamily(
            String type,
            String name,
            Function<ConfigReader, LlamaConfig> settings,
            String questionPrefix) {
        this.type = type;
        this.name = name;
        this.settings = settings;
        this.questionPrefix = questionPrefix;
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of(type);
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                CausalHeads.base(name),
                name + "ForCausalLM",
                name + "ForSequenceClassification",
                name + "ForTokenClassification",
                name + "ForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        LlamaConfig config = settings.apply(reader);
        boolean base = architecture.equals(CausalHeads.base(name));
        boolean questions = architecture.equals(name + "ForQuestionAnswering");
        PretrainedModel model =
                new CausalHeads(
                                name,
                                name + "ForCausalLM",
                                "score",
                                config.hiddenSize(),
                                config.tieEmbeddings(),
                                config.initializerRange())
                        .create(
                                architecture,
                                new LlamaModel(config),
                                reader,
                                config.classifierDropout(),
                                LlamaWeights.of(
                                        questions ? questionPrefix : "model.",
                                        base,
                                        config.tieEmbeddings()));
        reader.finish();
        return model;
    }
}
