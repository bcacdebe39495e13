package org.attn4j.models.family.transformer;

import org.attn4j.models.checkpoint.WeightTable;

/**
 * The names of a {@link TransformerModel}'s tensors in a checkpoint, in the style of Hugging Face's
 * BART:
 *
 * <pre>
 * model.shared.weight                                  with Tie.ALL, once for all three
 * model.encoder.embed_tokens.weight                    else, and model.decoder.… alike
 * model.encoder.embed_positions.weight                 with learned positions
 * model.encoder.layers.0.self_attn.q_proj.weight       k_proj, v_proj, out_proj; each with a bias
 * model.encoder.layers.0.self_attn_layer_norm.weight   and bias, as all norms
 * model.encoder.layers.0.fc1.weight                    and fc2, each with a bias
 * model.encoder.layers.0.final_layer_norm.weight
 * model.encoder.layer_norm.weight                      with a final norm
 * model.encoder.relative_attention_bias.weight         with relative positions
 * model.decoder.layers.0.encoder_attn.q_proj.weight    beside the decoder's self_attn
 * model.decoder.layers.0.encoder_attn_layer_norm.weight
 * lm_head.weight                                       with Tie.NONE
 * lm_head.bias                                         with an output bias
 * </pre>
 *
 * <p>Linear weights are (out, in). A mechanism other than multi-head attention has its parameters'
 * own paths behind {@code self_attn} or {@code encoder_attn}.
 */
public final class TransformerWeights {

    private TransformerWeights() {}

    /**
     * Returns the table of names.
     *
     * @param config the model's hyperparameters; what it ties may be stored under each of its names
     * @return the table
     */
    public static WeightTable table(TransformerConfig config) {
        WeightTable.Builder builder =
                WeightTable.builder()
                        .add("model.*.layers.*.*.q_proj.*", "*.layers.*.*.query_proj.*")
                        .add("model.*.layers.*.*.k_proj.*", "*.layers.*.*.key_proj.*")
                        .add("model.*.layers.*.*.v_proj.*", "*.layers.*.*.value_proj.*")
                        .add("model.*.layers.*.*.out_proj.*", "*.layers.*.*.output_proj.*")
                        .add("model.*.layers.*.fc1.*", "*.layers.*.feed_forward.fc1.*")
                        .add("model.*.layers.*.fc2.*", "*.layers.*.feed_forward.fc2.*")
                        .add("model.*.embed_tokens.weight", "*.embeddings.embed_tokens.weight")
                        .add(
                                "model.*.embed_positions.weight",
                                "*.embeddings.embed_positions.weight")
                        .add("lm_head.*", "lm_head.*")
                        .add("model.**", "**");
        switch (config.tie()) {
            case ALL ->
                    builder.alias("model.encoder.embed_tokens.weight", "model.shared.weight")
                            .alias("model.decoder.embed_tokens.weight", "model.shared.weight")
                            .tie("lm_head.weight", "model.shared.weight");
            case DECODER -> builder.tie("lm_head.weight", "model.decoder.embed_tokens.weight");
            case NONE -> {
                // Three tensors, three names.
            }
        }
        return builder.build();
    }
}
