package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.OptimizerKernel;

/**
 * The sum of the gradients of one device over several backward passes.
 *
 * <p>Engines differ in what a second backward pass does to a gradient (add or overwrite), so each
 * gradient is moved here before the next pass. A single pass needs no sum: its gradient is used
 * where it is.
 */
final class GradientSums {

    private final NDManager manager;
    private final Replicas replicas;
    private final int device;
    private final OptimizerKernel kernel;
    private NDList sums;
    private NDList handles; // of the engine's gradients, while they are the total
    private int passes;
    private int moved;

    GradientSums(NDManager manager, Replicas replicas, int device) {
        this.manager = manager;
        this.replicas = replicas;
        this.device = device;
        kernel = Kernels.of(replicas.arrays(device).head().getManager()).optimizer();
    }

    /** To be called before each backward pass on this device. */
    void beforeBackward() {
        if (passes > moved) {
            move();
        }
        passes++;
    }

    private void move() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList gradients = replicas.gradients(device);
            kernel.accumulate(sums(), gradients);
            kernel.zero(gradients);
        }
        moved = passes;
    }

    private NDList sums() {
        if (sums == null) {
            sums = new NDList();
            for (NDArray array : replicas.arrays(device)) {
                NDArray sum = array.zerosLike();
                NDScope.unregister(sum);
                sum.attach(manager);
                sums.add(sum);
            }
        }
        return sums;
    }

    boolean isEmpty() {
        return passes == 0;
    }

    /** The sum over all passes, valid until {@link #clear}. */
    NDList total() {
        if (moved == 0) {
            if (handles == null) {
                handles = replicas.gradients(device);
            }
            return handles;
        }
        if (passes > moved) {
            move();
        }
        return sums;
    }

    /** Starts anew. */
    void clear() {
        try (NDList gradients = handles == null ? replicas.gradients(device) : handles) {
            kernel.zero(gradients);
        }
        handles = null;
        if (moved > 0) {
            kernel.zero(sums);
        }
        passes = 0;
        moved = 0;
    }
}
