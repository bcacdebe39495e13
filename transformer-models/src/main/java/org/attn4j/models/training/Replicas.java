package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;

/**
 * The parameters that are trained, each once however often it is tied, with their arrays on each
 * device.
 */
final class Replicas {

    private final List<String> names = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<NDList> arrays = new ArrayList<>();

    Replicas(Block block, ParameterStore store, Device[] devices) {
        BlockParameters.of(block)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            if (parameter.requiresGradient()) {
                                names.add(path);
                                parameters.add(parameter);
                            }
                        });
        Require.that(
                !parameters.isEmpty(),
                "nothing to train: every parameter is frozen; call"
                        + " freezeParameters(false) on the block");
        for (Device device : devices) {
            NDList onDevice = new NDList(parameters.size());
            parameters.forEach(p -> onDevice.add(store.getValue(p, device, true)));
            arrays.add(onDevice);
        }
    }

    List<String> names() {
        return names;
    }

    int devices() {
        return arrays.size();
    }

    /** The parameters on the device of this index. */
    NDList arrays(int device) {
        return arrays.get(device);
    }

    /** The gradients on the device of this index; handles for the caller to close. */
    NDList gradients(int device) {
        NDList gradients = new NDList(parameters.size());
        arrays.get(device).forEach(array -> gradients.add(array.getGradient()));
        return gradients;
    }

    /** Copies the parameters of the first device to the others. */
    void broadcast() {
        NDList first = arrays.get(0);
        for (NDList other : arrays.subList(1, arrays.size())) {
            for (int i = 0; i < first.size(); i++) {
                first.get(i).copyTo(other.get(i));
            }
        }
    }

    /**
     * Copies the parameters back to the model where the model lies on a device that is not trained
     * on.
     */
    void synchronise() {
        for (int i = 0; i < parameters.size(); i++) {
            NDArray trained = arrays.get(0).get(i);
            NDArray model = parameters.get(i).getArray();
            if (trained != model) {
                trained.copyTo(model);
            }
        }
    }

    /** Copies the parameters of the model to all devices: after its weights were loaded. */
    void reload() {
        for (int i = 0; i < parameters.size(); i++) {
            NDArray model = parameters.get(i).getArray();
            for (NDList onDevice : arrays) {
                if (onDevice.get(i) != model) {
                    model.copyTo(onDevice.get(i));
                }
            }
        }
    }
}
