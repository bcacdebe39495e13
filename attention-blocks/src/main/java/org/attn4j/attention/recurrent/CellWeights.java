package org.attn4j.attention.recurrent;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.UniformInitializer;
import java.util.function.UnaryOperator;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.Kernels;

/**
 * The parameters of one layer and direction, and the step that they make.
 *
 * @param kind the equations
 * @param inputWeight weight_ih, (gates·h, in)
 * @param stateWeight weight_hh, (gates·h, h)
 * @param inputBias bias_ih, (gates·h), or null
 * @param stateBias bias_hh, (gates·h), or null
 */
record CellWeights(
        CellKind kind,
        Parameter inputWeight,
        Parameter stateWeight,
        Parameter inputBias,
        Parameter stateBias) {

    /**
     * Makes the parameters, uniform in ±1/√h as torch begins.
     *
     * @param suffix what their names end with, such as {@code _l0_reverse}
     * @param add registers a parameter with its block
     */
    static CellWeights create(
            CellKind kind,
            long inputSize,
            long hiddenSize,
            boolean bias,
            String suffix,
            UnaryOperator<Parameter> add) {
        long rows = kind.gates() * hiddenSize;
        Initializer uniform = new UniformInitializer((float) (1 / Math.sqrt(hiddenSize)));
        Shape input = new Shape(rows, inputSize);
        Shape state = new Shape(rows, hiddenSize);
        Parameter.Type weight = Parameter.Type.WEIGHT;
        Parameter.Type shift = Parameter.Type.BIAS;
        return new CellWeights(
                kind,
                add.apply(parameter("weight_ih" + suffix, weight, input, uniform)),
                add.apply(parameter("weight_hh" + suffix, weight, state, uniform)),
                bias
                        ? add.apply(parameter("bias_ih" + suffix, shift, new Shape(rows), uniform))
                        : null,
                bias
                        ? add.apply(parameter("bias_hh" + suffix, shift, new Shape(rows), uniform))
                        : null);
    }

    private static Parameter parameter(
            String name, Parameter.Type type, Shape shape, Initializer initializer) {
        return Parameter.builder()
                .setName(name)
                .setType(type)
                .optShape(shape)
                .optInitializer(initializer)
                .build();
    }

    /**
     * The input's share of the gates, for any number of positions at once: (…, in) to (…, gates·h).
     */
    NDArray project(ParameterStore parameters, NDArray x, boolean training) {
        return linear(parameters, x, inputWeight, inputBias, training);
    }

    /** The input, of which the first features are known for all steps. */
    FedInput fed(ParameterStore parameters, NDManager manager, long known, boolean training) {
        Device device = manager.getDevice();
        return new FedInput(
                manager,
                parameters.getValue(inputWeight, device, training),
                parameters.getValue(inputBias, device, training),
                known);
    }

    /** One step from a state of (B, h), its input projected already. */
    RecurrentState step(
            ParameterStore parameters,
            NDArray projected,
            RecurrentState state,
            AttentionObserver observer,
            boolean training) {
        NDArray recurrent =
                linear(
                        parameters,
                        state.hidden(),
                        stateWeight,
                        stateBias,
                        training); // (B, gates·h)
        RecurrentState next = kind.step(projected, recurrent, state, observer);
        AttentionObserver.tell(observer, Stages.STATE, next::together);
        return next;
    }

    private static NDArray linear(
            ParameterStore parameters,
            NDArray x,
            Parameter weight,
            Parameter bias,
            boolean training) {
        Device device = x.getDevice();
        return Kernels.of(x.getManager())
                .linear()
                .linear(
                        x,
                        parameters.getValue(weight, device, training),
                        parameters.getValue(bias, device, training));
    }
}
