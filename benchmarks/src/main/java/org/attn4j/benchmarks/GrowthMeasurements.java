package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.attn4j.benchmarks.Contender.Role;

/** How the cost of a training step grows: the contenders of a measurement differ in one size. */
final class GrowthMeasurements {

    private static final int HEAD_SIZE = 64;

    private GrowthMeasurements() {}

    static List<Measurement> of(NDManager manager) {
        return List.of(
                growing(
                        manager,
                        "length",
                        "T",
                        size -> step(2, 256, 4, size),
                        256,
                        512,
                        1024,
                        2048),
                growing(manager, "width", "D", size -> step(2, size, 4, 256), 256, 512, 1024),
                growing(manager, "depth", "layers", size -> step(size, 256, 4, 256), 2, 4, 8, 16),
                growing(manager, "batch", "B", size -> step(2, 256, size, 256), 4, 8, 16, 32));
    }

    private static TrainMeasurement step(int layers, int modelSize, int batch, int length) {
        return new TrainMeasurement(
                "", layers, modelSize, modelSize / HEAD_SIZE, batch, length, 1000, 0);
    }

    /** The smallest stands first, in the place of ours. */
    private static Measurement growing(
            NDManager manager,
            String what,
            String letter,
            IntFunction<TrainMeasurement> step,
            int... sizes) {
        List<Contender> contenders = new ArrayList<>();
        for (int size : sizes) {
            contenders.add(
                    new Contender(
                            letter + " = " + size,
                            contenders.isEmpty() ? Role.OURS : Role.OTHER,
                            Contender.INCOMPARABLE,
                            () -> step.apply(size).ours(manager)));
        }
        return Measurement.of("growth." + what, "step", 1, contenders);
    }
}
