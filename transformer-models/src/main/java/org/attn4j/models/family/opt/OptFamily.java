package org.attn4j.models.family.opt;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.CausalFamily;

/** OPT with its heads: {@code model_type} {@code opt}. */
public final class OptFamily extends CausalFamily {

    /** Creates the family; the service loader calls this. */
    public OptFamily() {
        super(
                "opt",
                new Names(
                        "OPT",
                        "ForCausalLM",
                        "model.",
                        "decoder.embed_tokens.weight",
                        "lm_head.weight",
                        "classifier"),
                "ForSequenceClassification",
                "ForQuestionAnswering");
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        OptConfig config = OptConfig.of(reader);
        String decoder = prefix + "decoder.";
        String layer = decoder + "layers.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(decoder + "embed_tokens.weight", "model.embed_tokens.weight")
                        .add(decoder + "embed_positions.weight", "model.embed_positions.weight")
                        .add(decoder + "project_in.weight", "model.project_in.weight")
                        .add(decoder + "project_out.weight", "model.project_out.weight")
                        .add(layer + "self_attn.q_proj.*", block + "self_attn.query_proj.*")
                        .add(layer + "self_attn.k_proj.*", block + "self_attn.key_proj.*")
                        .add(layer + "self_attn.v_proj.*", block + "self_attn.value_proj.*")
                        .add(layer + "self_attn.out_proj.*", block + "self_attn.output_proj.*")
                        .add(layer + "self_attn_layer_norm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "fc1.*", block + "feed_forward.fc1.*")
                        .add(layer + "fc2.*", block + "feed_forward.fc2.*")
                        .add(layer + "final_layer_norm.*", block + "final_layer_norm.*")
                        .add(decoder + "final_layer_norm.*", "model.norm.*");
        return new Body(
                new OptModel(config),
                weights,
                config.tieEmbeddings(),
                0,
                config.initializerRange());
    }
}
