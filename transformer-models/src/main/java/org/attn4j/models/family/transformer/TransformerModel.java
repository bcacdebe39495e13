package org.attn4j.models.family.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.util.PairList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.StackStepDecoder;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.seq2seq.LabelShift;

/**
 * The Transformer of Vaswani et al. 2017, "Attention Is All You Need": reads a source sequence and
 * predicts, for each prefix of a target sequence, its next token.
 *
 * <p>As a block it takes {@code [source, decoderInput]}, token ids (B, S) and (B, T), and gives
 * logits (B, T, V). Source rows are padded at their end with the configuration's pad id, which no
 * place attends to. What stands at padded target places follows the row's end and means nothing.
 *
 * <p>Initial values: linear maps are Xavier-uniform (Glorot and Bengio 2010, eq. 16), embeddings
 * and an untied output projection normal with standard deviation {@code 1/√D}, biases zero, norms
 * one.
 *
 * <p>The block keeps nothing of a call: any number of threads may predict with it at once.
 */
public final class TransformerModel extends AbstractBlock
        implements PretrainedModel, SequenceToSequenceModel {

    private static final byte VERSION = 1;

    private static final List<String> INPUTS =
            List.of("input_ids", "decoder_input_ids", "attention_mask", "labels");

    private final TransformerConfig config;
    private final String architecture;
    private final EmbeddedStack encoder;
    private final EmbeddedStack decoder;
    private final OutputProjection projection;

    /**
     * Creates a model with the attention mechanisms that its configuration names.
     *
     * @param config its hyperparameters
     */
    public TransformerModel(TransformerConfig config) {
        this(config, AttentionFactory.configured());
    }

    /**
     * Creates a model with attention mechanisms of one's own.
     *
     * @param config its hyperparameters
     * @param attention makes the mechanism of each place
     */
    public TransformerModel(TransformerConfig config, AttentionFactory attention) {
        this(config, attention, TransformerFamily.TRANSFORMER);
    }

    TransformerModel(TransformerConfig config, AttentionFactory attention, String architecture) {
        super(VERSION);
        this.config = config;
        this.architecture = architecture;
        TransformerParts parts = new TransformerParts(config, attention);
        if (parts.shared() != null) {
            addChildBlock("shared", parts.shared());
        }
        encoder = addChildBlock("encoder", parts.encoder());
        decoder = addChildBlock("decoder", parts.decoder());
        projection = addChildBlock("lm_head", parts.projection());
        setInitializers(parts);
    }

    private void setInitializers(TransformerParts parts) {
        Initializer xavier =
                new XavierInitializer(
                        XavierInitializer.RandomType.UNIFORM, XavierInitializer.FactorType.AVG, 3f);
        // A mechanism may have a weight that is a vector: it maps to one number.
        Initializer vectorsToo =
                (manager, shape, type) ->
                        shape.dimension() > 1
                                ? xavier.initialize(manager, shape, type)
                                : xavier.initialize(manager, new Shape(1, shape.get(0)), type)
                                        .reshape(shape);
        setInitializer(vectorsToo, Parameter.Type.WEIGHT);
        Initializer normal = new NormalInitializer((float) (1 / Math.sqrt(config.modelSize())));
        for (TokenEmbedding tokens : parts.tokens()) {
            tokens.weight().setInitializer(normal);
        }
        projection.setInitializer(normal, Parameter.Type.WEIGHT);
    }

    /**
     * Returns the hyperparameters.
     *
     * @return the configuration
     */
    public TransformerConfig config() {
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
     * @param observer receives the weights as {@code encoder.layers.i.self_attn}, or null
     * @param training whether dropout applies
     * @return (B, S, D), on the manager of {@code sourceIds}
     */
    public NDArray encode(
            ParameterStore parameters,
            NDArray sourceIds,
            AttentionObserver observer,
            boolean training) {
        return encode(
                parameters, sourceIds, AttentionMask.keys(visible(sourceIds)), observer, training);
    }

    private NDArray encode(
            ParameterStore parameters,
            NDArray sourceIds,
            AttentionMask visible,
            AttentionObserver observer,
            boolean training) {
        LayerInputs in = LayerInputs.of(visible).withObserver(at(observer, "encoder"));
        return encoder.forward(parameters, EmbeddingInputs.of(sourceIds, 0), in, training);
    }

    /**
     * Predicts the next token at each place of the targets.
     *
     * @param parameters where the parameters are found
     * @param sourceIds (B, S) int64
     * @param decoderInputIds (B, T) int64: the start token, then the target
     * @param observer receives the weights as {@code encoder.layers.i.self_attn}, {@code
     *     decoder.layers.i.self_attn} and {@code decoder.layers.i.encoder_attn}, or null
     * @param training whether dropout applies
     * @return logits (B, T, V), on the manager of {@code decoderInputIds}
     */
    public NDArray logits(
            ParameterStore parameters,
            NDArray sourceIds,
            NDArray decoderInputIds,
            AttentionObserver observer,
            boolean training) {
        return logits(
                parameters,
                sourceIds,
                AttentionMask.keys(visible(sourceIds)),
                decoderInputIds,
                observer,
                training);
    }

    private NDArray logits(
            ParameterStore parameters,
            NDArray sourceIds,
            AttentionMask visible,
            NDArray decoderInputIds,
            AttentionObserver observer,
            boolean training) {
        NDArray memory = encode(parameters, sourceIds, visible, observer, training); // (B, S, D)
        LayerInputs in =
                LayerInputs.of(AttentionMask.causal())
                        .withMemory(memory, visible)
                        .withObserver(at(observer, "decoder"));
        NDArray hidden =
                decoder.forward(
                        parameters,
                        EmbeddingInputs.of(decoderInputIds, 0),
                        in,
                        training); // (B, T, D)
        return project(parameters, hidden, training); // (B, T, V)
    }

    /**
     * Calls the model with {@code input_ids} (B, S), {@code decoder_input_ids} (B, T) or {@code
     * labels} (B, T) that they follow from, and {@code attention_mask} (B, S), by default the
     * tokens that are no padding. Gives {@code logits} (B, T, V) and with labels {@code loss}.
     */
    @Override
    public ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        in.refuseOthers(Set.copyOf(INPUTS));
        in.require("input_ids");
        NDArray source = in.ids("input_ids", config.sourceVocabularySize()); // (B, S)
        AttentionMask visible =
                in.get("attention_mask") == null
                        ? AttentionMask.keys(visible(source))
                        : in.mask("attention_mask");
        NDArray labels = in.get("labels");
        NDArray given = in.ids("decoder_input_ids", config.targetVocabularySize());
        NDArray target =
                given != null || labels == null
                        ? in.require("decoder_input_ids")
                        : LabelShift.startingWith(config.decoderStartId(), config.padId())
                                .shift(labels); // (B, T)
        NDArray logits = logits(parameters, source, visible, target, in.observer(), training);
        return ModelOutputs.of("logits", logits) // (B, T, V)
                .with("loss", labels == null ? null : Losses.crossEntropy(logits, labels));
    }

    @Override
    public WeightTable weights() {
        return TransformerWeights.table(config);
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public Shape[] smallestInput() {
        return new Shape[] {new Shape(1, 1), new Shape(1, 1)};
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxLength());
    }

    /** {@inheritDoc} */
    @Override
    public int sourceVocabularySize() {
        return config.sourceVocabularySize();
    }

    /** {@inheritDoc} */
    @Override
    public int targetVocabularySize() {
        return config.targetVocabularySize();
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTargetTokens() {
        return OptionalInt.of(config.maxLength());
    }

    /** {@inheritDoc} */
    @Override
    public NDArray logits(NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer) {
        ParameterStore parameters = new ParameterStore(decoderInputIds.getManager(), false);
        return logits(parameters, sourceIds, decoderInputIds, observer, false);
    }

    /** {@inheritDoc} */
    @Override
    public StepDecoder start(NDManager manager, NDArray sourceIds) {
        return new StackStepDecoder(
                manager,
                sourceIds,
                decoder,
                UnaryOperator.identity(),
                (parameters, ids) -> encode(parameters, ids, null, false),
                this::visible,
                (parameters, states) -> project(parameters, states, false));
    }

    private NDArray project(ParameterStore parameters, NDArray hidden, boolean training) {
        return projection.forward(parameters, new NDList(hidden), training).singletonOrThrow();
    }

    /** Which source tokens are no padding, (B, S). */
    private NDArray visible(NDArray sourceIds) {
        return sourceIds.neq(config.padId());
    }

    private static AttentionObserver at(AttentionObserver observer, String place) {
        return observer == null ? null : observer.at(place);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (inputs.size() != 2) {
            throw new IllegalArgumentException(
                    "a Transformer takes [source, decoderInput], got " + inputs.size() + " arrays");
        }
        return new NDList(logits(parameters, inputs.get(0), inputs.get(1), null, training));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape ids = new Shape(1, 1);
        Shape hidden = new Shape(1, 1, config.modelSize());
        getChildren()
                .values()
                .forEach(
                        child ->
                                child.initialize(
                                        manager, dataType, child == projection ? hidden : ids));
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[1].add(config.targetVocabularySize())};
    }
}
