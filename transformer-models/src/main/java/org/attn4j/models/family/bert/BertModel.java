package org.attn4j.models.family.bert;

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
import org.attn4j.models.model.encoder.Pooler;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/**
 * BERT's encoder. Takes {@code input_ids}, {@code attention_mask} (all seen by default), {@code
 * token_type_ids} (0 by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class BertModel extends BaseModel {

    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final TransformerStack layers;
    private final Pooler pooler; // null for none

    BertModel(EncoderConfig config, TokenEmbedding tokens, boolean pooled) {
        super(List.of("input_ids", "attention_mask", "token_type_ids", "position_ids"));
        this.config = config;
        embeddings = addChildBlock("embeddings", EncoderLayers.embeddings(config, tokens).build());
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(config.layers(), i -> EncoderLayers.layer(config, i)));
        pooler = pooled ? addChildBlock("pooler", new Pooler(config.hiddenSize())) : null;
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        TokenInput words = in.tokens(config.vocabularySize()); // (B, T)
        NDArray types = in.ids("token_type_ids", config.tokenTypes()); // (B, T)
        NDArray positions = in.ids("position_ids", config.maxPositions()); // (B, T)
        EmbeddingInputs tokens = new EmbeddingInputs(words, types, positions, 0);
        LayerInputs seen =
                LayerInputs.of(in.mask("attention_mask"))
                        .withPositions(positions)
                        .withObserver(in.observer());

        NDArray x = embeddings.embed(parameters, tokens, training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        layers.tellLast(seen, x);
        return new BaseOutput(x, Pooler.pool(pooler, parameters, x, training)); // (B, D)
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxPositions());
    }
}
