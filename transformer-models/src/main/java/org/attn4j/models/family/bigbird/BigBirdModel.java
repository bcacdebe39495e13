package org.attn4j.models.family.bigbird;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.family.bert.BertModel;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.EncoderOutput;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

/**
 * Big Bird's encoder: BERT's, in which blocks of tokens see some others, see {@link
 * BigBirdPattern}. Time and memory grow with the length.
 *
 * <p>Takes {@code input_ids}, {@code attention_mask}, {@code token_type_ids} and {@code
 * position_ids}, all (B, T). A text of up to {@code (5 + 2·num_random_blocks)·block_size} tokens is
 * attended to in full; a longer one is filled up to whole blocks, and an observer sees it so.
 */
public final class BigBirdModel extends StackEncoder {

    private final BigBirdConfig config;

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param pooler whether there is a pooler
     */
    public BigBirdModel(BigBirdConfig config, boolean pooler) {
        this(
                config,
                new TokenEmbedding(config.layers().vocabularySize(), config.layers().hiddenSize()),
                pooler);
    }

    private BigBirdModel(BigBirdConfig config, TokenEmbedding tokens, boolean pooler) {
        super(
                BertModel.INPUTS,
                tokens,
                stack(config, tokens),
                pooler ? new Pooler(config.layers().hiddenSize()) : null,
                config.layers().tokenTypes(),
                config.layers().maxPositions());
        this.config = config;
    }

    private static EmbeddedStack stack(BigBirdConfig config, TokenEmbedding tokens) {
        BertConfig layers = config.layers();
        TransformerStack all =
                TransformerStack.of(
                        layers.layers(),
                        i ->
                                BertLayers.layer(
                                        layers, attention(config, i), BertLayers.layout(layers)));
        double scale = config.rescale() ? Math.sqrt(layers.hiddenSize()) : 1;
        return new EmbeddedStack(
                BertLayers.embeddings(layers, tokens).optScale(scale).build(), null, all, null);
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

    /** {@inheritDoc} */
    @Override
    public EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        Shape shape = in.require("input_ids").getShape();
        int length = Math.toIntExact(shape.get(1));
        if (!config.inBlocks(length)) {
            return super.encode(parameters, in, training);
        }
        NDArray mask = in.get("attention_mask");
        if (mask != null && !mask.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    "attention_mask must be "
                            + shape
                            + " as input_ids where Big Bird attends in blocks, got "
                            + mask.getShape());
        }
        int padding = config.padding(length);
        ModelInputs filled = padding == 0 ? in : filled(in, padding);
        NDArray visible = filled.get("attention_mask");
        AttentionObserver observer =
                in.observer() == null || training
                        ? in.observer()
                        : new BlockObserver(in.observer(), config, visible);
        EncoderOutput encoded =
                encode(
                        parameters,
                        filled,
                        visible == null ? AttentionMask.none() : AttentionMask.keys(visible),
                        observer,
                        training);
        NDArray states =
                padding == 0
                        ? encoded.states()
                        : encoded.states().get(new NDIndex(":, :{}", length)); // (B, T, D)
        return new EncoderOutput(states, encoded.pooled());
    }

    /** A text that is attended to in blocks has as many places as its blocks. */
    @Override
    public OptionalInt maxTokens() {
        int places = maxPositions();
        int whole = places - places % config.blockSize();
        return OptionalInt.of(config.inBlocks(places) && config.inBlocks(whole) ? whole : places);
    }

    /** Which blocks are seen depends on how many there are. */
    @Override
    public int batchClass(int tokens) {
        return config.inBlocks(tokens) ? tokens + config.padding(tokens) : 0;
    }

    /** The inputs with tokens at the end that nobody sees. */
    private ModelInputs filled(ModelInputs in, int padding) {
        NDArray ids = in.get("input_ids");
        int padId = config.layers().padId();
        Map<String, NDArray> longer = new LinkedHashMap<>();
        longer.put("input_ids", appended(ids, padding, padId));
        NDArray mask = in.get("attention_mask");
        longer.put("attention_mask", appended(mask == null ? ids.onesLike() : mask, padding, 0));
        if (in.get("token_type_ids") != null) {
            longer.put("token_type_ids", appended(in.get("token_type_ids"), padding, 0));
        }
        if (in.get("position_ids") != null) {
            longer.put("position_ids", appended(in.get("position_ids"), padding, padId));
        }
        return new ModelInputs(longer, in.observer());
    }

    private static NDArray appended(NDArray x, int count, int value) {
        Shape shape = x.getShape();
        DataType type = x.getDataType();
        Shape more = shape.dimension() == 1 ? new Shape(count) : new Shape(shape.get(0), count);
        NDArray tail = x.getManager().full(more, value, DataType.FLOAT32).toType(type, false);
        return x.concat(tail, shape.dimension() - 1);
    }
}
