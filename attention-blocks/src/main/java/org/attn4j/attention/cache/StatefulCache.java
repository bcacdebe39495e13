package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.ops.Rows;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/** What all caches share: keys and values, and the further arrays of mechanisms by name. */
abstract class StatefulCache implements KeyValueCache {

    final NDManager manager;
    private final Map<String, NDArray> states = new HashMap<>();
    private KeyValues held; // null as long as there are none
    private int counted; // positions without keys and values

    StatefulCache(NDManager manager) {
        this.manager = manager;
    }

    /** The arrays of the cache, or null. */
    final KeyValues held() {
        return held;
    }

    /** Puts arrays in the place of those that are held, and closes these. */
    final KeyValues hold(KeyValues next) {
        next.attach(manager);
        if (held != null) {
            held.close();
        }
        held = next;
        return next;
    }

    final int counted() {
        return counted;
    }

    final void count(int positions) {
        counted += positions;
    }

    @Override
    public int length() {
        return held == null ? counted : held.length();
    }

    @Override
    public final NDArray state(String name) {
        return states.get(name);
    }

    @Override
    public final void state(String name, NDArray array) {
        if (array != null) {
            keep(array);
        }
        NDArray old = array == null ? states.remove(name) : states.put(name, array);
        if (old != null && old != array) {
            old.close();
        }
    }

    private void keep(NDArray array) {
        Temporaries.keep(array);
        array.attach(manager);
    }

    @Override
    public final boolean hasState() {
        return !states.isEmpty();
    }

    @Override
    public final long bytes() {
        return states.values().stream().mapToLong(KeyValues::bytes).sum()
                + (held == null ? 0 : held.bytes());
    }

    @Override
    public void select(NDArray rows) {
        states.replaceAll(
                (name, old) -> {
                    NDArray chosen = Rows.of(old, rows);
                    keep(chosen);
                    old.close();
                    return chosen;
                });
        if (held != null) {
            hold(held.select(rows));
        }
    }

    @Override
    public void join(List<CacheRows> parts) {
        Require.that(states.isEmpty(), "only caches of keys and values can be joined");
        int length =
                parts.stream()
                        .flatMap(part -> Arrays.stream(part.positions()))
                        .mapToInt(kept -> kept.length)
                        .max()
                        .orElse(0);
        hold(joined(parts, capacityFor(length)));
        counted = length;
    }

    /** How many positions there is room for where so many are held. */
    int capacityFor(int length) {
        return length;
    }

    private static KeyValues joined(List<CacheRows> parts, int room) {
        List<KeyValues> all = new ArrayList<>();
        for (CacheRows part : parts) {
            all.add(part.of(((StatefulCache) part.cache()).held(), room));
        }
        if (all.size() == 1) {
            return all.get(0);
        }
        NDList keys = new NDList();
        NDList values = new NDList();
        for (KeyValues one : all) {
            keys.add(one.key());
            values.add(one.value());
        }
        KeyValues joined = new KeyValues(NDArrays.concat(keys, 0), NDArrays.concat(values, 0));
        all.forEach(KeyValues::close);
        return joined;
    }

    @Override
    public void close() {
        states.values().forEach(NDArray::close);
        states.clear();
        counted = 0;
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
