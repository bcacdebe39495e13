package org.attn4j.models.family.bigbird;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.SparseAttention;
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
import org.attn4j.models.model.encoder.Pooler;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/**
 * Big Bird's encoder: BERT's, in which blocks of tokens see some others, see {@link
 * BigBirdPattern}. Time and memory grow with the length.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code
 * position_ids}, all (B, T). A text of up to {@code (5 + 2·num_random_blocks)·block_size} tokens is
 * attended to in full; a longer one is filled up to whole blocks, and an observer sees it so.
 */
public final class BigBirdModel extends BaseModel {

    private final BigBirdConfig config;
    private final Embeddings embeddings;
    private final TransformerStack layers;
    private final Pooler pooler; // null for none

    BigBirdModel(BigBirdConfig config, TokenEmbedding tokens, boolean pooled) {
        super(List.of("input_ids", "attention_mask", "token_type_ids", "position_ids"));
        EncoderConfig bert = config.layers();
        this.config = config;
        embeddings =
                addChildBlock(
                        "embeddings",
                        EncoderLayers.embeddings(bert, tokens)
                                .optScale(config.rescale() ? Math.sqrt(bert.hiddenSize()) : 1)
                                .optScalesGiven(true)
                                .build());
        layers =
                addChildBlock(
                        "layers",
                        TransformerStack.of(
                                bert.layers(),
                                i -> EncoderLayers.layer(bert, attention(config, i))));
        pooler = pooled ? addChildBlock("pooler", new Pooler(bert.hiddenSize())) : null;
    }

    /** In blocks, transformers drops no weights. */
    private static SparseAttention attention(BigBirdConfig config, int layer) {
        return SparseAttention.builder()
                .setModelSize(config.layers().hiddenSize())
                .setHeads(config.layers().heads())
                .setPattern(new BigBirdPattern(config, layer))
                .optBias(config.bias())
                .optOutputBias(true)
                .optHiddenSeeNothing(true)
                .optDropout(config.layers().attentionDropout())
                .optSparseDropout(0)
                .build();
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        int length = Math.toIntExact(in.tokenShape().get(1)); // T
        int padding = config.padding(length);
        ModelInputs whole = padding == 0 ? in : filled(in, padding);
        TokenInput words =
                whole.tokens(config.layers().vocabularySize()); // (B, S), S = T + padding
        NDArray types = whole.ids("token_type_ids", config.layers().tokenTypes()); // (B, S)
        NDArray positions = whole.ids("position_ids", config.layers().maxPositions()); // (B, S)
        LayerInputs seen =
                LayerInputs.of(whole.mask("attention_mask"))
                        .withPositions(positions)
                        .withObserver(observer(whole, length, training));

        NDArray x =
                embeddings.embed(
                        parameters,
                        new EmbeddingInputs(words, types, positions, 0),
                        training); // (B, S, D)
        x = layers.forward(parameters, x, seen, training); // (B, S, D)
        layers.tellLast(seen, x);
        NDArray pooled = Pooler.pool(pooler, parameters, x, training); // (B, D)
        NDArray states = padding == 0 ? x : x.get(new NDIndex(":, :{}", length)); // (B, T, D)
        return new BaseOutput(states, pooled);
    }

    /** Who is told the weights; those of blocks in transformers' layout. */
    private AttentionObserver observer(ModelInputs in, int length, boolean training) {
        if (!config.inBlocks(length)) {
            return in.observer();
        }
        NDArray visible = in.get("attention_mask");
        Shape ids = in.tokenShape();
        Require.that(
                visible == null || visible.getShape().equals(ids),
                "attention_mask must be %s as input_ids where Big Bird attends in blocks, got %s",
                ids,
                visible == null ? null : visible.getShape());
        return in.observer() == null || training
                ? in.observer()
                : new BlockObserver(in.observer(), config, visible);
    }

    /** A text that is attended to in blocks has as many positions as its blocks. */
    @Override
    public OptionalInt maxTokens() {
        int positions = config.layers().maxPositions();
        int whole = positions - positions % config.blockSize();
        return OptionalInt.of(
                config.inBlocks(positions) && config.inBlocks(whole) ? whole : positions);
    }

    /** Which blocks are seen depends on how many there are. */
    @Override
    public int batchClass(int tokens) {
        return config.inBlocks(tokens) ? tokens + config.padding(tokens) : 0;
    }

    /** The inputs with tokens at the end that nobody sees. */
    private ModelInputs filled(ModelInputs in, int padding) {
        int padId = config.layers().padId();
        Map<String, NDArray> longer = new LinkedHashMap<>();
        boolean looksUp = in.get("input_ids") != null;
        String name = looksUp ? "input_ids" : "inputs_embeds";
        NDArray given = in.get(name);
        longer.put(name, appended(given, padding, looksUp ? padId : 0));
        NDArray mask = in.get("attention_mask");
        NDArray seen =
                mask == null ? given.getManager().ones(in.tokenShape(), DataType.INT64) : mask;
        longer.put("attention_mask", appended(seen, padding, 0));
        if (in.get("token_type_ids") != null) {
            longer.put("token_type_ids", appended(in.get("token_type_ids"), padding, 0));
        }
        if (in.get("position_ids") != null) {
            longer.put("position_ids", appended(in.get("position_ids"), padding, padId));
        }
        return new ModelInputs(longer, in.observer());
    }

    private static NDArray appended(NDArray x, int count, int value) {
        DataType type = x.getDataType();
        int axis = Math.min(1, x.getShape().dimension() - 1); // T of (T), (B, T) and (B, T, D)
        long[] more = x.getShape().getShape().clone();
        more[axis] = count;
        NDArray tail =
                x.getManager().full(new Shape(more), value, DataType.FLOAT32).toType(type, false);
        return x.concat(tail, axis);
    }
}
