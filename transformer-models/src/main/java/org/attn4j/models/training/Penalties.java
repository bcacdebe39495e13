package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.attn4j.attention.Penalized;
import org.attn4j.attention.ops.Scalars;

/** The blocks of a model whose parameters cost something, each once, however often it is used. */
final class Penalties {

    private final Set<Penalized> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ParameterStore store;

    Penalties(Block model, ParameterStore store) {
        this.store = store;
        collect(model);
    }

    private void collect(Block block) {
        if (block instanceof Penalized penalized) {
            blocks.add(penalized);
        }
        block.getChildren().values().forEach(this::collect);
    }

    /** A sum of losses with the penalties, each counted as often as there are losses. */
    NDArray added(NDArray lossSum, long weight) {
        return of(lossSum, weight).map(lossSum::add).orElse(lossSum);
    }

    /** The penalties alone, in the shape of a sum of losses; empty if there are none. */
    Optional<NDArray> of(NDArray lossSum, long weight) {
        return blocks.stream()
                .map(
                        block -> {
                            NDManager manager = on(lossSum.getManager(), lossSum.getDevice());
                            return block.penalty(store, manager, true);
                        })
                .map(it -> Scalars.multiply(it, weight).reshape(lossSum.getShape()))
                .reduce(NDArray::add);
    }

    private static NDManager on(NDManager manager, Device device) {
        return manager.getDevice().equals(device) ? manager : manager.newSubManager(device);
    }

    /** Puts the parameters on a device back into their range. */
    void constrain(NDManager parent, Device device) {
        if (blocks.isEmpty()) {
            return;
        }
        try (NDManager manager = parent.newSubManager(device)) {
            blocks.forEach(block -> block.constrain(store, manager));
        }
    }
}
