package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What listeners are told of a batch. It outlives the scope of the pass that made it, so that
 * listeners run in no scope and may keep whatever they make.
 */
final class ListenerData implements AutoCloseable {

    private final NDManager manager;
    private final Map<Device, NDList> labels = new LinkedHashMap<>();
    private final Map<Device, NDList> predictions = new LinkedHashMap<>();

    ListenerData(NDManager parent) {
        manager = parent.newSubManager();
    }

    /** Adds a part of the batch, all on one device. */
    void add(NDList partLabels, NDList output) {
        Device device = output.head().getDevice();
        labels.put(device, handles(partLabels));
        predictions.put(device, handles(output));
    }

    /** Handles of our own: a scope, or who owns the arrays, may close them. */
    private NDList handles(NDList arrays) {
        NDList handles = new NDList(arrays.size());
        for (NDArray array : arrays) {
            NDArray handle = array.reshape(array.getShape());
            NDScope.unregister(handle);
            handle.setName(array.getName());
            handle.attach(manager);
            handles.add(handle);
        }
        return handles;
    }

    TrainingListener.BatchData of(Batch batch) {
        return new TrainingListener.BatchData(batch, labels, predictions);
    }

    @Override
    public void close() {
        manager.close();
    }
}
