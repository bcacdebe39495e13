package org.attn4j.models.family.bert;

import org.attn4j.models.checkpoint.WeightTable;

/**
 * The names of BERT's tensors: those of transformers' state dictionaries, and those of older files,
 * in which norms have a {@code gamma} and a {@code beta} and the encoder its prefix or not.
 */
public final class BertWeights {

    private static final String STACK = "model.encoder.";

    private BertWeights() {}

    /**
     * Returns the names of an encoder with BERT's layers.
     *
     * @param prefix what stands before them, {@code bert.} under a head and nothing in a base model
     * @return rules to which a family adds those of its heads
     */
    public static WeightTable.Builder encoder(String prefix) {
        return layers(prefix).add(prefix + "pooler.dense.*", "model.pooler.dense.*");
    }

    /**
     * Returns the names of an encoder with BERT's layers, without those of the pooler.
     *
     * @param prefix what stands before them
     * @return rules to which a family adds those of its pooler and heads
     */
    public static WeightTable.Builder layers(String prefix) {
        String layer = prefix + "encoder.layer.*.";
        String block = STACK + "layers.*.";
        return embeddings(prefix)
                .add(layer + "attention.self.query.*", block + "self_attn.query_proj.*")
                .add(layer + "attention.self.key.*", block + "self_attn.key_proj.*")
                .add(layer + "attention.self.value.*", block + "self_attn.value_proj.*")
                .add(
                        layer + "attention.self.distance_embedding.weight",
                        block + "self_attn.relative_keys.weight")
                .add(layer + "attention.output.dense.*", block + "self_attn.output_proj.*")
                .add(layer + "attention.output.LayerNorm.*", block + "self_attn_layer_norm.*")
                .add(layer + "intermediate.dense.*", block + "feed_forward.fc1.*")
                .add(layer + "output.dense.*", block + "feed_forward.fc2.*")
                .add(layer + "output.LayerNorm.*", block + "final_layer_norm.*");
    }

    /**
     * Returns the names of BERT's embeddings, and the old names of norms.
     *
     * @param prefix what stands before them
     * @return rules to which a family adds those of its layers and heads
     */
    public static WeightTable.Builder embeddings(String prefix) {
        String tensors = prefix + "embeddings.";
        String block = STACK + "embeddings.";
        return WeightTable.builder()
                .add(tensors + "word_embeddings.weight", block + "embed_tokens.weight")
                .add(tensors + "position_embeddings.weight", block + "embed_positions.weight")
                .add(tensors + "token_type_embeddings.weight", block + "embed_token_types.weight")
                .add(tensors + "LayerNorm.*", block + "layernorm_embedding.*")
                .alias("**LayerNorm.gamma", "**LayerNorm.weight")
                .alias("**LayerNorm.beta", "**LayerNorm.bias")
                .ignore("**embeddings.position_embeddings.weight") // there but unused with
                // distances
                .ignore("**embeddings.position_ids")
                .ignore("**embeddings.token_type_ids");
    }

    /** The names of an architecture, for the heads too. */
    static WeightTable of(String architecture, boolean tied) {
        boolean base = architecture.equals("BertModel");
        WeightTable.Builder table = encoder(base ? "" : "bert.").baseModelPrefix("bert.", base);
        switch (architecture) {
            case "BertForPreTraining" -> {
                predictions(table, "head.tokens.", tied);
                table.add("cls.seq_relationship.*", "head.sentences.out_proj.*");
            }
            case "BertForMaskedLM" -> {
                predictions(table, "head.", tied);
                table.ignore("bert.pooler.**").ignore("cls.seq_relationship.*");
            }
            case "BertForNextSentencePrediction" ->
                    table.add("cls.seq_relationship.*", "head.scores.out_proj.*")
                            .ignore("cls.predictions.**");
            case "BertForSequenceClassification", "BertForMultipleChoice" ->
                    table.add("classifier.*", "head.scores.out_proj.*").ignore("cls.**");
            case "BertForTokenClassification" ->
                    table.add("classifier.*", "head.out_proj.*")
                            .ignore("bert.pooler.**")
                            .ignore("cls.**");
            case "BertForQuestionAnswering" ->
                    table.add("qa_outputs.*", "head.out_proj.*")
                            .ignore("bert.pooler.**")
                            .ignore("cls.**");
            default -> table.ignore("cls.**").ignore("classifier.*").ignore("qa_outputs.*");
        }
        return table.build();
    }

    /**
     * Adds the names of BERT's head for masked tokens.
     *
     * @param table the rules to add to
     * @param head the path of the head, with its dot
     * @param tied whether the decoder's weight is the token embedding's
     */
    public static void predictions(WeightTable.Builder table, String head, boolean tied) {
        table.add("cls.predictions.transform.dense.*", head + "dense.*")
                .add("cls.predictions.transform.LayerNorm.*", head + "layer_norm.*");
        decoder(table, "cls.predictions.", head, "bert.embeddings.word_embeddings.weight", tied);
    }

    /**
     * Adds the names of what a head for masked tokens ends in: {@code decoder.weight} and {@code
     * bias}. In most files {@code decoder.bias} is another name of the latter. Where nothing is
     * tied, newer files hold both, and {@code decoder.bias} is what is added to the logits.
     *
     * @param table the rules to add to
     * @param prefix what stands before these names
     * @param head the path of the head, with its dot
     * @param embedding the name of the token embedding
     * @param tied whether the decoder's weight is the token embedding's
     * @return the table
     */
    public static WeightTable.Builder decoder(
            WeightTable.Builder table, String prefix, String head, String embedding, boolean tied) {
        String bias = prefix + "bias";
        String decoderBias = prefix + "decoder.bias";
        String weight = prefix + "decoder.weight";
        return tied
                ? table.add(bias, head + "decoder.bias")
                        .alias(decoderBias, bias)
                        .tie(weight, embedding)
                : table.add(decoderBias, head + "decoder.bias")
                        .alias(bias, decoderBias)
                        .add(weight, head + "decoder.weight")
                        .ignore(bias);
    }
}
