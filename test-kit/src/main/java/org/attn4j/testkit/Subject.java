package org.attn4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.function.Supplier;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.capture.WeightsRecorder;

/** A mechanism with parameters that are the same in every run and on every engine. */
public record Subject(Attention block, ParameterStore store, NDManager manager) {

    public static Subject of(Attention block, NDManager manager, int modelSize, DataType type) {
        long seed = 100;
        for (Parameter parameter : block.getParameters().values()) {
            long own = seed++;
            parameter.setInitializer(
                    (m, shape, t) -> Numbers.random(m, own, shape).mul(0.5).toType(t, false));
        }
        Shape shape = new Shape(1, 1, modelSize);
        block.initialize(manager, type, shape, shape, shape);
        return new Subject(block, new ParameterStore(manager, false), manager);
    }

    public AttentionOutput attend(AttentionInputs inputs) {
        return block.attend(store, inputs, false);
    }

    /** A context, and the weights that an observer was told. */
    public record Seen(NDArray context, NDArray weights) {}

    public Seen observe(AttentionInputs inputs) {
        return observe(inputs, false);
    }

    public Seen observe(AttentionInputs inputs, boolean training) {
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionInputs observed = inputs.withObserver(recorder);
        NDArray context = block.attend(store, observed, training).context();
        return new Seen(context, recorder.weights());
    }

    public AttentionOutput train(AttentionInputs inputs) {
        return block.attend(store, inputs, true);
    }

    /**
     * Compares the gradients of a float64 scalar, for an input and all parameters, with central
     * differences.
     */
    public void checkSlopes(NDArray input, Supplier<NDArray> scalar) {
        Slopes.check(block, manager, input, scalar);
    }
}
