package org.attn4j.models.family.distilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderLayers;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/**
 * DistilBERT's encoder: BERT's without token types and pooler. What attention gives is not dropped,
 * its weights and what the feed-forward blocks give are. Takes {@code input_ids} and {@code
 * attention_mask}, both (B, T).
 */
public final class DistilBertModel extends BaseModel {

    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final TransformerStack layers;

    DistilBertModel(EncoderConfig config, TokenEmbedding tokens) {
        super(List.of("input_ids", "attention_mask"));
        this.config = config;
        embeddings = addChildBlock("embeddings", EncoderLayers.embeddings(config, tokens).build());
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(
                                config.layers(),
                                i -> EncoderLayers.layer(config, i, 0, config.hiddenDropout())));
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        TokenInput words = in.tokens(config.vocabularySize()); // (B, T)
        LayerInputs seen = LayerInputs.of(in.mask("attention_mask")).withObserver(in.observer());

        NDArray x =
                embeddings.embed(parameters, EmbeddingInputs.of(words, 0), training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        return new BaseOutput(layers.tellLast(seen, x), null);
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxPositions());
    }
}
