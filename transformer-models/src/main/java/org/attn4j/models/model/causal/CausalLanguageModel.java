package org.attn4j.models.model.causal;

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
import java.util.OptionalInt;
import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.Losses;

/**
 * A decoder-only model that predicts the next token. Gives {@code logits} (B, T, V), and {@code
 * loss} with {@code labels} (B, T): the logits of each position against the label of the next,
 * where {@link Losses#IGNORED} marks positions that do not count.
 *
 * <p>Its children are {@code model} and {@code lm_head}.
 */
public final class CausalLanguageModel extends AbstractBlock
        implements PretrainedModel, CausalModel {

    private static final byte VERSION = 1;

    private final String architecture;
    private final DecoderOnlyModel model;
    private final OutputProjection head;
    private final WeightTable weights;
    private final Set<String> inputs;

    /**
     * Creates a model.
     *
     * @param architecture what it is in transformers' terms
     * @param model the model below the head
     * @param tied whether the head has the weight of the token embedding
     * @param weights the names of its tensors; paths begin with {@code model.} and {@code lm_head.}
     * @param initializerRange the standard deviation of weights that no checkpoint gives
     */
    public CausalLanguageModel(
            String architecture,
            DecoderOnlyModel model,
            boolean tied,
            WeightTable weights,
            double initializerRange) {
        super(VERSION);
        this.architecture = architecture;
        this.model = addChildBlock("model", model);
        head =
                addChildBlock(
                        "lm_head",
                        tied
                                ? OutputProjection.tiedTo(model.tokens(), false)
                                : OutputProjection.of(
                                        model.tokens().modelSize(),
                                        model.tokens().vocabularySize(),
                                        false));
        this.weights = weights;
        inputs = new HashSet<>(model.inputNames());
        inputs.add("labels");
        setInitializer(new NormalInitializer((float) initializerRange), Parameter.Type.WEIGHT);
    }

    @Override
    public ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training) {
        in.refuseOthers(inputs);
        NDArray states = model.encode(parameters, in, training).states(); // (B, T, D)
        NDArray logits = project(parameters, states, training); // (B, T, V)
        NDArray labels = in.get("labels");
        return labels == null
                ? ModelOutputs.of("logits", logits)
                : ModelOutputs.of("loss", Losses.nextToken(logits, labels)).with("logits", logits);
    }

    /** From states (…, D) to logits (…, V). */
    NDArray project(ParameterStore parameters, NDArray states, boolean training) {
        return Layers.apply(head, parameters, states, training);
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray promptIds, NDArray visible) {
        return new CausalStepDecoder(this, manager, promptIds, visible);
    }

    /**
     * Returns the model without its head.
     *
     * @return the model below the head
     */
    public DecoderOnlyModel model() {
        return model;
    }

    @Override
    public OptionalInt maxTokens() {
        return model.maxTokens();
    }

    @Override
    public int vocabularySize() {
        return Math.toIntExact(model.tokens().vocabularySize());
    }

    @Override
    public int batchClass(int tokens) {
        return model.batchClass(tokens);
    }

    @Override
    public boolean isCausal() {
        return true;
    }

    @Override
    public WeightTable weights() {
        return weights;
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        ModelInputs in = ModelInputs.ofList(model.inputNames(), inputs);
        return run(parameters, in, training).list();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        model.initialize(manager, dataType, new Shape(1, 1));
        head.initialize(manager, dataType, model.getOutputShapes(smallestInput()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return head.getOutputShapes(model.getOutputShapes(inputShapes));
    }
}
