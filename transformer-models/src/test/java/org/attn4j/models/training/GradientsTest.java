package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several devices, played by several copies of the parameters: DJL does not tell two CPU devices
 * apart.
 */
@Tag("engine")
class GradientsTest {

    private static final Device[] DEVICES = {Device.cpu(), Device.of("second", 0)};

    /** Gives the copy of the device that is being played. */
    private static final class PlayedDevices extends ParameterStore {

        private final Map<String, NDArray> copies = new HashMap<>();
        private Device played;

        PlayedDevices(NDManager manager) {
            super(manager, false);
        }

        @Override
        public NDArray getValue(Parameter parameter, Device device, boolean training) {
            Device wanted = played == null ? device : played;
            if (wanted.equals(DEVICES[0])) {
                return parameter.getArray();
            }
            return copies.computeIfAbsent(
                    parameter.getId(),
                    id -> {
                        NDArray copy = parameter.getArray().stopGradient().duplicate();
                        copy.setRequiresGradient(true);
                        return copy;
                    });
        }
    }

    private static void backward(Model model, ParameterStore store, Batch batch) {
        try (GradientCollector collector =
                model.getNDManager().getEngine().newGradientCollector()) {
            NDList output = model.getBlock().forward(store, batch.getData(), true);
            collector.backward(TinyTask.loss().sum(batch.getLabels(), output));
        }
    }

    private static List<float[]> values(NDList list) {
        List<float[]> values = new ArrayList<>();
        list.forEach(array -> values.add(array.toFloatArray()));
        return values;
    }

    @Test
    void passesOnAllDevicesAddUp() {
        try (Model model = TinyTask.model(0);
                NDManager manager = model.getNDManager().newSubManager()) {
            PlayedDevices store = new PlayedDevices(manager);
            Replicas replicas = new Replicas(model.getBlock(), store, DEVICES);
            Gradients gradients = new Gradients(manager, replicas);
            long[][] ids = TinyTask.ids(0, 0);
            assertTrue(gradients.isEmpty());
            gradients.beforeBackward(0);
            backward(model, store, TinyTask.batch(manager, ids));
            List<float[]> whole = values(gradients.total());

            for (int time = 0; time < 2; time++) { // the second time shows that nothing was left
                gradients.clear();
                for (int row = 0; row < 4; row++) {
                    store.played = DEVICES[row % 2];
                    gradients.beforeBackward(row % 2);
                    long[][] one = Arrays.copyOfRange(ids, row, row + 1);
                    backward(model, store, TinyTask.batch(manager, one));
                }
                assertFalse(gradients.isEmpty());
                List<float[]> sum = values(gradients.total());
                for (int i = 0; i < whole.size(); i++) {
                    assertArrayEquals(whole.get(i), sum.get(i), 1e-5f, replicas.names().get(i));
                }
            }
        }
    }

    @Test
    void allDevicesGetTheNewWeights() {
        try (Model model = TinyTask.model(0);
                NDManager manager = model.getNDManager().newSubManager()) {
            Replicas replicas = new Replicas(model.getBlock(), new PlayedDevices(manager), DEVICES);
            NDArray first = replicas.arrays(0).get(2);
            NDArray second = replicas.arrays(1).get(2);
            assertNotSame(first, second);
            assertEquals("hidden.bias", replicas.names().get(2));

            manager.ones(first.getShape()).copyTo(first);
            replicas.broadcast();
            assertArrayEquals(first.toFloatArray(), second.toFloatArray());

            manager.zeros(first.getShape()).copyTo(first);
            replicas.reload();
            assertArrayEquals(first.toFloatArray(), second.toFloatArray());
        }
    }
}
