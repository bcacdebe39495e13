package org.attn4j.models.sentence;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Locale;
import org.attn4j.attention.kernel.Linear;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.pretrained.ConfigReader;

/** A linear map of the pooled vector, and an activation. */
final class DenseModule extends AbstractBlock {

    static final WeightTable WEIGHTS = WeightTable.builder().add("linear.*", "linear.*").build();

    private static final byte VERSION = 1;
    private static final String EMBEDDING = "sentence_embedding";

    private final int inputSize;
    private final Linear linear;
    private final Activation activation;

    DenseModule(ConfigReader config) {
        super(VERSION);
        inputSize = config.integer("in_features");
        linear =
                addChildBlock(
                        "linear",
                        Linear.builder()
                                .setUnits(config.integer("out_features"))
                                .optBias(config.flag("bias", true))
                                .build());
        activation =
                config.choice(
                        "activation_function",
                        "torch.nn.modules.activation.Tanh",
                        DenseModule::activation);
        config.refuseUnless("module_input_name", EMBEDDING);
        config.refuseUnless("module_output_name", EMBEDDING);
        config.finish();
    }

    /** From the name of PyTorch's class. */
    private static Activation activation(String type) {
        String name = type.substring(type.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Activation.of(name.equals("identity") ? "linear" : name);
    }

    Shape input() {
        return new Shape(1, inputSize);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(
                activation.apply(
                        Layers.apply(linear, parameters, inputs.singletonOrThrow(), training)));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        linear.initialize(manager, dataType, input());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return linear.getOutputShapes(inputShapes);
    }
}
