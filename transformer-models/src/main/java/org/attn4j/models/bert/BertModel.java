package org.attn4j.models.bert;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.models.head.EncoderBlock;
import org.attn4j.models.head.EncoderOutput;
import org.attn4j.models.head.Pooler;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.pretrained.ModelInputs;

/**
 * BERT's encoder: embeddings of tokens, segments and places, layers of self-attention and
 * feed-forward with norms behind them, and a pooler if the task wants one.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask} (all seen by default), {@code token_type_ids}
 * (0 by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class BertModel extends EncoderBlock {

    private static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

    private final BertConfig config;
    private final TokenEmbedding tokens;
    private final EncoderStack encoder;
    private final Pooler pooler; // null for none

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param pooler whether there is a pooler
     */
    public BertModel(BertConfig config, boolean pooler) {
        super(INPUTS);
        this.config = config;
        tokens = new TokenEmbedding(config.vocabularySize(), config.hiddenSize());
        encoder =
                addChildBlock(
                        "encoder",
                        BertLayers.stack(config, BertLayers.embeddings(config, tokens).build()));
        this.pooler = pooler ? addChildBlock("pooler", new Pooler(config.hiddenSize())) : null;
    }

    /** {@inheritDoc} */
    @Override
    public EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        in.require("input_ids");
        EmbeddingInputs embedded =
                EmbeddingInputs.of(in.ids("input_ids", config.vocabularySize()), 0)
                        .withTokenTypes(in.ids("token_type_ids", config.tokenTypes()))
                        .withPositions(in.ids("position_ids", config.maxPositions()));
        NDArray states =
                encoder.encode(
                        parameters,
                        embedded,
                        in.mask("attention_mask"),
                        in.observer(),
                        training); // (B, T, D)
        NDArray pooled =
                pooler == null
                        ? null
                        : Layers.apply(pooler, parameters, states, training); // (B, D)
        return new EncoderOutput(states, pooled);
    }

    /**
     * Returns the token embedding, for heads that are tied to it.
     *
     * @return the embedding, (V, D)
     */
    public TokenEmbedding tokens() {
        return tokens;
    }
}
