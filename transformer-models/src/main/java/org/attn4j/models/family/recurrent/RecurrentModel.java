package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.attn4j.attention.Attention;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.Tie;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.seq2seq.LabelShift;

/**
 * A recurrent encoder and decoder with attention between them, as Bahdanau et al. 2015 and Luong et
 * al. 2015 have it: reads a source sequence and predicts, for each prefix of a target sequence, its
 * next token.
 *
 * <p>As a block it takes {@code [source, decoderInput]}, token ids (B, S) and (B, T), and gives
 * logits (B, T, V): teacher forcing, for any loss over tokens. In training a third array (B, T)
 * says where a token that the model draws itself stands in for the one of the decoder's input
 * ({@link DecoderTarget}), and with a coverage loss there is a second result, what each step costs,
 * (B, T), for {@link org.attn4j.models.training.CoverageLoss}. Source rows are padded at their end
 * with the configuration's pad id, which nothing attends to and over which the encoder's states
 * pass unchanged.
 *
 * <p>Initial values: recurrent weights are uniform in ±1/√size as torch's, all other weights
 * uniform in ±0.1 as Luong's.
 *
 * <p>The block keeps nothing of a call: any number of threads may predict with it at once.
 */
public final class RecurrentModel extends AbstractBlock
        implements PretrainedModel, SequenceToSequenceModel {

    private static final Set<String> INPUTS =
            Set.of("input_ids", "attention_mask", "decoder_input_ids", "labels");

    private static final byte VERSION = 1;

    private final RecurrentConfig config;
    private final RecurrentEncoder encoder;
    private final RecurrentBridge bridge;
    private final RecurrentDecoder decoder;

    /**
     * Creates a model with the configuration's attention.
     *
     * @param config its hyperparameters
     */
    public RecurrentModel(RecurrentConfig config) {
        this(config, configured(config));
    }

    /**
     * Creates a model with a mechanism of one's own.
     *
     * @param config its hyperparameters
     * @param attention takes queries (B, T, d) and keys and values (B, S, dm)
     */
    public RecurrentModel(RecurrentConfig config, Attention attention) {
        super(VERSION);
        this.config = config;
        TokenEmbedding source =
                new TokenEmbedding(config.sourceVocabularySize(), config.embeddingSize());
        boolean shared = config.tie() == Tie.ALL;
        if (shared) {
            addChildBlock("shared", source);
        }
        encoder = addChildBlock("encoder", encoder(config, source));
        boolean luong = config.decoder() == DecoderKind.LUONG;
        bridge =
                addChildBlock(
                        "bridge",
                        new RecurrentBridge(
                                config.cell(),
                                luong && config.bidirectional() ? 2 : 1,
                                config.encoderSize(),
                                config.decoderLayers(),
                                config.decoderSize()));
        TokenEmbedding target =
                shared
                        ? source
                        : new TokenEmbedding(config.targetVocabularySize(), config.embeddingSize());
        decoder = addChildBlock("decoder", decoder(config, target, attention));
        setInitializers();
    }

    private static Attention configured(RecurrentConfig config) {
        AttentionSite site =
                new AttentionSite(
                        AttentionSlot.CROSS,
                        0,
                        config.decoderSize(),
                        config.heads(),
                        config.attentionDropout(),
                        config.maxLength(),
                        null);
        return Mechanisms.create(config.attention(), site);
    }

    private static RecurrentEncoder encoder(RecurrentConfig config, TokenEmbedding tokens) {
        RecurrentStack rnn =
                RecurrentStack.builder()
                        .optKind(config.cell())
                        .setInputSize(config.embeddingSize())
                        .setHiddenSize(config.encoderSize())
                        .optLayers(config.encoderLayers())
                        .optBidirectional(config.bidirectional())
                        .optDropout(config.dropout())
                        .build();
        return new RecurrentEncoder(tokens, config.tie() == Tie.ALL, rnn, config.dropout());
    }

    private static RecurrentDecoder decoder(
            RecurrentConfig config, TokenEmbedding tokens, Attention attention) {
        RecurrentDecoder.Sizes sizes =
                new RecurrentDecoder.Sizes(
                        config.targetVocabularySize(),
                        config.embeddingSize(),
                        config.decoderSize(),
                        config.memorySize());
        RecurrentDecoder.Words words =
                new RecurrentDecoder.Words(
                        tokens, config.tie() == Tie.ALL, config.tie() != Tie.NONE);
        int maxout = config.decoder() == DecoderKind.BAHDANAU_MAXOUT ? config.maxoutSize() : 0;
        return config.decoder() == DecoderKind.LUONG
                ? new LuongDecoder(
                        sizes,
                        words,
                        attention,
                        config.cell(),
                        config.decoderLayers(),
                        config.attentionalFeatures(),
                        config.inputFeeding(),
                        config.dropout())
                : new BahdanauDecoder(
                        sizes, words, attention, config.cell(), maxout, config.dropout());
    }

    private void setInitializers() {
        for (Parameter parameter : getParameters().values()) {
            boolean own = parameter.getInitializer() == null;
            if (own && parameter.getType() == Parameter.Type.WEIGHT) {
                parameter.setInitializer(new UniformInitializer(0.1f));
            }
        }
    }

    /**
     * Returns the hyperparameters.
     *
     * @return the configuration
     */
    public RecurrentConfig config() {
        return config;
    }

    /**
     * Initialises the parameters; the configuration alone determines their shapes.
     *
     * @param manager where they live
     */
    public void initialize(NDManager manager) {
        initialize(manager, DataType.FLOAT32, new Shape(1, 1), new Shape(1, 1));
    }

    /**
     * Encodes sources.
     *
     * @param parameters where the parameters are found
     * @param sourceIds (B, S) int64
     * @param training whether dropout applies
     * @return the annotations (B, S, dm) and the last states
     */
    public RecurrentOutput encode(ParameterStore parameters, NDArray sourceIds, boolean training) {
        return encoder.encode(parameters, sourceIds, visible(sourceIds), training);
    }

    /**
     * Returns where the decoder starts.
     *
     * @param parameters where the parameters are found
     * @param encoded what {@link #encode} returned
     * @param training whether this is a training pass
     * @return the decoder's state before its first step
     */
    public DecoderState start(
            ParameterStore parameters, RecurrentOutput encoded, boolean training) {
        return decoder.start(bridge.start(parameters, encoded.last(), training));
    }

    /**
     * Predicts the next token at each position of the targets.
     *
     * @param parameters where the parameters are found
     * @param sourceIds (B, S) int64
     * @param decoderInputIds (B, T) int64: the start token, then the target
     * @param observer receives the weights (B, N, T, S) as {@code decoder.attention}, or null
     * @param training whether dropout applies
     * @return logits (B, T, V), on the manager of {@code decoderInputIds}
     */
    public NDArray logits(
            ParameterStore parameters,
            NDArray sourceIds,
            NDArray decoderInputIds,
            AttentionObserver observer,
            boolean training) {
        NDArray visible = visible(sourceIds); // (B, S)
        DecoderTarget target = DecoderTarget.of(decoderInputIds);
        return logits(parameters, sourceIds, visible, target, observer, training);
    }

    private NDArray logits(
            ParameterStore parameters,
            NDArray sourceIds,
            NDArray visible,
            DecoderTarget target,
            AttentionObserver observer,
            boolean training) {
        RecurrentOutput encoded = encoder.encode(parameters, sourceIds, visible, training);
        MemoryCache cache = new MemoryCache(target.ids().getManager()); // freed with the pass
        DecoderMemory memory =
                new DecoderMemory(encoded.output(), AttentionMask.keys(visible), cache);
        DecoderState state = start(parameters, encoded, training);
        AttentionObserver below = observer == null ? null : observer.at("decoder");
        return decoder.decode(parameters, target, memory, state, below, training).logits();
    }

    @Override
    public GenerationConfig generationDefaults() {
        return GenerationConfig.DEFAULTS.withTokens(
                config.padId(), List.of(config.eosId()), config.decoderStartId());
    }

    /**
     * Calls the model with {@code input_ids} and {@code attention_mask} (B, S), which hides padding
     * by default, and {@code decoder_input_ids} (B, T) or {@code labels} (B, T) that they follow
     * from. Gives {@code logits} (B, T, V) and with labels {@code loss}.
     */
    @Override
    public ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        in.refuseOthers(INPUTS);
        in.require("input_ids");
        NDArray source = in.ids("input_ids", config.sourceVocabularySize()); // (B, S)
        NDArray labels = in.get("labels");
        NDArray given = in.ids("decoder_input_ids", config.targetVocabularySize());
        NDArray target =
                given != null || labels == null
                        ? in.require("decoder_input_ids")
                        : LabelShift.startingWith(config.decoderStartId(), config.padId())
                                .shift(labels); // (B, T)
        NDArray mask = in.get("attention_mask");
        NDArray visible = mask == null ? visible(source) : mask.neq(0); // (B, S)
        NDArray logits =
                logits(
                        parameters,
                        source,
                        visible,
                        DecoderTarget.of(target),
                        in.observer(),
                        training);
        return ModelOutputs.of("logits", logits) // (B, T, V)
                .with("loss", labels == null ? null : Losses.crossEntropy(logits, labels));
    }

    @Override
    public WeightTable weights() {
        return RecurrentWeights.table(config);
    }

    @Override
    public String architecture() {
        return RecurrentFamily.RECURRENT;
    }

    @Override
    public Shape[] smallestInput() {
        return new Shape[] {new Shape(1, 1), new Shape(1, 1)};
    }

    @Override
    public int sourceVocabularySize() {
        return config.sourceVocabularySize();
    }

    @Override
    public int targetVocabularySize() {
        return config.targetVocabularySize();
    }

    @Override
    public NDArray logits(NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer) {
        ParameterStore parameters = new ParameterStore(decoderInputIds.getManager(), false);
        return logits(parameters, sourceIds, decoderInputIds, observer, false);
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray sourceIds) {
        return new RecurrentStepDecoder(this, manager.newSubManager(), sourceIds);
    }

    RecurrentDecoder decoder() {
        return decoder;
    }

    /** Which source tokens are no padding, (B, S). */
    NDArray visible(NDArray sourceIds) {
        return sourceIds.neq(config.padId());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 2 || inputs.size() == 3,
                "a recurrent model takes [source, decoderInput] or, in training, [source,"
                        + " decoderInput, drawn], got %s arrays",
                inputs.size());
        NDArray source = inputs.get(0);
        NDArray drawn = training && inputs.size() == 3 ? inputs.get(2) : null;
        DecoderTarget target = new DecoderTarget(inputs.get(1), drawn);
        if (!training || config.coverageLoss() == 0) {
            return new NDList(logits(parameters, source, visible(source), target, null, training));
        }
        List<NDArray> weights = new ArrayList<>(); // (B, N, T, S)
        NDArray logits =
                logits(
                        parameters,
                        source,
                        visible(source),
                        target,
                        (site, seen) -> weights.add(seen),
                        true);
        return new NDList(logits, coverageLosses(weights.get(0)));
    }

    /** Equation 12 of See et al. 2017, the mean of the heads: (B, N, T, S) to (B, T). */
    private static NDArray coverageLosses(NDArray weights) {
        NDArray covered = weights.cumSum(2).sub(weights); // of the steps before
        return NDArrays.minimum(weights, covered).sum(new int[] {3}).mean(new int[] {1});
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, new Shape(1, 1));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[1].add(config.targetVocabularySize())};
    }
}
