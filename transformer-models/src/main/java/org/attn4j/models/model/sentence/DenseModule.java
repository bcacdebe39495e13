package org.attn4j.models.model.sentence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Locale;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;

/** A linear map of the pooled vector, an activation, and the vector itself added or not. */
final class DenseModule extends AbstractBlock {

    static final WeightTable WEIGHTS =
            WeightTable.builder()
                    .add("linear.*", "linear.*")
                    .add("residual.*", "residual.*")
                    .build();

    private static final byte VERSION = 1;
    private static final String EMBEDDING = "sentence_embedding";

    private final int inputSize;
    private final LinearBlock linear;
    private final Activation activation;
    private final boolean addsInput;
    private final LinearBlock residual; // null where the sizes are the same

    DenseModule(ConfigReader config) {
        super(VERSION);
        inputSize = config.integer("in_features");
        linear =
                addChildBlock(
                        "linear",
                        LinearBlock.of(config.integer("out_features"), config.bool("bias", true)));
        activation =
                config.choice(
                        "activation_function",
                        "torch.nn.modules.activation.Tanh",
                        DenseModule::activation);
        addsInput = config.bool("use_residual", false);
        int outputSize = config.integer("out_features");
        residual =
                addsInput && inputSize != outputSize
                        ? addChildBlock("residual", LinearBlock.of(outputSize, false))
                        : null;
        requireSentence(config);
    }

    /** Refuses a module that reads or writes something else than the pooled vector. */
    static Void requireSentence(ConfigReader config) {
        config.supportsOnly("module_input_name", EMBEDDING);
        config.supportsOnly("module_output_name", EMBEDDING);
        config.finish();
        return null;
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
        NDArray vectors = inputs.singletonOrThrow(); // (B, E)
        NDArray mapped = activation.apply(Layers.apply(linear, parameters, vectors, training));
        if (!addsInput) {
            return new NDList(mapped);
        }
        NDArray beside =
                residual == null ? vectors : Layers.apply(residual, parameters, vectors, training);
        return new NDList(mapped.add(beside));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        linear.initialize(manager, dataType, input());
        if (residual != null) {
            residual.initialize(manager, dataType, input());
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return linear.getOutputShapes(inputShapes);
    }
}
