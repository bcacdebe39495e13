package org.attn4j.attention.cache;

import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;

/** A cache for self-attention: each call appends its keys and values to those before. */
public final class GrowingCache extends StatefulCache {

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     */
    public GrowingCache(NDManager manager) {
        super(manager);
    }

    @Override
    public KeyValues update(Supplier<KeyValues> fresh) {
        KeyValues added = fresh.get();
        if (held() == null) {
            return hold(added);
        }
        KeyValues all = hold(held().append(added));
        added.close();
        return all;
    }

    @Override
    public boolean advance(int positions) {
        count(positions);
        return true;
    }
}
