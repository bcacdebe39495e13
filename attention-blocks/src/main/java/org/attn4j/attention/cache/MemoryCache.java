package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;

/**
 * A cache for cross-attention: the memory does not change, so its keys and values are computed at
 * the first call and reused at all others.
 */
public final class MemoryCache extends StatefulCache {

    private KeyValues held;
    private int counted; // places without keys and values

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     */
    public MemoryCache(NDManager manager) {
        super(manager);
    }

    /** {@inheritDoc} */
    @Override
    public int length() {
        return held == null ? counted : held.length();
    }

    /** {@inheritDoc} */
    @Override
    public KeyValues update(Supplier<KeyValues> fresh) {
        if (held == null) {
            held = fresh.get().attach(manager);
        }
        return held;
    }

    /** {@inheritDoc} */
    @Override
    public boolean advance(int places) {
        if (counted > 0) {
            return false;
        }
        counted = places;
        return true;
    }

    /** {@inheritDoc} */
    @Override
    public long bytes() {
        return state.bytes() + (held == null ? 0 : held.bytes());
    }

    /** {@inheritDoc} */
    @Override
    public void select(NDArray rows) {
        state.select(rows);
        if (held != null) {
            KeyValues next = held.select(rows).attach(manager);
            held.close();
            held = next;
        }
    }

    /** {@inheritDoc} */
    @Override
    public void close() {
        state.close();
        counted = 0;
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
