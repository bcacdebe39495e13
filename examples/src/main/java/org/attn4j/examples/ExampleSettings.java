package org.attn4j.examples;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.attn4j.common.Require;

/**
 * How an example is run.
 *
 * @param engine the engine, loaded
 * @param device where it computes
 * @param seed what everything random follows from
 * @param effort the share of the full training that is done: 1 for the figures that the example
 *     promises, a small number to see that it runs
 */
public record ExampleSettings(Engine engine, Device device, long seed, double effort) {

    public ExampleSettings {
        Require.that(
                effort > 0 && effort <= 1,
                "effort must be above 0 and at most 1, got effort=%s",
                effort);
    }

    /**
     * Returns a manager on the device, and seeds the engine, so that initial values follow from the
     * seed.
     *
     * @return a new manager, which the example closes
     */
    public NDManager newManager() {
        NDManager manager = engine.newBaseManager(device);
        engine.setRandomSeed((int) seed);
        return manager;
    }

    /**
     * Returns the training steps, or whatever else is counted, for this effort.
     *
     * @param full their number at an effort of 1
     * @return at least 1
     */
    public int share(int full) {
        return (int) Math.max(1, Math.round(full * effort));
    }
}
