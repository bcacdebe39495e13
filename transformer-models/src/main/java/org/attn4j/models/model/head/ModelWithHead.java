package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.layer.ProjectedStates;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;

/**
 * A base model with the head of a task, or with none: it then gives {@code last_hidden_state} (B,
 * T, D) and {@code pooler_output} (B, D) if it has a pooler.
 *
 * <p>As a block it takes the base model's inputs in their order, those at the end left out or not,
 * and gives the outputs without a loss. Its children are {@code model} and {@code head}.
 */
public class ModelWithHead extends AbstractBlock implements PretrainedModel {

    private static final byte VERSION = 1;

    private final String architecture;
    private final BaseModel base;
    private final Head head; // null for none
    private final WeightTable weights;

    /**
     * Creates a model.
     *
     * @param architecture what it is in transformers' terms
     * @param base the model without its head
     * @param head the head; null for none
     * @param weights the names of its tensors; paths begin with {@code model.} and {@code head.}
     * @param initializerRange the standard deviation of weights that no checkpoint gives
     */
    public ModelWithHead(
            String architecture,
            BaseModel base,
            Head head,
            WeightTable weights,
            double initializerRange) {
        super(VERSION);
        this.architecture = architecture;
        this.base = addChildBlock("model", base);
        this.head = head == null ? null : addChildBlock("head", head);
        this.weights = weights;
        setInitializer(new NormalInitializer((float) initializerRange), Parameter.Type.WEIGHT);
    }

    @Override
    public final ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        return run(parameters, in, training, false);
    }

    /**
     * Calls the model for the states below its head too.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name, and who observes the call
     * @param training whether dropout applies
     * @return the outputs of {@link #run(ParameterStore, ModelInputs, boolean)}, and {@code
     *     last_hidden_state} (B, T, D)
     */
    public final ModelOutputs runWithStates(
            ParameterStore parameters, ModelInputs in, boolean training) {
        return run(parameters, in, training, true);
    }

    private ModelOutputs run(
            ParameterStore parameters, ModelInputs in, boolean training, boolean states) {
        if (head == null) {
            in.refuseOthers(baseInputNames());
            BaseOutput encoded = base.encode(parameters, in, training);
            return ModelOutputs.of("last_hidden_state", encoded.states())
                    .with("pooler_output", encoded.pooled());
        }
        BaseOutput encoded = encodeForHead(parameters, in, training);
        ModelOutputs outputs = head.apply(parameters, encoded, in, training);
        return states ? outputs.with("last_hidden_state", encoded.states()) : outputs;
    }

    private BaseOutput encodeForHead(ParameterStore parameters, ModelInputs in, boolean training) {
        Set<String> known = baseInputNames();
        known.addAll(head.inputNames());
        in.refuseOthers(known);
        return base.encode(parameters, head.baseInputs(in), training);
    }

    private Set<String> baseInputNames() {
        Set<String> known = new HashSet<>(base.inputNames());
        known.add("inputs_embeds");
        return known;
    }

    @Override
    public final Optional<ProjectedStates> runBeforeProjection(
            ParameterStore parameters, ModelInputs in, boolean training) {
        if (!(head instanceof VocabularyHead words) || !words.projection().isPlain()) {
            return Optional.empty();
        }
        BaseOutput encoded = encodeForHead(parameters, in, training);
        NDArray states = words.beforeProjection(parameters, encoded, in, training);
        return Optional.of(words.projection().beside(parameters, states, training));
    }

    @Override
    public final NDArray inputEmbeddings(ParameterStore parameters, NDArray ids) {
        return base.lookUp(parameters, ids);
    }

    /**
     * Returns the model without its head.
     *
     * @return the base model
     */
    public final BaseModel base() {
        return base;
    }

    @Override
    public final OptionalInt maxTokens() {
        return base.maxTokens();
    }

    @Override
    public final int batchClass(int tokens) {
        return base.batchClass(tokens);
    }

    @Override
    public final boolean isCausal() {
        return base.isCausal();
    }

    @Override
    public final WeightTable weights() {
        return weights;
    }

    @Override
    public final String architecture() {
        return architecture;
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        ModelInputs in = ModelInputs.ofList(base.inputNames(), inputs);
        return run(parameters, in, training).list();
    }

    @Override
    protected final void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        base.initialize(manager, dataType, new Shape(1, 1));
        if (head != null) {
            head.initialize(manager, dataType, base.getOutputShapes(smallestInput()));
        }
    }

    /** Outputs have names; what {@code forward} gives first is what a head documents first. */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape[] states = base.getOutputShapes(inputShapes);
        return head == null ? states : head.getOutputShapes(states);
    }
}
