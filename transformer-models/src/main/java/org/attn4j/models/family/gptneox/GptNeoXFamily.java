package org.attn4j.models.family.gptneox;

import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;

/** GPT-NeoX with its heads: {@code model_type} {@code gpt_neox}. */
public final class GptNeoXFamily implements ModelFamily {

    private static final String NAME = "GPTNeoX";
    private static final String LANGUAGE_MODEL = "GPTNeoXForCausalLM";
    private static final String PREFIX = "gpt_neox.";

    /** Creates the family; the service loader calls this. */
    public GptNeoXFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("gpt_neox");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "GPTNeoXModel",
                LANGUAGE_MODEL,
                "GPTNeoXForSequenceClassification",
                "GPTNeoXForTokenClassification",
                "GPTNeoXForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        GptNeoXConfig config = GptNeoXConfig.of(reader);
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
                                new GptNeoXModel(config),
                                reader,
                                config.classifierDropout(),
                                weights(base, config));
        reader.finish();
        return model;
    }

    private static WeightTable.Builder weights(boolean base, GptNeoXConfig config) {
        String prefix = base ? "" : PREFIX;
        String layer = prefix + "layers.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(prefix + "embed_in.weight", decoder + "embeddings.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "attention.dense.*", block + "self_attn.output_proj.*")
                        .add(layer + "mlp.dense_h_to_4h.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.dense_4h_to_h.*", block + "feed_forward.fc2.*")
                        .add(prefix + "final_layer_norm.*", decoder + "layer_norm.*")
                        .ignore("**.attention.bias")
                        .ignore("**.attention.masked_bias")
                        .ignore("**.rotary_emb.inv_freq");
        CausalHeads.fusedPerHead(
                table, layer + "attention.query_key_value", block + "self_attn", config.heads());
        CausalHeads.languageHead(
                table, "embed_out.weight", prefix + "embed_in.weight", config.tieEmbeddings());
        return table.baseModelPrefix(PREFIX, base);
    }
}
