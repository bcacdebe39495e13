package org.attn4j.models.family.bert;

import java.util.List;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

/**
 * BERT's encoder: embeddings of tokens, segments and places, layers of self-attention and
 * feed-forward with norms behind them, and a pooler if the task wants one.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask} (all seen by default), {@code token_type_ids}
 * (0 by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class BertModel extends StackEncoder {

    /** What BERT and most of its relatives take. */
    public static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param pooler whether there is a pooler
     */
    public BertModel(BertConfig config, boolean pooler) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()), pooler);
    }

    private BertModel(BertConfig config, TokenEmbedding tokens, boolean pooler) {
        super(
                INPUTS,
                tokens,
                BertLayers.stack(config, BertLayers.embeddings(config, tokens).build()),
                pooler ? new Pooler(config.hiddenSize()) : null,
                config.tokenTypes(),
                config.maxPositions());
    }
}
