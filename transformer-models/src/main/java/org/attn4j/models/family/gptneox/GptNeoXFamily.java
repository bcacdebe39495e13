package org.attn4j.models.family.gptneox;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.CausalFamily;

/** GPT-NeoX with its heads: {@code model_type} {@code gpt_neox}. */
public final class GptNeoXFamily extends CausalFamily {

    /** Creates the family; the service loader calls this. */
    public GptNeoXFamily() {
        super(
                "gpt_neox",
                new Names(
                        "GPTNeoX",
                        "ForCausalLM",
                        "gpt_neox.",
                        "embed_in.weight",
                        "embed_out.weight",
                        "classifier"),
                "ForSequenceClassification",
                "ForTokenClassification",
                "ForQuestionAnswering");
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        GptNeoXConfig config = GptNeoXConfig.of(reader);
        String layer = prefix + "layers.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(prefix + "embed_in.weight", "model.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "attention.dense.*", block + "self_attn.output_proj.*")
                        .add(layer + "mlp.dense_h_to_4h.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.dense_4h_to_h.*", block + "feed_forward.fc2.*")
                        .add(prefix + "final_layer_norm.*", "model.norm.*")
                        .ignore("**.attention.bias")
                        .ignore("**.attention.masked_bias")
                        .ignore("**.rotary_emb.inv_freq");
        fusedPerHead(
                weights, layer + "attention.query_key_value", block + "self_attn", config.heads());
        return new Body(
                new GptNeoXModel(config),
                weights,
                config.tieEmbeddings(),
                config.classifierDropout(),
                config.initializerRange());
    }
}
