package org.attn4j.models.model.seq2seq;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearRows;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.pattern.Sequences;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.BranchingStepDecoder;
import org.attn4j.models.generate.PaddedIds;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.SourceRows;
import org.attn4j.models.generate.StackStepDecoder;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.ProjectedStates;
import org.attn4j.models.layer.ProjectingBlock;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.BaseOutput;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.Losses;

/**
 * An encoder-decoder model: an encoder's states are the memory of a decoder, whose states become
 * logits.
 *
 * <p>Takes {@code input_ids}, or {@code inputs_embeds} (B, S, D) in their place, and {@code
 * attention_mask}, (B, S), {@code decoder_input_ids}, {@code decoder_attention_mask} and {@code
 * labels}, (B, T); decoder inputs that are not given follow from the labels. Gives {@code logits}
 * (B, T, V), or {@code last_hidden_state} (B, T, D) of a base model, {@code
 * encoder_last_hidden_state} (B, S, D) and with labels {@code loss}.
 *
 * <p>With the head of another task it takes and gives what the head does; the source, one position
 * later, is then the decoder's input.
 */
public class EncoderDecoder extends AbstractBlock
        implements PretrainedModel, SequenceToSequenceModel, ProjectingBlock {

    private static final byte VERSION = 1;

    private static final List<String> LIST_INPUTS =
            List.of(
                    "input_ids",
                    "decoder_input_ids",
                    "attention_mask",
                    "decoder_attention_mask",
                    "labels");
    private static final Set<String> INPUTS =
            Set.of(
                    "input_ids",
                    "inputs_embeds",
                    "decoder_input_ids",
                    "attention_mask",
                    "decoder_attention_mask",
                    "labels");

    private final EncoderDecoderParts parts;
    private final EmbeddedStack encoder;
    private final Block bridge; // null for none
    private final EmbeddedStack decoder;
    private final Block output; // null for the base model and with a head
    private final Head head; // null for none
    private final Branches network = new Branches();

    /**
     * Creates a model.
     *
     * @param parts what it is made of
     */
    public EncoderDecoder(EncoderDecoderParts parts) {
        super(VERSION);
        this.parts = parts;
        if (parts.shared() != null) {
            addChildBlock("shared", parts.shared());
        }
        encoder = addChildBlock("encoder", parts.encoder());
        bridge = parts.bridge() == null ? null : addChildBlock("enc_to_dec_proj", parts.bridge());
        decoder = addChildBlock("decoder", parts.decoder());
        output = parts.output() == null ? null : addChildBlock("lm_head", parts.output());
        head = parts.head() == null ? null : addChildBlock("head", parts.head());
        setInitializer(parts.initializer(), Parameter.Type.WEIGHT);
    }

    /** What a pass makes before its output or head: the encoder's and the decoder's states. */
    private record Passed(TokenInput words, NDArray encoded, NDArray decoded) {}

    private Passed pass(ParameterStore parameters, ModelInputs in, boolean training) {
        in.refuseOthers(inputNames());
        TokenInput words = in.tokens(parts.sourceVocabularySize()); // (B, S)
        NDArray targets = targets(in); // (B, T)
        AttentionMask visible =
                parts.hidesSourcePadding()
                                && words.ids() != null
                                && in.get("attention_mask") == null
                        ? AttentionMask.keys(visible(words.ids()))
                        : in.mask("attention_mask");
        NDArray states = encode(parameters, words, visible, in.observer(), training); // (B, S, D)
        LayerInputs layers =
                LayerInputs.of(AttentionMask.causal().and(targetMask(in, targets)))
                        .withMemory(memory(parameters, states, training), visible)
                        .withObserver(at(in.observer(), "decoder"));
        return new Passed(words, states, decode(parameters, targets, layers, training));
    }

    @Override
    public ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        Passed passed = pass(parameters, in, training);
        NDArray states = passed.encoded(); // (B, S, D)
        NDArray decoded = passed.decoded(); // (B, T, D)
        if (head != null) {
            BaseOutput read = new BaseOutput(decoded, pooled(decoded, passed.words().ids()));
            return head.apply(parameters, read, in, training)
                    .with("encoder_last_hidden_state", states);
        }
        NDArray labels = in.get("labels");
        if (output == null) {
            return ModelOutputs.of("last_hidden_state", decoded)
                    .with("encoder_last_hidden_state", states);
        }
        NDArray logits = project(parameters, decoded, training); // (B, T, V)
        return ModelOutputs.of("logits", logits)
                .with("loss", labels == null ? null : Losses.crossEntropy(logits, labels))
                .with("encoder_last_hidden_state", states);
    }

    @Override
    public Optional<ProjectedStates> runBeforeProjection(
            ParameterStore parameters, ModelInputs in, boolean training) {
        if (!(output instanceof OutputProjection projection) || !projection.isPlain()) {
            return Optional.empty();
        }
        NDArray decoded = pass(parameters, in, training).decoded(); // (B, T, D)
        return Optional.of(projection.beside(parameters, scaled(decoded), training));
    }

    @Override
    public Optional<ProjectedStates> beforeProjection(
            ParameterStore parameters, NDList data, boolean training) {
        return runBeforeProjection(parameters, ModelInputs.ofList(LIST_INPUTS, data), training);
    }

    @Override
    public NDArray inputEmbeddings(ParameterStore parameters, NDArray ids) {
        NDArray known = ModelInputs.of(ids).ids("input_ids", parts.sourceVocabularySize());
        return encoder.lookUp(parameters, known, false);
    }

    private Set<String> inputNames() {
        if (head == null) {
            return INPUTS;
        }
        Set<String> names = new HashSet<>(INPUTS);
        names.remove("labels");
        names.addAll(head.inputNames());
        return names;
    }

    /**
     * The decoder's state at the last end token of each source, (B, D); null if no head looks at
     * it. As in the reference, texts must have as many end tokens as each other.
     */
    private NDArray pooled(NDArray decoded, NDArray ids) {
        if (parts.endId() == null) {
            return null;
        }
        Require.that(
                ids != null,
                "%s finds the end of a text in input_ids, and takes no inputs_embeds",
                architecture());
        Shape shape = decoded.getShape(); // (B, T, D)
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] tokens = ids.toLongArray();
        int[][] positions = new int[tokens.length / length][1];
        int[] counts = new int[positions.length];
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] == parts.endId()) {
                positions[i / length][0] = i % length;
                counts[i / length]++;
            }
        }
        boolean same = Arrays.stream(counts).allMatch(count -> count == counts[0]);
        if (counts[0] == 0 || !same || shape.get(1) != length) {
            throw new IllegalArgumentException(
                    ("each text must have as many end tokens (eos_token_id=%s)"
                                    + " as the others, one at least, and as many decoder inputs"
                                    + " as tokens, got %s end tokens in %s tokens, and %s decoder"
                                    + " inputs")
                            .formatted(
                                    parts.endId(), Arrays.toString(counts), length, shape.get(1)));
        }
        return Sequences.take(decoded, positions).reshape(shape.get(0), shape.get(2));
    }

    /** The decoder's inputs: as given, or from the labels, or from the source. */
    private NDArray targets(ModelInputs in) {
        NDArray given = in.ids("decoder_input_ids", parts.decoderVocabularySize());
        if (given != null) {
            return given;
        }
        if (in.get("labels") != null && output != null) {
            return decoderInputs(in.get("labels"));
        }
        if (parts.shiftsSource() && in.get("input_ids") != null) {
            return readable(parts.labelShift().shift(in.get("input_ids")));
        }
        throw new IllegalArgumentException(
                "the model needs decoder_input_ids%s%s, got %s"
                        .formatted(
                                output == null ? "" : " or labels",
                                parts.shiftsSource() ? " or input_ids to shift" : "",
                                in.arrays().keySet()));
    }

    /**
     * Returns what the decoder reads to predict labels: these, one position later.
     *
     * @param labels (B, T) of int64; what does not count is −100
     * @return {@code decoder_input_ids}, (B, T) of int64
     * @throws IllegalArgumentException if the configuration names no token to start from
     */
    public NDArray decoderInputs(NDArray labels) {
        return readable(parts.labelShift().shift(labels));
    }

    /**
     * Keeps the encoder as it is in training; embeddings that the decoder shares are trained on.
     */
    public void freezeEncoder() {
        encoder.freezeParameters(true);
    }

    /** An output may choose a token that the decoder has no vector for: it cannot be read on. */
    private NDArray readable(NDArray ids) {
        long known = parts.decoderVocabularySize();
        if (known < parts.targetVocabularySize() || known < parts.sourceVocabularySize()) {
            try (NDArray highest = ids.max()) {
                long high = highest.toType(DataType.INT64, false).toLongArray()[0];
                Require.that(high < known, "the decoder reads ids below %s, got %s", known, high);
            }
        }
        return ids;
    }

    private AttentionMask targetMask(ModelInputs in, NDArray targets) {
        boolean follow = in.get("decoder_input_ids") == null;
        return parts.hidesShiftedPadding() && follow && in.get("decoder_attention_mask") == null
                ? AttentionMask.keys(targets.neq(parts.padId()))
                : in.mask("decoder_attention_mask");
    }

    private NDArray encode(
            ParameterStore parameters,
            TokenInput words,
            AttentionMask visible,
            AttentionObserver observer,
            boolean training) {
        EmbeddingInputs source = EmbeddingInputs.of(words, 0);
        LayerInputs layers = LayerInputs.of(visible).withObserver(at(observer, "encoder"));
        return encoder.forward(parameters, source, layers, training);
    }

    private NDArray decode(
            ParameterStore parameters, NDArray targets, LayerInputs layers, boolean training) {
        return decoder.forward(parameters, EmbeddingInputs.of(targets, 0), layers, training);
    }

    private NDArray memory(ParameterStore parameters, NDArray states, boolean training) {
        return bridge == null ? states : Layers.apply(bridge, parameters, states, training);
    }

    private NDArray project(ParameterStore parameters, NDArray states, boolean training) {
        if (output == null) {
            throw new IllegalArgumentException(architecture() + " has no logits");
        }
        return Layers.apply(output, parameters, scaled(states), training);
    }

    /** The map from states to the logits of some tokens, if these are nothing more. */
    private Optional<LinearRows> outputs(NDManager manager, int[] tokens) {
        return output instanceof OutputProjection projection && parts.outputScale() == 1
                ? projection.rows(manager, tokens)
                : Optional.empty();
    }

    private NDArray scaled(NDArray states) {
        return parts.outputScale() == 1 ? states : Scalars.multiply(states, parts.outputScale());
    }

    private static AttentionObserver at(AttentionObserver observer, String site) {
        return observer == null ? null : observer.at(site);
    }

    /**
     * Encodes sources. Their padding is not seen.
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
        AttentionMask visible = AttentionMask.keys(visible(sourceIds));
        return encode(parameters, TokenInput.of(sourceIds), visible, observer, training);
    }

    /**
     * Predicts the next token at each position of the targets. The padding of sources is not seen.
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
        AttentionMask visible = AttentionMask.keys(visible(sourceIds));
        NDArray states =
                encode(
                        parameters,
                        TokenInput.of(sourceIds),
                        visible,
                        observer,
                        training); // (B, S, D)
        LayerInputs layers =
                LayerInputs.of(AttentionMask.causal())
                        .withMemory(memory(parameters, states, training), visible)
                        .withObserver(at(observer, "decoder"));
        NDArray targets = readable(decoderInputIds);
        NDArray decoded = decode(parameters, targets, layers, training); // (B, T, D)
        return project(parameters, decoded, training); // (B, T, V)
    }

    @Override
    public final NDArray logits(
            NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer) {
        ParameterStore parameters = new ParameterStore(decoderInputIds.getManager(), false);
        return logits(parameters, sourceIds, decoderInputIds, observer, false);
    }

    @Override
    public OptionalInt maxTokens() {
        return encoder.maxLength();
    }

    @Override
    public OptionalInt maxTargetTokens() {
        return decoder.maxLength();
    }

    @Override
    public int sourceVocabularySize() {
        return Math.toIntExact(parts.sourceVocabularySize());
    }

    @Override
    public int targetVocabularySize() {
        return Math.toIntExact(parts.targetVocabularySize());
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray sourceIds) {
        return start(manager, sourceIds, this::visible);
    }

    /**
     * {@inheritDoc}
     *
     * <p>All tokens of the sources are seen, the padding id among them.
     */
    @Override
    public StepDecoder start(NDManager manager, List<int[]> sources, int padId) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray ids = PaddedIds.of(scratch, sources, padId); // (B, S)
            NDArray filled = PaddedIds.filled(scratch, sources); // (B, S)
            return start(manager, ids, padded -> filled);
        }
    }

    private StepDecoder start(NDManager parent, NDArray sourceIds, UnaryOperator<NDArray> seen) {
        NDManager manager = parent.newSubManager();
        try {
            SourceRows sources = read(manager, sourceIds, seen);
            return parts.branches()
                    ? new BranchingStepDecoder(
                            manager, network, decoder.newCache(manager), sources, null)
                    : new StackStepDecoder(
                            manager,
                            sources,
                            decoder,
                            this::readable,
                            (parameters, states) -> project(parameters, states, false),
                            this::outputs);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private SourceRows read(NDManager manager, NDArray sourceIds, UnaryOperator<NDArray> seen) {
        ParameterStore parameters = new ParameterStore(manager, false);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray ids = sourceIds.duplicate();
            ids.attach(scratch);
            AttentionMask visible = AttentionMask.keys(seen.apply(ids));
            NDArray states = encode(parameters, TokenInput.of(ids), visible, null, false);
            NDArray memory = memory(parameters, states, false).stopGradient(); // (B, S, D)
            return new SourceRows(manager, memory, seen.apply(ids));
        }
    }

    /** The decoder, for hypotheses that share rows. */
    private final class Branches implements BranchingStepDecoder.Network {

        @Override
        public NDArray states(
                ParameterStore parameters,
                BranchingStepDecoder.Tokens tokens,
                SourceRows sources,
                DecoderCache cache) {
            AttentionMask seen =
                    tokens.visible() == null
                            ? AttentionMask.none()
                            : AttentionMask.dense(tokens.visible());
            LayerInputs layers =
                    LayerInputs.of(seen)
                            .withMemory(sources.memory(), sources.mask())
                            .withCache(cache);
            EmbeddingInputs words =
                    EmbeddingInputs.of(readable(tokens.ids()), 0).withPositions(tokens.positions());
            return decoder.forward(parameters, words, layers, false); // (B, T, D)
        }

        @Override
        public NDArray logits(ParameterStore parameters, NDArray states) {
            return project(parameters, states, false);
        }

        @Override
        public Optional<LinearRows> outputs(NDManager manager, int[] some) {
            return EncoderDecoder.this.outputs(manager, some);
        }

        @Override
        public void requirePositions(int tokens) {
            int most = decoder.maxLength().orElse(Integer.MAX_VALUE);
            Require.that(
                    tokens <= most,
                    "there are positions for %s tokens, but the sequence has %s: shorten it",
                    most,
                    tokens);
        }
    }

    /** Which source tokens are no padding, (B, S). */
    private NDArray visible(NDArray sourceIds) {
        return sourceIds.neq(parts.padId());
    }

    @Override
    public WeightTable weights() {
        return parts.weights();
    }

    @Override
    public String architecture() {
        return parts.architecture();
    }

    @Override
    public Shape[] smallestInput() {
        return new Shape[] {new Shape(1, 1), new Shape(1, 1)};
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return run(parameters, ModelInputs.ofList(LIST_INPUTS, inputs), training).list();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape ids = new Shape(1, 1);
        for (Block child : getChildren().values()) {
            if (child == bridge) {
                child.initialize(manager, dataType, encoder.getOutputShapes(new Shape[] {ids}));
            } else if (child == output || child == head) {
                child.initialize(manager, dataType, decoder.getOutputShapes(new Shape[] {ids}));
            } else {
                child.initialize(manager, dataType, ids);
            }
        }
    }

    /** Outputs have names; the first that {@code forward} gives are the logits, or the states. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape target = inputShapes[Math.min(1, inputShapes.length - 1)];
        Shape[] decoded = decoder.getOutputShapes(new Shape[] {target});
        Shape source = encoder.getOutputShapes(new Shape[] {inputShapes[0]})[0];
        Shape first = output == null ? decoded[0] : target.add(parts.targetVocabularySize());
        return new Shape[] {first, source};
    }
}
