package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.OptimizerKernel;

/** The gradients of all devices since the last step. */
final class Gradients {

    private final Replicas replicas;
    private final OptimizerKernel kernel;
    private final List<GradientSums> sums = new ArrayList<>();

    Gradients(NDManager manager, Replicas replicas) {
        this.replicas = replicas;
        kernel = Kernels.of(replicas.arrays(0).head().getManager()).optimizer();
        for (int device = 0; device < replicas.devices(); device++) {
            sums.add(new GradientSums(manager, replicas, device));
        }
    }

    /** To be called before each backward pass on the device of this index. */
    void beforeBackward(int device) {
        sums.get(device).beforeBackward();
    }

    boolean isEmpty() {
        return sums.stream().allMatch(GradientSums::isEmpty);
    }

    /** The sum over all passes on all devices, on the first; valid until {@link #clear}. */
    NDList total() {
        NDList total = sums.get(0).total();
        for (GradientSums other : sums.subList(1, sums.size())) {
            if (!other.isEmpty()) {
                NDArray first = replicas.arrays(0).head();
                try (NDList moved = other.total().toDevice(first.getDevice(), true)) {
                    kernel.accumulate(total, moved);
                }
            }
        }
        return total;
    }

    /** Starts anew. */
    void clear() {
        sums.forEach(GradientSums::clear);
    }
}
