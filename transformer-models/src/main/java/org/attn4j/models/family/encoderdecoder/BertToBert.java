package org.attn4j.models.family.encoderdecoder;

import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.family.bert.BertWeights;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.model.seq2seq.EncoderDecoderParts;
import org.attn4j.models.model.seq2seq.LabelShift;

/** Two BERTs out of the shared layers. The encoder's pooler has no part in it. */
final class BertToBert {

    private BertToBert() {}

    static EncoderDecoder create(
            String architecture,
            BertConfig encoder,
            BertConfig decoder,
            LabelShift shift,
            int padId) {
        TokenEmbedding sources = tokens(encoder);
        TokenEmbedding targets = tokens(decoder);
        boolean sameSize = encoder.hiddenSize() == decoder.hiddenSize();
        return new EncoderDecoder(
                new EncoderDecoderParts(
                        architecture,
                        weights(decoder.tieEmbeddings()),
                        null,
                        BertLayers.stack(encoder, BertLayers.embeddings(encoder, sources).build()),
                        sameSize ? null : Linear.builder().setUnits(decoder.hiddenSize()).build(),
                        decoder(decoder, targets),
                        new MaskedLanguageHead(
                                decoder.hiddenSize(),
                                targets,
                                decoder.tieEmbeddings(),
                                decoder.activation(),
                                decoder.epsilon()),
                        null,
                        null,
                        1,
                        shift,
                        false,
                        false,
                        true,
                        encoder.vocabularySize(),
                        decoder.vocabularySize(),
                        decoder.vocabularySize(),
                        padId,
                        new NormalInitializer((float) decoder.initializerRange())));
    }

    private static TokenEmbedding tokens(BertConfig config) {
        return new TokenEmbedding(config.vocabularySize(), config.hiddenSize());
    }

    private static EmbeddedStack decoder(BertConfig config, TokenEmbedding tokens) {
        return new EmbeddedStack(
                BertLayers.embeddings(config, tokens).build(),
                null,
                TransformerStack.of(
                        config.layers(),
                        i -> BertLayers.decoderLayer(config, crossAttention(config))),
                null);
    }

    /** Without distances, whatever the kind of positions. */
    private static MultiHeadAttention crossAttention(BertConfig config) {
        return MultiHeadAttention.builder()
                .setModelSize(config.hiddenSize())
                .setHeads(config.heads())
                .optDropout(config.attentionDropout())
                .build();
    }

    private static WeightTable weights(boolean tied) {
        WeightTable.Builder table = WeightTable.builder();
        layers(table, "encoder.", "encoder.");
        layers(table, "decoder.bert.", "decoder.");
        String cross = "decoder.bert.encoder.layer.*.crossattention.";
        attention(table, cross, "decoder.layers.*.encoder_attn");
        String head = "decoder.cls.predictions.";
        table.add("enc_to_dec_proj.*", "enc_to_dec_proj.*")
                .add(head + "transform.dense.*", "lm_head.dense.*")
                .add(head + "transform.LayerNorm.*", "lm_head.layer_norm.*");
        BertWeights.decoder(
                table, head, "lm_head.", "decoder.bert.embeddings.word_embeddings.weight", tied);
        return table.alias("**LayerNorm.gamma", "**LayerNorm.weight")
                .alias("**LayerNorm.beta", "**LayerNorm.bias")
                .ignore("encoder.pooler.dense.*")
                .ignore("decoder.bert.pooler.dense.*")
                .ignore("**embeddings.position_embeddings.weight") // unused with distances
                .ignore("**embeddings.position_ids")
                .ignore("**embeddings.token_type_ids")
                .build();
    }

    private static void layers(WeightTable.Builder table, String tensors, String blocks) {
        String layer = tensors + "encoder.layer.*.";
        String block = blocks + "layers.*.";
        String embedding = blocks + "embeddings.";
        attention(table, layer + "attention.", block + "self_attn");
        table.add(
                        layer + "attention.self.distance_embedding.weight",
                        block + "self_attn.relative_keys.weight")
                .add(layer + "intermediate.dense.*", block + "feed_forward.fc1.*")
                .add(layer + "output.dense.*", block + "feed_forward.fc2.*")
                .add(layer + "output.LayerNorm.*", block + "final_layer_norm.*")
                .add(
                        tensors + "embeddings.word_embeddings.weight",
                        embedding + "embed_tokens.weight")
                .add(
                        tensors + "embeddings.position_embeddings.weight",
                        embedding + "embed_positions.weight")
                .add(
                        tensors + "embeddings.token_type_embeddings.weight",
                        embedding + "embed_token_types.weight")
                .add(tensors + "embeddings.LayerNorm.*", embedding + "layernorm_embedding.*");
    }

    private static void attention(WeightTable.Builder table, String tensors, String block) {
        table.add(tensors + "self.query.*", block + ".query_proj.*")
                .add(tensors + "self.key.*", block + ".key_proj.*")
                .add(tensors + "self.value.*", block + ".value_proj.*")
                .add(tensors + "output.dense.*", block + ".output_proj.*")
                .add(tensors + "output.LayerNorm.*", block + "_layer_norm.*");
    }
}
