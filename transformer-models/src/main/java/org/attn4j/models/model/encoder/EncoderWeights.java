package org.attn4j.models.model.encoder;

import org.attn4j.models.checkpoint.WeightTable;

/**
 * The names of the tensors of BERT and the families after it: those of transformers' state
 * dictionaries, and those of older files, in which norms have a {@code gamma} and a {@code beta}.
 */
public final class EncoderWeights {

    private EncoderWeights() {}

    /**
     * What the tensors of a layer are called, without {@code .weight} and {@code .bias}.
     *
     * @param query the projection of queries
     * @param key the projection of keys
     * @param value the projection of values
     * @param output the projection of what attention gives
     * @param attentionNorm the norm behind attention
     * @param inner the first map of the feed-forward block
     * @param outer its second map
     * @param norm the norm behind it
     * @param distances the vectors of distances; null for a family without
     */
    public record Layer(
            String query,
            String key,
            String value,
            String output,
            String attentionNorm,
            String inner,
            String outer,
            String norm,
            String distances) {

        /** BERT's names. */
        public static final Layer BERT =
                new Layer(
                        "attention.self.query",
                        "attention.self.key",
                        "attention.self.value",
                        "attention.output.dense",
                        "attention.output.LayerNorm",
                        "intermediate.dense",
                        "output.dense",
                        "output.LayerNorm",
                        "attention.self.distance_embedding");
    }

    /**
     * What the tensors of a head for masked tokens are called.
     *
     * @param dense its dense layer, without {@code .weight} and {@code .bias}
     * @param norm its norm, likewise
     * @param decoder the map to the tokens, likewise
     * @param bias where files have the bias of that map apart from its weight; null if they do not.
     *     In most files {@code decoder.bias} is another name of it. Where nothing is tied, newer
     *     files hold both, and {@code decoder.bias} is what is added to the logits
     */
    public record LanguageHead(String dense, String norm, String decoder, String bias) {

        /** BERT's names. */
        public static final LanguageHead BERT =
                new LanguageHead(
                        "cls.predictions.transform.dense",
                        "cls.predictions.transform.LayerNorm",
                        "cls.predictions.decoder",
                        "cls.predictions.bias");

        /** RoBERTa's names. */
        public static final LanguageHead ROBERTA =
                new LanguageHead(
                        "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder", "lm_head.bias");

        /**
         * Adds the names to a table.
         *
         * @param table the table
         * @param path the path of the head, with its dot
         * @param embedding the tensor of the token embedding
         * @param tied whether the map's weight is the token embedding's
         */
        public void addTo(WeightTable.Builder table, String path, String embedding, boolean tied) {
            String weight = decoder + ".weight";
            String decoderBias = decoder + ".bias";
            table.add(dense + ".*", path + "dense.*").add(norm + ".*", path + "layer_norm.*");
            if (tied) {
                table.add(bias == null ? decoderBias : bias, path + "decoder.bias")
                        .tie(weight, embedding);
            } else {
                table.add(decoderBias, path + "decoder.bias").add(weight, path + "decoder.weight");
            }
            if (bias != null && tied) {
                table.alias(decoderBias, bias);
            } else if (bias != null) {
                table.alias(bias, decoderBias).ignore(bias);
            }
        }
    }

    /**
     * Names the embeddings.
     *
     * @param table the table to add to
     * @param tensors what stands before the tensors' names
     * @param path the path of the block, with its dot
     */
    public static void embeddings(WeightTable.Builder table, String tensors, String path) {
        table.add(tensors + "word_embeddings.weight", path + "embed_tokens.weight")
                .add(tensors + "position_embeddings.weight", path + "embed_positions.weight")
                .add(tensors + "token_type_embeddings.weight", path + "embed_token_types.weight")
                .add(tensors + "LayerNorm.*", path + "layernorm_embedding.*");
    }

    /**
     * Names a layer, or all of them with a {@code *} in both names.
     *
     * @param table the table to add to
     * @param tensors what stands before the tensors' names
     * @param names what the tensors are called
     * @param path the path of the block, with its dot
     */
    public static void layer(WeightTable.Builder table, String tensors, Layer names, String path) {
        table.add(tensors + names.query + ".*", path + "self_attn.query_proj.*")
                .add(tensors + names.key + ".*", path + "self_attn.key_proj.*")
                .add(tensors + names.value + ".*", path + "self_attn.value_proj.*")
                .add(tensors + names.output + ".*", path + "self_attn.output_proj.*")
                .add(tensors + names.attentionNorm + ".*", path + "self_attn_layer_norm.*")
                .add(tensors + names.inner + ".*", path + "feed_forward.fc1.*")
                .add(tensors + names.outer + ".*", path + "feed_forward.fc2.*")
                .add(tensors + names.norm + ".*", path + "final_layer_norm.*");
        if (names.distances != null) {
            table.add(
                    tensors + names.distances + ".weight", path + "self_attn.relative_keys.weight");
        }
    }

    /**
     * Adds what is the same in all files: the old names of norms, and tensors that nothing is
     * computed with.
     *
     * @param table the table to add to
     */
    public static void common(WeightTable.Builder table) {
        table.alias("**LayerNorm.gamma", "**LayerNorm.weight")
                .alias("**LayerNorm.beta", "**LayerNorm.bias")
                .ignore("**embeddings.position_embeddings.weight") // unused with distances
                .ignore("**embeddings.position_ids")
                .ignore("**embeddings.token_type_ids");
    }
}
