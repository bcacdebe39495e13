package org.attn4j.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import java.util.function.Function;
import org.attn4j.models.training.AdamOptimizer;

/** Trains a block by Adam, a step at a time. */
final class Learner {

    private final Engine engine;
    private final NDManager manager;
    private final Block block;
    private final ParameterStore parameters;
    private final AdamOptimizer optimizer;

    /**
     * Creates a learner.
     *
     * @param manager where the parameters live
     * @param block an initialised block
     * @param learningRate the learning rate
     */
    Learner(NDManager manager, Block block, float learningRate) {
        this.manager = manager;
        this.block = block;
        engine = manager.getEngine();
        parameters = new ParameterStore(manager, false);
        optimizer = AdamOptimizer.builder().optLearningRate(Tracker.fixed(learningRate)).build();
    }

    /** Where the block's parameters are found. */
    ParameterStore parameters() {
        return parameters;
    }

    /**
     * Takes a step against the gradient of a loss.
     *
     * @param loss computes the loss, an array of one element, from arrays on the manager that it is
     *     given, which is closed after the step
     * @return the loss
     */
    float step(Function<NDManager, NDArray> loss) {
        try (NDManager step = manager.newSubManager()) {
            NDArray value;
            try (GradientCollector collector = engine.newGradientCollector()) {
                value = loss.apply(step);
                collector.backward(value);
            }
            for (Pair<String, Parameter> pair : block.getParameters()) {
                NDArray array = pair.getValue().getArray();
                NDArray gradient = array.getGradient();
                gradient.attach(step);
                optimizer.update(pair.getKey(), array, gradient);
            }
            return value.toFloatArray()[0];
        }
    }
}
