package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;
import org.attn4j.common.Require;

/**
 * A cache for self-attention with room for a number of positions from the beginning: each call
 * writes its keys and values behind those before, and nothing is made anew. For inference alone,
 * since gradients do not see what is written.
 */
public final class StaticCache extends StatefulCache {

    private final int capacity;
    private KeyValues filled; // of the capacity that is held; null as long as nothing is

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     * @param capacity how many positions there is room for
     */
    public StaticCache(NDManager manager, int capacity) {
        super(manager);
        Require.that(capacity >= 1, "capacity must be positive, got %s", capacity);
        this.capacity = capacity;
    }

    @Override
    public int length() {
        return counted();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for them
     */
    @Override
    public KeyValues update(Supplier<KeyValues> fresh) {
        KeyValues added = fresh.get();
        int before = length();
        advance(added.length());
        KeyValues room =
                held() == null
                        ? hold(new KeyValues(empty(added.key()), empty(added.value())))
                        : held(); // (B, G, capacity, H)
        NDIndex next = new NDIndex(":, :, {}:{}", before, length());
        room.key().set(next, added.key());
        room.value().set(next, added.value());
        added.close();
        return show();
    }

    private NDArray empty(NDArray like) {
        Shape shape = like.getShape();
        Shape all = new Shape(shape.get(0), shape.get(1), capacity, shape.get(3));
        return manager.zeros(all, like.getDataType());
    }

    /** The positions that are filled, without copying them where the engine can. */
    private KeyValues show() {
        if (filled != null) {
            filled.close();
        }
        NDIndex range = new NDIndex(":, :, :{}", length());
        filled = new KeyValues(held().key().get(range), held().value().get(range));
        return filled.attach(manager);
    }

    @Override
    public boolean advance(int positions) {
        int next = length() + positions;
        if (next > capacity) {
            throw new IllegalStateException(
                    "a static cache has room for %s positions, but the sequence has %s: make it larger"
                            .formatted(capacity, next));
        }
        count(positions);
        return true;
    }

    @Override
    public void select(NDArray rows) {
        super.select(rows);
        if (held() != null) {
            show();
        }
    }

    @Override
    public void close() {
        super.close();
        if (filled != null) {
            filled.close();
            filled = null;
        }
    }
}
