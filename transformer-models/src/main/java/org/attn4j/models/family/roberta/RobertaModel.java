package org.attn4j.models.family.roberta;

import ai.djl.ndarray.NDArray;
import java.util.OptionalInt;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.family.bert.BertModel;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.PaddedPositions;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

/**
 * RoBERTa's encoder: BERT's, with places counted as {@link PaddedPositions} tells unless {@code
 * position_ids} are given.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code
 * position_ids}, all (B, T).
 */
public final class RobertaModel extends StackEncoder {

    private final int padId;

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param pooler whether there is a pooler
     */
    public RobertaModel(BertConfig config, boolean pooler) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()), pooler);
    }

    private RobertaModel(BertConfig config, TokenEmbedding tokens, boolean pooler) {
        super(
                BertModel.INPUTS,
                tokens,
                BertLayers.stack(config, BertLayers.embeddings(config, tokens).build()),
                pooler ? new Pooler(config.hiddenSize()) : null,
                config.tokenTypes(),
                config.maxPositions());
        padId = config.padId();
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTokens() {
        return PaddedPositions.maxTokens(padId, maxPositions());
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray positions(ModelInputs in) {
        NDArray given = super.positions(in);
        return given == null
                ? PaddedPositions.of(in.require("input_ids"), padId, maxPositions())
                : given;
    }
}
