package org.attn4j.models.family.longformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.common.Require;
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
 * Longformer's encoder: RoBERTa's, in which a token sees its neighbours and the global tokens, and
 * a global token sees all, through projections of its own. Time and memory grow with the length
 * times the window.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids}, {@code position_ids}
 * and {@code global_attention_mask} (1 for global tokens), all (B, T). Without the last the global
 * tokens are those that transformers takes for the task: the first for classification, the question
 * for answers, what follows it for a choice, and else none. A 2 in {@code attention_mask} makes a
 * token global too. A text need not be filled up to the window. Attentions leave in transformers'
 * layout, see {@link WindowObserver}.
 */
public final class LongformerModel extends BaseModel {

    private final LongformerConfig config;
    private final LongformerGlobals globals;
    private final PaddedPositions positions;
    private final Embeddings embeddings;
    private final TransformerStack layers;
    private final Pooler pooler; // null for none

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param tokens the token embedding
     * @param task what follows {@code Longformer} in the name of the architecture: it tells which
     *     tokens are global by themselves
     * @param pooled whether there is a pooler
     */
    LongformerModel(LongformerConfig config, TokenEmbedding tokens, String task, boolean pooled) {
        super(
                List.of(
                        "input_ids",
                        "attention_mask",
                        "token_type_ids",
                        "position_ids",
                        "global_attention_mask"));
        EncoderConfig bert = config.layers();
        this.config = config;
        globals = LongformerGlobals.of(task);
        positions = new PaddedPositions(bert.padId(), bert.maxPositions());
        embeddings = addChildBlock("embeddings", EncoderLayers.embeddings(bert, tokens).build());
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(
                                bert.layers(),
                                i ->
                                        EncoderLayers.layer(
                                                bert, attention(bert, config.windows().get(i)))));
        pooler = pooled ? addChildBlock("pooler", new Pooler(bert.hiddenSize())) : null;
    }

    private static SparseAttention attention(EncoderConfig config, int window) {
        return SparseAttention.builder()
                .setModelSize(config.hiddenSize())
                .setHeads(config.heads())
                .setPattern(new WindowPattern(window / 2))
                .optGlobalProjections(true)
                .optHiddenSeeNothing(true)
                .optDropout(config.attentionDropout())
                .build();
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        TokenInput words = in.tokens(config.layers().vocabularySize()); // (B, T)
        NDArray types = in.ids("token_type_ids", config.layers().tokenTypes()); // (B, T)
        NDArray numbers = positions.of(in); // (B, T)
        NDArray visible = marked(in, "attention_mask", words.shape()); // (B, T)
        NDArray global = global(in, words, visible); // (B, T)
        AttentionMask mask = visible == null ? AttentionMask.none() : AttentionMask.keys(visible);
        LayerInputs seen =
                LayerInputs.of(mask)
                        .withPositions(numbers)
                        .withGlobals(global)
                        .withObserver(
                                in.observer() == null
                                        ? null
                                        : new WindowObserver(
                                                in.observer(), config, visible, global));

        NDArray x =
                embeddings.embed(
                        parameters,
                        new EmbeddingInputs(words, types, numbers, 0),
                        training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        layers.tellLast(seen, x);
        return new BaseOutput(x, Pooler.pool(pooler, parameters, x, training)); // (B, D)
    }

    /** The global tokens, (B, T) of ones and zeros; null if there are none. */
    private NDArray global(ModelInputs in, TokenInput words, NDArray visible) {
        NDArray given = marked(in, "global_attention_mask", words.shape());
        NDArray global = given == null ? globals.of(words, config.separatorId()) : given;
        if (global != null && visible != null) {
            global = global.mul(visible);
        }
        NDArray twos = twos(in.get("attention_mask"));
        if (global == null || twos == null) {
            return global == null ? twos : global;
        }
        return global.maximum(twos);
    }

    /** The tokens that the mask marks as global by a 2, (B, T); null if there are none. */
    private static NDArray twos(NDArray mask) {
        if (mask == null) {
            return null;
        }
        NDArray twos = mask.gt(1).toType(DataType.FLOAT32, false);
        return twos.max().getFloat() > 0 ? twos : null;
    }

    /** The tokens that a mask marks, (B, T) of ones and zeros; null if it is not given. */
    private static NDArray marked(ModelInputs in, String name, Shape shape) {
        NDArray mask = in.get(name);
        if (mask == null) {
            return null;
        }
        Require.that(
                mask.getShape().equals(shape),
                "%s must be %s as input_ids, got %s",
                name,
                shape,
                mask.getShape());
        return mask.neq(0).toType(DataType.FLOAT32, false);
    }

    @Override
    public OptionalInt maxTokens() {
        return positions.maxTokens();
    }
}
