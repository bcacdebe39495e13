package org.attn4j.models.family.llama;

import java.util.function.Function;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.CausalFamily;

/** Llama with its heads: {@code model_type} {@code llama}. */
public class LlamaFamily extends CausalFamily {

    private static final String PREFIX = "model.";

    private final Function<ConfigReader, LlamaConfig> config;
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
     * @param config reads its configuration
     * @param questionPrefix what the model's tensors begin with below a head for answers
     */
    LlamaFamily(
            String type,
            String name,
            Function<ConfigReader, LlamaConfig> config,
            String questionPrefix) {
        super(
                type,
                new Names(
                        name,
                        "ForCausalLM",
                        PREFIX,
                        "embed_tokens.weight",
                        "lm_head.weight",
                        "score"),
                "ForSequenceClassification",
                "ForTokenClassification",
                "ForQuestionAnswering");
        this.config = config;
        this.questionPrefix = questionPrefix;
    }

    @Override
    protected String prefix(String architecture) {
        return architecture.endsWith("ForQuestionAnswering") ? questionPrefix : PREFIX;
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        LlamaConfig settings = config.apply(reader);
        String layer = prefix + "layers.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(prefix + "embed_tokens.weight", "model.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "self_attn.q_proj.*", block + "self_attn.query_proj.*")
                        .add(layer + "self_attn.k_proj.*", block + "self_attn.key_proj.*")
                        .add(layer + "self_attn.v_proj.*", block + "self_attn.value_proj.*")
                        .add(layer + "self_attn.o_proj.*", block + "self_attn.output_proj.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "mlp.gate_proj.*", block + "feed_forward.gate.*")
                        .add(layer + "mlp.up_proj.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.down_proj.*", block + "feed_forward.fc2.*")
                        .add(prefix + "norm.*", "model.norm.*")
                        .ignore("**.rotary_emb.inv_freq");
        if (!prefix.isEmpty() && !prefix.equals(PREFIX)) {
            weights.alias(PREFIX + "**", prefix + "**");
        }
        return new Body(
                new LlamaModel(settings),
                weights,
                settings.tieEmbeddings(),
                settings.classifierDropout(),
                settings.initializerRange());
    }
}
