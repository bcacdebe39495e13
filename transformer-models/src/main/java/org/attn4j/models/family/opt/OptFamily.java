package org.attn4j.models.family.opt;

import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalHeads;

/** OPT with its heads: {@code model_type} {@code opt}. */
public final class OptFamily implements ModelFamily {

    private static final String NAME = "OPT";
    private static final String LANGUAGE_MODEL = "OPTForCausalLM";
    private static final String PREFIX = "model.";

    /** Creates the family; the service loader calls this. */
    public OptFamily() {}

    /** {@inheritDoc} */
    @Override
    public Set<String> modelTypes() {
        return Set.of("opt");
    }

    /** {@inheritDoc} */
    @Override
    public List<String> architectures() {
        return List.of(
                "OPTModel",
                LANGUAGE_MODEL,
                "OPTForSequenceClassification",
                "OPTForQuestionAnswering");
    }

    /** {@inheritDoc} */
    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        OptConfig config = OptConfig.of(reader);
        boolean base = architecture.equals(CausalHeads.base(NAME));
        PretrainedModel model =
                new CausalHeads(
                                NAME,
                                LANGUAGE_MODEL,
                                "classifier",
                                config.embeddingSize(),
                                config.tieEmbeddings(),
                                config.initializerRange())
                        .create(
                                architecture,
                                new OptModel(config),
                                reader,
                                0,
                                weights(base, config.tieEmbeddings()));
        reader.finish();
        return model;
    }

    private static WeightTable.Builder weights(boolean base, boolean tied) {
        String prefix = (base ? "" : PREFIX) + "decoder.";
        String layer = prefix + "layers.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        String embeddings = decoder + "embeddings.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(prefix + "embed_tokens.weight", embeddings + "embed_tokens.weight")
                        .add(
                                prefix + "embed_positions.weight",
                                embeddings + "embed_positions.weight")
                        .add(
                                prefix + "project_in.weight",
                                embeddings + "embed_tokens_projection.weight")
                        .add(
                                prefix + "project_out.weight",
                                decoder + "layer_norm.projection.weight")
                        .add(layer + "self_attn.q_proj.*", block + "self_attn.query_proj.*")
                        .add(layer + "self_attn.k_proj.*", block + "self_attn.key_proj.*")
                        .add(layer + "self_attn.v_proj.*", block + "self_attn.value_proj.*")
                        .add(layer + "self_attn.out_proj.*", block + "self_attn.output_proj.*")
                        .add(layer + "self_attn_layer_norm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "fc1.*", block + "feed_forward.fc1.*")
                        .add(layer + "fc2.*", block + "feed_forward.fc2.*")
                        .add(layer + "final_layer_norm.*", block + "final_layer_norm.*")
                        .add(prefix + "final_layer_norm.*", decoder + "layer_norm.norm.*");
        CausalHeads.languageHead(table, "lm_head.weight", prefix + "embed_tokens.weight", tied);
        return table.baseModelPrefix(PREFIX, base);
    }
}
