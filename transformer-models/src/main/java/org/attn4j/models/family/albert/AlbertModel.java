package org.attn4j.models.family.albert;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.family.bert.BertModel;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

/**
 * ALBERT's encoder: embeddings of a size of their own, a projection to the model's size, and BERT's
 * layers, one group of which serves many places.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code
 * position_ids}, all (B, T).
 */
public final class AlbertModel extends StackEncoder {

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param pooler whether there is a pooler
     */
    public AlbertModel(AlbertConfig config, boolean pooler) {
        this(
                config,
                new TokenEmbedding(config.layers().vocabularySize(), config.embeddingSize()),
                pooler);
    }

    private AlbertModel(AlbertConfig config, TokenEmbedding tokens, boolean pooler) {
        super(
                BertModel.INPUTS,
                tokens,
                stack(config, tokens),
                pooler ? new Pooler(config.layers().hiddenSize()) : null,
                config.layers().tokenTypes(),
                config.layers().maxPositions());
    }

    private static EmbeddedStack stack(AlbertConfig config, TokenEmbedding tokens) {
        BertConfig layers = config.layers();
        List<List<TransformerLayer>> groups = new ArrayList<>();
        for (int group = 0; group < config.groups(); group++) {
            List<TransformerLayer> ofGroup = new ArrayList<>();
            for (int i = 0; i < config.layersOfGroup(); i++) {
                ofGroup.add(
                        BertLayers.layer(
                                layers,
                                BertLayers.selfAttention(layers),
                                BertLayers.layout(layers, layers.hiddenDropout(), 0)));
            }
            groups.add(ofGroup);
        }
        List<TransformerLayer> places = new ArrayList<>();
        for (int place = 0; place < layers.layers(); place++) {
            places.addAll(groups.get(config.groupOf(place)));
        }
        return new EmbeddedStack(
                BertLayers.embeddings(layers, tokens)
                        .optProjection(Linear.builder().setUnits(layers.hiddenSize()).build())
                        .build(),
                null,
                new TransformerStack(places, config.layersOfGroup()),
                null);
    }
}
