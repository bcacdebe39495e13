package org.attn4j.models.family.electra;

import org.attn4j.attention.ops.Linear;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.family.bert.BertModel;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.StackEncoder;

/**
 * ELECTRA's encoder: BERT's without a pooler, on embeddings of a size of their own, which are
 * projected to the model's where they differ.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code
 * position_ids}, all (B, T).
 */
public final class ElectraModel extends StackEncoder {

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param embeddingSize E, {@code embedding_size}
     */
    public ElectraModel(BertConfig config, int embeddingSize) {
        this(config, new TokenEmbedding(config.vocabularySize(), embeddingSize));
    }

    private ElectraModel(BertConfig config, TokenEmbedding tokens) {
        super(
                BertModel.INPUTS,
                tokens,
                BertLayers.stack(config, embeddings(config, tokens)),
                null,
                config.tokenTypes(),
                config.maxPositions());
    }

    private static Embeddings embeddings(BertConfig config, TokenEmbedding tokens) {
        Embeddings.Builder builder = BertLayers.embeddings(config, tokens);
        if (tokens.modelSize() != config.hiddenSize()) {
            builder.optProjection(Linear.builder().setUnits(config.hiddenSize()).build());
        }
        return builder.build();
    }
}
