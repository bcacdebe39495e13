package org.attn4j.models.family.mpnet;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.PaddedPositions;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

/**
 * MPNet's encoder: BERT's without token types, with places counted as {@link PaddedPositions}
 * tells, and one bias by relative position for all layers.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask} and {@code position_ids}, all (B, T).
 */
public final class MpnetModel extends StackEncoder {

    /** Whatever the configuration says, transformers' MPNet counts distances into 32 buckets. */
    static final int BUCKETS = 32;

    private static final int MAX_DISTANCE = 128;

    /** Whatever the configuration says, places are counted past this id. */
    private static final int PAD_ID = 1;

    private static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "position_ids");

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param biasRows {@code relative_attention_num_buckets}: rows of the table of biases, of which
     *     the first 32 are used
     * @param pooler whether there is a pooler
     */
    public MpnetModel(BertConfig config, int biasRows, boolean pooler) {
        this(
                config,
                new TokenEmbedding(config.vocabularySize(), config.hiddenSize()),
                biasRows,
                pooler);
    }

    private MpnetModel(BertConfig config, TokenEmbedding tokens, int biasRows, boolean pooler) {
        super(
                INPUTS,
                tokens,
                BertLayers.stack(
                        config,
                        BertLayers.embeddings(config, tokens).build(),
                        new RelativePositionBias(
                                config.heads(), biasRows, BUCKETS, MAX_DISTANCE, true)),
                pooler ? new Pooler(config.hiddenSize()) : null,
                0,
                config.maxPositions());
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTokens() {
        return PaddedPositions.maxTokens(PAD_ID, maxPositions());
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray positions(ModelInputs in) {
        NDArray given = super.positions(in);
        return given == null
                ? PaddedPositions.of(in.require("input_ids"), PAD_ID, maxPositions())
                : given;
    }
}
