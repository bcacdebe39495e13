package org.attn4j.models.family.encoderdecoder;

import ai.djl.training.initializer.NormalInitializer;
import java.util.function.IntFunction;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderLayers;
import org.attn4j.models.model.encoder.EncoderWeights;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.model.seq2seq.EncoderDecoderParts;
import org.attn4j.models.model.seq2seq.LabelShift;

/** Two BERTs out of the shared layers. The encoder's pooler has no part in it. */
final class BertToBert {

    private BertToBert() {}

    static EncoderDecoder create(
            String architecture,
            EncoderConfig encoder,
            EncoderConfig decoder,
            LabelShift shift,
            int padId) {
        TokenEmbedding sources = encoder.tokenEmbedding();
        TokenEmbedding targets = decoder.tokenEmbedding();
        boolean sameSize = encoder.hiddenSize() == decoder.hiddenSize();
        return new EncoderDecoder(
                new EncoderDecoderParts(
                        architecture,
                        weights(decoder.tieEmbeddings()),
                        null,
                        stack(encoder, sources, i -> EncoderLayers.layer(encoder, i)),
                        sameSize ? null : LinearBlock.of(decoder.hiddenSize(), true),
                        stack(decoder, targets, i -> EncoderLayers.decoderLayer(decoder, i)),
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
                        false,
                        new NormalInitializer((float) decoder.initializerRange())));
    }

    private static EmbeddedStack stack(
            EncoderConfig config, TokenEmbedding tokens, IntFunction<TransformerLayer> layer) {
        return new EmbeddedStack(
                EncoderLayers.embeddings(config, tokens).build(),
                null,
                TransformerStack.of(config.layers(), layer),
                null);
    }

    private static WeightTable weights(boolean tied) {
        WeightTable.Builder table = WeightTable.builder();
        EncoderWeights.Layer bert = EncoderWeights.Layer.BERT;
        EncoderWeights.embeddings(table, "encoder.embeddings.", "encoder.embeddings.");
        EncoderWeights.layer(table, "encoder.encoder.layer.*.", bert, "encoder.layers.*.");
        EncoderWeights.embeddings(table, "decoder.bert.embeddings.", "decoder.embeddings.");
        EncoderWeights.layer(table, "decoder.bert.encoder.layer.*.", bert, "decoder.layers.*.");
        String cross = "decoder.bert.encoder.layer.*.crossattention.";
        String attention = "decoder.layers.*.encoder_attn";
        table.add(cross + "self.query.*", attention + ".query_proj.*")
                .add(cross + "self.key.*", attention + ".key_proj.*")
                .add(cross + "self.value.*", attention + ".value_proj.*")
                .add(cross + "output.dense.*", attention + ".output_proj.*")
                .add(cross + "output.LayerNorm.*", attention + "_layer_norm.*")
                .add("enc_to_dec_proj.*", "enc_to_dec_proj.*");
        String head = "decoder.cls.predictions.";
        new EncoderWeights.LanguageHead(
                        head + "transform.dense",
                        head + "transform.LayerNorm",
                        head + "decoder",
                        head + "bias")
                .addTo(table, "lm_head.", "decoder.bert.embeddings.word_embeddings.weight", tied);
        EncoderWeights.common(table);
        return table.ignore("encoder.pooler.dense.*").ignore("decoder.bert.pooler.dense.*").build();
    }
}
