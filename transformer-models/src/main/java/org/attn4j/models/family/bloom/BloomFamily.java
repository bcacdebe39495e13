package org.attn4j.models.family.bloom;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.CausalFamily;

/** Bloom with its heads: {@code model_type} {@code bloom}. */
public final class BloomFamily extends CausalFamily {

    /** Creates the family; the service loader calls this. */
    public BloomFamily() {
        super(
                "bloom",
                new Names(
                        "Bloom",
                        "ForCausalLM",
                        "transformer.",
                        "word_embeddings.weight",
                        "lm_head.weight",
                        "classifier"),
                "ForSequenceClassification",
                "ForTokenClassification",
                "ForQuestionAnswering");
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        BloomConfig config = BloomConfig.of(reader);
        String layer = prefix + "h.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(prefix + "word_embeddings.weight", "model.embed_tokens.weight")
                        .add(prefix + "word_embeddings_layernorm.*", "model.embed_norm.*")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "self_attention.dense.*", block + "self_attn.output_proj.*")
                        .add(layer + "mlp.dense_h_to_4h.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.dense_4h_to_h.*", block + "feed_forward.fc2.*")
                        .add(prefix + "ln_f.*", "model.norm.*");
        fusedPerHead(
                weights,
                layer + "self_attention.query_key_value",
                block + "self_attn",
                config.heads());
        return new Body(
                new BloomModel(config),
                weights,
                config.tieEmbeddings(),
                config.classifierDropout(),
                config.initializerRange());
    }
}
