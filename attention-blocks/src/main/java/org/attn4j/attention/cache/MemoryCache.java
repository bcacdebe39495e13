package org.attn4j.attention.cache;

import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;

/**
 * A cache for cross-attention: the memory does not change, so its keys and values are computed at
 * the first call and reused at all others.
 */
public final class MemoryCache extends StatefulCache {

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     */
    public MemoryCache(NDManager manager) {
        super(manager);
    }

    @Override
    public KeyValues update(Supplier<KeyValues> fresh) {
        return held() == null ? hold(fresh.get()) : held();
    }

    @Override
    public boolean advance(int positions) {
        boolean first = counted() == 0;
        count(first ? positions : 0);
        return first;
    }
}
