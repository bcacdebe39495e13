package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.function.Supplier;

/**
 * A cache for self-attention with room for a number of places from the beginning: each call writes
 * its keys and values behind those before, and nothing is made anew. For inference alone, since
 * gradients do not see what is written.
 */
public final class StaticCache extends StatefulCache {

    private final int capacity;
    private KeyValues room; // (B, G, capacity, H)
    private KeyValues held; // its places that are filled
    private int length;

    /**
     * Creates an empty cache.
     *
     * @param manager where the arrays live
     * @param capacity how many places there is room for
     */
    public StaticCache(NDManager manager, int capacity) {
        super(manager);
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be positive, got " + capacity);
        }
        this.capacity = capacity;
    }

    /** {@inheritDoc} */
    @Override
    public int length() {
        return length;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for them
     */
    @Override
    public KeyValues update(Supplier<KeyValues> fresh) {
        KeyValues added = fresh.get();
        int next = length + added.length();
        requireRoom(next);
        if (room == null) {
            room = new KeyValues(empty(added.key()), empty(added.value())).attach(manager);
        }
        write(room.key(), added.key(), next);
        write(room.value(), added.value(), next);
        added.close();
        length = next;
        return show();
    }

    private void requireRoom(int places) {
        if (places > capacity) {
            throw new IllegalStateException(
                    "a static cache has room for "
                            + capacity
                            + " places, but the sequence has "
                            + places
                            + ": make it larger");
        }
    }

    private NDArray empty(NDArray like) {
        Shape shape = like.getShape();
        Shape all = new Shape(shape.get(0), shape.get(1), capacity, shape.get(3));
        return manager.zeros(all, like.getDataType());
    }

    private void write(NDArray target, NDArray added, int end) {
        target.set(new NDIndex(":, :, {}:{}", length, end), added);
    }

    /** The places that are filled, without copying them where the engine can. */
    private KeyValues show() {
        if (held != null) {
            held.close();
        }
        NDIndex filled = new NDIndex(":, :, :{}", length);
        held = new KeyValues(room.key().get(filled), room.value().get(filled)).attach(manager);
        return held;
    }

    /** {@inheritDoc} */
    @Override
    public boolean advance(int places) {
        requireRoom(length + places);
        length += places;
        return true;
    }

    /** {@inheritDoc} */
    @Override
    public long bytes() {
        return state.bytes() + (room == null ? 0 : room.bytes());
    }

    /** {@inheritDoc} */
    @Override
    public void select(NDArray rows) {
        state.select(rows);
        if (room != null) {
            KeyValues next = room.select(rows).attach(manager);
            room.close();
            room = next;
            show();
        }
    }

    /** {@inheritDoc} */
    @Override
    public void close() {
        state.close();
        length = 0;
        if (room != null) {
            held.close();
            room.close();
            held = null;
            room = null;
        }
    }
}
