package org.attn4j.models.family.bloom;

import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;

/** Bloom with its heads: {@code model_type} {@code bloom}. */
public final class BloomFamily implements ModelFamily {

    private static final String NAME = "Bloom";
    private static final String LANGUAGE_MODEL = "BloomForCausalLM";
    private static final String PREFIX = "transformer.";

    /** Creates the family; the service loader calls this. */
    public BloomFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("bloom");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "BloomModel",
                LANGUAGE_MODEL,
                "BloomForSequenceClassification",
                "BloomForTokenClassification",
                "BloomForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        BloomConfig config = BloomConfig.of(reader);
        boolean base = architecture.equals(CausalHeads.base(NAME));
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
                                new BloomModel(config),
                                reader,
                                config.classifierDropout(),
                                weights(base, config));
        reader.finish();
        return model;
    }

    private static WeightTable.Builder weights(boolean base, BloomConfig config) {
        String prefix = base ? "" : PREFIX;
        String layer = prefix + "h.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        String words = prefix + "word_embeddings";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(words + ".weight", decoder + "embeddings.embed_tokens.weight")
                        .add(words + "_layernorm.*", decoder + "embeddings.layernorm_embedding.*")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "self_attention.dense.*", block + "self_attn.output_proj.*")
                        .add(layer + "mlp.dense_h_to_4h.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.dense_4h_to_h.*", block + "feed_forward.fc2.*")
                        .add(prefix + "ln_f.*", decoder + "layer_norm.*");
        CausalHeads.fusedPerHead(
                table,
                layer + "self_attention.query_key_value",
                block + "self_attn",
                config.heads());
        CausalHeads.languageHead(
                table, "lm_head.weight", words + ".weight", config.tieEmbeddings());
        return table.baseModelPrefix(PREFIX, base);
    }
}
