package org.attn4j.models.family.distilbert;

import java.util.List;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.head.StackEncoder;

/**
 * DistilBERT's encoder: BERT's without token types and pooler. What attention gives is not dropped,
 * its weights and what the feed-forward blocks give are.
 *
 * <p>Takes {@code input_ids} and {@code attention_mask}, both (B, T).
 */
public final class DistilBertModel extends StackEncoder {

    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     */
    public DistilBertModel(DistilBertConfig config) {
        this(
                config.layers(),
                new TokenEmbedding(config.layers().vocabularySize(), config.layers().hiddenSize()));
    }

    private DistilBertModel(BertConfig config, TokenEmbedding tokens) {
        super(INPUTS, tokens, stack(config, tokens), null, 0, config.maxPositions());
    }

    private static EmbeddedStack stack(BertConfig config, TokenEmbedding tokens) {
        return new EmbeddedStack(
                BertLayers.embeddings(config, tokens).build(),
                null,
                TransformerStack.of(config.layers(), i -> layer(config)),
                null);
    }

    private static TransformerLayer layer(BertConfig config) {
        return BertLayers.layer(
                config,
                BertLayers.selfAttention(config),
                BertLayers.layout(config, 0, config.hiddenDropout()));
    }
}
