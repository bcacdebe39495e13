package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.HashMap;
import java.util.Map;
import org.attn4j.attention.ops.Temporaries;

/** The arrays that a mechanism keeps beside keys and values, by name. */
final class CacheState {

    private final NDManager manager;
    private final Map<String, NDArray> held = new HashMap<>();

    CacheState(NDManager manager) {
        this.manager = manager;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    NDArray get(String name) {
        return held.get(name);
    }

    void put(String name, NDArray array) {
        if (array != null) {
            keep(array);
        }
        NDArray old = array == null ? held.remove(name) : held.put(name, array);
        if (old != null && old != array) {
            old.close();
        }
    }

    private void keep(NDArray array) {
        Temporaries.keep(array);
        array.attach(manager);
    }

    long bytes() {
        return held.values().stream().mapToLong(KeyValues::bytes).sum();
    }

    void select(NDArray rows) {
        held.replaceAll(
                (name, old) -> {
                    NDArray chosen = old.get(new NDIndex("{}", rows));
                    keep(chosen);
                    old.close();
                    return chosen;
                });
    }

    void close() {
        held.values().forEach(NDArray::close);
        held.clear();
    }
}
