package org.attn4j.models.family.albert;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderLayers;
import org.attn4j.models.model.encoder.Pooler;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/**
 * ALBERT's encoder: embeddings of a size E of their own, a projection to the model's size, and
 * BERT's layers, one group of which is applied again and again. Takes what BERT takes.
 */
public final class AlbertModel extends BaseModel {

    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final TransformerStack layers;
    private final Pooler pooler; // null for none

    AlbertModel(AlbertConfig config, TokenEmbedding tokens, boolean pooled) {
        super(List.of("input_ids", "attention_mask", "token_type_ids", "position_ids"));
        this.config = config.layers();
        int size = this.config.hiddenSize();
        embeddings =
                addChildBlock(
                        "embeddings",
                        EncoderLayers.embeddings(this.config, tokens)
                                .optProjection(LinearBlock.of(size, true))
                                .build());
        layers = addChildBlock("layers", layers(config));
        pooler = pooled ? addChildBlock("pooler", new Pooler(size)) : null;
    }

    /** Each group's layers at all sites of the group. */
    private static TransformerStack layers(AlbertConfig config) {
        List<List<TransformerLayer>> groups = new ArrayList<>();
        for (int group = 0; group < config.groups(); group++) {
            List<TransformerLayer> own = new ArrayList<>();
            for (int i = 0; i < config.layersOfGroup(); i++) {
                float dropout = config.layers().hiddenDropout();
                own.add(EncoderLayers.layer(config.layers(), i, dropout, 0));
            }
            groups.add(own);
        }
        List<TransformerLayer> sites = new ArrayList<>();
        for (int site = 0; site < config.layers().layers(); site++) {
            sites.addAll(groups.get(config.groupOf(site)));
        }
        return new TransformerStack(sites, config.layersOfGroup());
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
        layers.tellLast(seen, x);
        return new BaseOutput(x, Pooler.pool(pooler, parameters, x, training)); // (B, D)
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxPositions());
    }
}
