package org.attn4j.models.family.transformer;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.seq2seq.EncoderDecoder;

/**
 * The Transformer of Vaswani et al. 2017, "Attention Is All You Need": reads a source sequence and
 * predicts, for each prefix of a target sequence, its next token.
 *
 * <p>As a block it takes {@code [source, decoderInput]}, token ids (B, S) and (B, T), and gives
 * logits (B, T, V). Source rows are padded at their end with the configuration's pad id, which no
 * position attends to. What stands at padded target positions follows the row's end and means
 * nothing.
 *
 * <p>Initial values: linear maps are Xavier-uniform (Glorot and Bengio 2010, eq. 16), embeddings
 * and an untied output projection normal with standard deviation {@code 1/√D}, biases zero, norms
 * one.
 *
 * <p>The block keeps nothing of a call: any number of threads may predict with it at once.
 */
public final class TransformerModel extends EncoderDecoder {

    private final TransformerConfig config;

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
     * @param attention makes the mechanism of each site
     */
    public TransformerModel(TransformerConfig config, AttentionFactory attention) {
        this(config, attention, TransformerFamily.TRANSFORMER);
    }

    TransformerModel(TransformerConfig config, AttentionFactory attention, String architecture) {
        this(config, new TransformerParts(config, attention), architecture);
    }

    private TransformerModel(
            TransformerConfig config, TransformerParts parts, String architecture) {
        super(parts.all(architecture));
        this.config = config;
        Initializer normal = new NormalInitializer((float) (1 / Math.sqrt(config.modelSize())));
        parts.tokens().forEach(tokens -> tokens.weight().setInitializer(normal));
        parts.projection().setInitializer(normal, Parameter.Type.WEIGHT);
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
        initialize(manager, DataType.FLOAT32, smallestInput());
    }

    @Override
    public GenerationConfig generationDefaults() {
        return GenerationConfig.DEFAULTS.withTokens(
                config.padId(), List.of(config.eosId()), config.decoderStartId());
    }

    @Override
    public OptionalInt maxTokens() {
        return OptionalInt.of(config.maxLength());
    }

    @Override
    public OptionalInt maxTargetTokens() {
        return OptionalInt.of(config.maxLength());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 2,
                "a Transformer takes [source, decoderInput], got %s arrays",
                inputs.size());
        return new NDList(logits(parameters, inputs.get(0), inputs.get(1), null, training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[1].add(config.targetVocabularySize())};
    }
}
