package org.attn4j.models.family.mpnet;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderLayers;
import org.attn4j.models.model.encoder.PaddedPositions;
import org.attn4j.models.model.encoder.Pooler;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/**
 * MPNet's encoder: BERT's without token types, with positions counted as {@link PaddedPositions}
 * tells, and one bias by relative position for all layers. Takes {@code input_ids}, {@code
 * attention_mask} and {@code position_ids}, all (B, T).
 */
public final class MpnetModel extends BaseModel {

    /** Whatever the configuration says, transformers' MPNet counts distances into 32 buckets. */
    static final int BUCKETS = 32;

    private static final int MAX_DISTANCE = 128;

    /** Whatever the configuration says, positions are counted past this id. */
    private static final int PAD_ID = 1;

    private final EncoderConfig config;
    private final PaddedPositions positions;
    private final Embeddings embeddings;
    private final RelativePositionBias bias;
    private final TransformerStack layers;
    private final Pooler pooler; // null for none

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param tokens the token embedding
     * @param biasRows {@code relative_attention_num_buckets}: rows of the table of biases, of which
     *     the first 32 are used
     * @param pooled whether there is a pooler
     */
    MpnetModel(EncoderConfig config, TokenEmbedding tokens, int biasRows, boolean pooled) {
        super(List.of("input_ids", "attention_mask", "position_ids"));
        this.config = config;
        positions = new PaddedPositions(PAD_ID, config.maxPositions());
        embeddings = addChildBlock("embeddings", EncoderLayers.embeddings(config, tokens).build());
        bias =
                addChildBlock(
                        "relative_attention_bias",
                        new RelativePositionBias(
                                config.heads(), biasRows, BUCKETS, MAX_DISTANCE, true));
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(config.layers(), i -> EncoderLayers.layer(config, i)));
        pooler = pooled ? addChildBlock("pooler", new Pooler(config.hiddenSize())) : null;
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        TokenInput words = in.tokens(config.vocabularySize()); // (B, T)
        NDArray numbers = positions.of(in); // (B, T)
        long length = words.shape().get(1); // T
        NDArray distances =
                bias.bias(parameters, words.manager(), length, length, training); // (1, N, T, T)
        LayerInputs seen =
                LayerInputs.of(in.mask("attention_mask").and(AttentionMask.bias(distances)))
                        .withPositions(numbers)
                        .withObserver(in.observer());

        NDArray x =
                embeddings.embed(
                        parameters,
                        EmbeddingInputs.of(words, 0).withPositions(numbers),
                        training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        layers.tellLast(seen, x);
        return new BaseOutput(x, Pooler.pool(pooler, parameters, x, training)); // (B, D)
    }

    @Override
    public OptionalInt maxTokens() {
        return positions.maxTokens();
    }
}
