package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.attn4j.common.Require;

/**
 * A cache for self-attention with room for further positions: each call writes its keys and values
 * behind those before, and nothing is made anew while there is room. For inference alone, since
 * gradients do not see what is written.
 */
public final class StaticCache extends StatefulCache {

    /** What is written to is made anew at half as many positions again, and so many. */
    private static final int MARGIN = 16;

    private final int capacity; // 0 for any
    private KeyValues filled; // views of what is held, for who asked last; null for none

    /**
     * Creates an empty cache that finds room by itself: arrays that are full are replaced by larger
     * ones.
     *
     * @param manager where the arrays live
     */
    public StaticCache(NDManager manager) {
        super(manager);
        capacity = 0;
    }

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
        KeyValues room = withRoom(added, before); // (B, G, capacity, H)
        NDIndex next = new NDIndex(":, :, {}:{}", before, length());
        room.key().set(next, added.key());
        room.value().set(next, added.value());
        added.close();
        return show();
    }

    /**
     * Returns the arrays to which whoever computes keys and values may write them, behind those
     * before; then {@link #advance} counts them.
     *
     * @param positions how many will be written
     * @return (B, G, C, H), of whose C positions {@link #length()} are filled; nothing if there is
     *     no room for them, so that {@link #update} must take them
     */
    public Optional<KeyValues> room(int positions) {
        closeViews();
        return held() != null && length() + positions <= held().length()
                ? Optional.of(held())
                : Optional.empty();
    }

    /** Arrays with room for all positions, those before in them. */
    private KeyValues withRoom(KeyValues added, int before) {
        if (held() != null && length() <= held().length()) {
            return held();
        }
        int positions = capacityFor(length());
        KeyValues larger =
                new KeyValues(empty(added.key(), positions), empty(added.value(), positions));
        if (held() != null) {
            NDIndex first = new NDIndex(":, :, :{}", before);
            larger.key().set(first, held().key().get(first));
            larger.value().set(first, held().value().get(first));
        }
        return hold(larger);
    }

    @Override
    int capacityFor(int length) {
        requireRoom(length);
        return capacity > 0 ? capacity : length + length / 2 + MARGIN;
    }

    private NDArray empty(NDArray like, int positions) {
        Shape shape = like.getShape();
        Shape all = new Shape(shape.get(0), shape.get(1), positions, shape.get(3));
        return manager.zeros(all, like.getDataType());
    }

    /** The positions that are filled, without copying them where the engine can. */
    private KeyValues show() {
        closeViews();
        NDIndex range = new NDIndex(":, :, :{}", length());
        filled = new KeyValues(held().key().get(range), held().value().get(range));
        return filled.attach(manager);
    }

    @Override
    public boolean advance(int positions) {
        requireRoom(length() + positions);
        count(positions);
        return true;
    }

    private void requireRoom(int positions) {
        if (capacity > 0 && positions > capacity) {
            throw new IllegalStateException(
                    "a static cache has room for %s positions, but the sequence has %s: make it larger"
                            .formatted(capacity, positions));
        }
    }

    @Override
    public void select(NDArray rows) {
        closeViews();
        super.select(rows);
    }

    @Override
    public void join(List<CacheRows> parts) {
        closeViews();
        super.join(parts);
    }

    @Override
    public void close() {
        super.close();
        closeViews();
    }

    private void closeViews() {
        if (filled != null) {
            filled.close();
            filled = null;
        }
    }
}
