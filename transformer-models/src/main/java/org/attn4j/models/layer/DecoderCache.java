package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;

/** The key/value caches of all layers of a decoder: the targets' grow, the memory's stay. */
public final class DecoderCache implements AutoCloseable {

    private final List<KeyValueCache> self = new ArrayList<>();
    private final List<KeyValueCache> memory = new ArrayList<>();

    /**
     * Creates empty caches.
     *
     * @param manager where their arrays live
     * @param layers number of layers
     */
    public DecoderCache(NDManager manager, int layers) {
        for (int i = 0; i < layers; i++) {
            self.add(new GrowingCache(manager));
            memory.add(new MemoryCache(manager));
        }
    }

    /**
     * Returns how many targets are cached.
     *
     * @return their number, 0 at the start
     */
    public int length() {
        return self.get(0).length();
    }

    /**
     * Keeps, repeats and reorders the rows of the targets.
     *
     * @param rows which old row each new row continues, (B') of int64
     */
    public void selectTargets(NDArray rows) {
        self.forEach(cache -> cache.select(rows));
    }

    /**
     * Keeps, repeats and reorders the rows of the memory, which hypotheses of one source share:
     * while rows only change places with others of their source, it can be left as it is.
     *
     * @param rows which old row each new row continues, (B') of int64
     */
    public void selectMemory(NDArray rows) {
        memory.forEach(cache -> cache.select(rows));
    }

    KeyValueCache self(int layer) {
        return self.get(layer);
    }

    KeyValueCache memory(int layer) {
        return memory.get(layer);
    }

    /** Frees the arrays. */
    @Override
    public void close() {
        self.forEach(KeyValueCache::close);
        memory.forEach(KeyValueCache::close);
    }
}
