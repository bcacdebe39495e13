package org.attn4j.models.family.electra;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.ops.LinearBlock;
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
 * ELECTRA's encoder: BERT's, on embeddings of their own size E, and without a pooler. Takes what
 * BERT takes.
 */
public final class ElectraModel extends BaseModel {

    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final TransformerStack layers;

    ElectraModel(EncoderConfig config, TokenEmbedding tokens) {
        super(List.of("input_ids", "attention_mask", "token_type_ids", "position_ids"));
        this.config = config;
        Embeddings.Builder builder = EncoderLayers.embeddings(config, tokens);
        if (tokens.modelSize() != config.hiddenSize()) {
            builder.optProjection(LinearBlock.of(config.hiddenSize(), true));
        }
        embeddings = addChildBlock("embeddings", builder.build());
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(config.layers(), i -> EncoderLayers.layer(config, i)));
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

        NDArray x = embeddings.embed(parameters, tokens, training); // (B, T, E) to (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        return new BaseOutput(layers.tellLast(seen, x), null);
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxPositions());
    }
}
