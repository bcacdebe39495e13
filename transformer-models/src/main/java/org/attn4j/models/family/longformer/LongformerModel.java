package org.attn4j.models.family.longformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.family.bert.BertLayers;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.EncoderOutput;
import org.attn4j.models.model.head.PaddedPositions;
import org.attn4j.models.model.head.Pooler;
import org.attn4j.models.model.head.StackEncoder;

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
public final class LongformerModel extends StackEncoder {

    private static final List<String> INPUTS =
            List.of(
                    "input_ids",
                    "attention_mask",
                    "token_type_ids",
                    "position_ids",
                    "global_attention_mask");

    private final LongformerConfig config;
    private final LongformerGlobals globals;

    /**
     * Creates the encoder.
     *
     * @param config the hyperparameters
     * @param task what follows {@code Longformer} in the name of the architecture: it tells which
     *     tokens are global by themselves
     */
    public LongformerModel(LongformerConfig config, String task) {
        this(
                config,
                task,
                new TokenEmbedding(config.layers().vocabularySize(), config.layers().hiddenSize()));
    }

    private LongformerModel(LongformerConfig config, String task, TokenEmbedding tokens) {
        super(
                INPUTS,
                tokens,
                stack(config, tokens),
                hasPooler(task) ? new Pooler(config.layers().hiddenSize()) : null,
                config.layers().tokenTypes(),
                config.layers().maxPositions());
        this.config = config;
        globals = LongformerGlobals.of(task);
    }

    private static boolean hasPooler(String task) {
        return task.equals("Model") || task.equals("ForMultipleChoice");
    }

    private static EmbeddedStack stack(LongformerConfig config, TokenEmbedding tokens) {
        BertConfig layers = config.layers();
        TransformerStack all =
                TransformerStack.of(
                        layers.layers(),
                        i ->
                                BertLayers.layer(
                                        layers,
                                        attention(layers, config.windows().get(i)),
                                        BertLayers.layout(layers)));
        return new EmbeddedStack(BertLayers.embeddings(layers, tokens).build(), null, all, null);
    }

    private static SparseAttention attention(BertConfig layers, int window) {
        return SparseAttention.builder()
                .setModelSize(layers.hiddenSize())
                .setHeads(layers.heads())
                .setPattern(new WindowPattern(window / 2))
                .optGlobalProjections(true)
                .optHiddenSeeNothing(true)
                .optDropout(layers.attentionDropout())
                .build();
    }

    /** {@inheritDoc} */
    @Override
    public EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        NDArray ids = in.require("input_ids"); // (B, T)
        NDArray visible = tokens(in, "attention_mask", ids.getShape());
        NDArray global = tokens(in, "global_attention_mask", ids.getShape());
        if (global == null) {
            global = globals.places(ids, config.separatorId());
        }
        if (global != null && visible != null) {
            global = global.mul(visible);
        }
        global = either(global, twos(in.get("attention_mask")));
        AttentionMask mask =
                (visible == null ? AttentionMask.none() : AttentionMask.keys(visible))
                        .and(global == null ? AttentionMask.none() : AttentionMask.global(global));
        AttentionObserver observer =
                in.observer() == null
                        ? null
                        : new WindowObserver(in.observer(), config, visible, global);
        return encode(parameters, in, mask, observer, training);
    }

    /** The tokens that the mask marks as global by a 2, (B, T); null if there are none. */
    private static NDArray twos(NDArray mask) {
        if (mask == null) {
            return null;
        }
        NDArray twos = mask.gt(1).toType(DataType.FLOAT32, false);
        return twos.max().getFloat() > 0 ? twos : null;
    }

    private static NDArray either(NDArray one, NDArray other) {
        return one == null || other == null ? (one == null ? other : one) : one.maximum(other);
    }

    /** The tokens that a mask marks, (B, T) of ones and zeros; null if it is not given. */
    private static NDArray tokens(ModelInputs in, String name, Shape shape) {
        NDArray mask = in.get(name);
        if (mask == null) {
            return null;
        }
        if (!mask.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    name + " must be " + shape + " as input_ids, got " + mask.getShape());
        }
        return mask.neq(0).toType(DataType.FLOAT32, false);
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTokens() {
        return PaddedPositions.maxTokens(config.layers().padId(), maxPositions());
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray positions(ModelInputs in) {
        NDArray given = super.positions(in);
        return given == null
                ? PaddedPositions.of(
                        in.require("input_ids"), config.layers().padId(), maxPositions())
                : given;
    }
}
