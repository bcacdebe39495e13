package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What all caches have beside keys and values: a manager, and the further arrays of mechanisms. */
abstract class StatefulCache implements KeyValueCache {

    final NDManager manager;
    final CacheState state;

    StatefulCache(NDManager manager) {
        this.manager = manager;
        state = new CacheState(manager);
    }

    /** {@inheritDoc} */
    @Override
    public final NDArray state(String name) {
        return state.get(name);
    }

    /** {@inheritDoc} */
    @Override
    public final void state(String name, NDArray array) {
        state.put(name, array);
    }

    /** {@inheritDoc} */
    @Override
    public final boolean hasState() {
        return !state.isEmpty();
    }
}
