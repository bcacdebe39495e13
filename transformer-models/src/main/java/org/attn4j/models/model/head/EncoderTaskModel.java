package org.attn4j.models.model.head;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;

/**
 * An encoder with the head of a task, or with none: the base model, which gives {@code
 * last_hidden_state} (B, T, D) and {@code pooler_output} (B, D) if it has a pooler.
 *
 * <p>As a block it takes the encoder's inputs in their order, those at the end left out or not, and
 * gives the outputs without a loss. Its children are {@code model} and {@code head}.
 */
public final class EncoderTaskModel extends AbstractBlock implements PretrainedModel {

    private static final byte VERSION = 1;

    private final String architecture;
    private final Encoder encoder;
    private final Head head; // null for the base model
    private final WeightTable weights;

    /**
     * Creates a model.
     *
     * @param architecture what it is in transformers' terms
     * @param encoder the encoder
     * @param head the head; null for the base model
     * @param weights the names of its tensors; paths begin with {@code model.} and {@code head.}
     * @param initializerRange the standard deviation of weights that no checkpoint gives
     */
    public EncoderTaskModel(
            String architecture,
            Encoder encoder,
            Head head,
            WeightTable weights,
            double initializerRange) {
        super(VERSION);
        this.architecture = architecture;
        this.encoder = addChildBlock("model", encoder);
        this.head = head == null ? null : addChildBlock("head", head);
        this.weights = weights;
        setInitializer(new NormalInitializer((float) initializerRange), Parameter.Type.WEIGHT);
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        Set<String> known = new HashSet<>(encoder.inputNames());
        if (head == null) {
            in.refuseOthers(known);
            EncoderOutput encoded = encoder.encode(parameters, in, training);
            return ModelOutputs.of("last_hidden_state", encoded.states())
                    .with("pooler_output", encoded.pooled());
        }
        known.addAll(head.inputNames());
        in.refuseOthers(known);
        EncoderOutput encoded = encoder.encode(parameters, head.forEncoder(in), training);
        return head.apply(parameters, encoded, in, training);
    }

    /**
     * Returns the model without its head.
     *
     * @return the encoder
     */
    public Encoder encoder() {
        return encoder;
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTokens() {
        return encoder.maxTokens();
    }

    /** {@inheritDoc} */
    @Override
    public int batchClass(int tokens) {
        return encoder.batchClass(tokens);
    }

    /** {@inheritDoc} */
    @Override
    public boolean isCausal() {
        return encoder.isCausal();
    }

    /** {@inheritDoc} */
    @Override
    public WeightTable weights() {
        return weights;
    }

    /** {@inheritDoc} */
    @Override
    public String architecture() {
        return architecture;
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        ModelInputs in = ModelInputs.ofList(encoder.inputNames(), inputs);
        return run(parameters, in, training).list();
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        encoder.initialize(manager, dataType, new Shape(1, 1));
        if (head != null) {
            head.initialize(manager, dataType, encoder.getOutputShapes(smallestInput()));
        }
    }

    /** Outputs have names; what {@code forward} gives first is what a head documents first. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape[] states = encoder.getOutputShapes(inputShapes);
        return head == null ? states : head.getOutputShapes(states);
    }
}
