package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;

/** A cache for self-attention: each call appends its keys and values to those before. */
public final class GrowingCache extends StatefulCache {

    private KeyValues held;
    private int counted; // places without keys and values

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     */
    public GrowingCache(NDManager manager) {
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
        KeyValues added = fresh.get();
        if (held == null) {
            held = added.attach(manager);
        } else {
            replace(held.append(added));
            added.close();
        }
        return held;
    }

    /** {@inheritDoc} */
    @Override
    public boolean advance(int places) {
        counted += places;
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
            replace(held.select(rows));
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

    private void replace(KeyValues next) {
        next.attach(manager);
        held.close();
        held = next;
    }
}
