package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.cache.CacheRows;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.cache.StaticCache;

/** The key/value caches of all layers of a decoder: the targets' grow, the memory's stay. */
public final class DecoderCache implements AutoCloseable {

    private final NDManager manager;
    private final List<KeyValueCache> self = new ArrayList<>();
    private final List<KeyValueCache> memory = new ArrayList<>();
    private int length;

    /**
     * Creates empty caches.
     *
     * @param manager where their arrays live
     * @param layers number of layers
     */
    public DecoderCache(NDManager manager, int layers) {
        this.manager = manager;
        for (int i = 0; i < layers; i++) {
            self.add(new GrowingCache(manager));
            memory.add(new MemoryCache(manager));
        }
    }

    /**
     * Makes room for targets, so that their keys and values are written to arrays that are there
     * rather than to new ones.
     *
     * @param targets how many there will be at most
     * @throws IllegalStateException if some are decoded already
     */
    public void reserve(int targets) {
        requireEmpty();
        self.replaceAll(growing -> new StaticCache(manager, targets));
    }

    /**
     * Makes room as it is needed, so that keys and values are mostly written to arrays that are
     * there.
     *
     * @throws IllegalStateException if some are decoded already
     */
    public void reserve() {
        requireEmpty();
        self.replaceAll(growing -> new StaticCache(manager));
    }

    private void requireEmpty() {
        if (length > 0) {
            throw new IllegalStateException("room must be made before the first target is decoded");
        }
    }

    /**
     * Returns how many targets were decoded with these caches. Mechanisms need not keep a column
     * for each of them, so the caches are not asked.
     *
     * @return their number, 0 at the start
     */
    public int length() {
        return length;
    }

    /** Counts the targets that were decoded. */
    void advance(long targets) {
        length += Math.toIntExact(targets);
    }

    /**
     * Keeps, repeats and reorders the rows.
     *
     * <p>Hypotheses of one source share its keys and values. While rows only swap with others of
     * their source, those are left as they are, unless a mechanism keeps something beside them that
     * belongs to the target, such as what was attended to so far.
     *
     * @param rows which old row each new row continues, (B') of int64
     * @param sameSources whether each row continues one of the source it has
     */
    public void select(NDArray rows, boolean sameSources) {
        self.forEach(cache -> cache.select(rows));
        memory.stream()
                .filter(cache -> !sameSources || cache.hasState())
                .forEach(cache -> cache.select(rows));
    }

    /**
     * Rows of the caches of a decoder.
     *
     * @param cache the caches
     * @param rows which of their rows
     * @param targets for each of them which of the decoded targets are kept
     */
    public record Rows(DecoderCache cache, int[] rows, int[][] targets) {

        private CacheRows self(int layer) {
            return new CacheRows(cache.self.get(layer), rows, targets);
        }

        private CacheRows memory(int layer) {
            KeyValueCache all = cache.memory.get(layer);
            int[][] positions = new int[rows.length][];
            Arrays.fill(positions, IntStream.range(0, all.length()).toArray());
            return new CacheRows(all, rows, positions);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Rows that
                    && cache == that.cache
                    && Arrays.equals(rows, that.rows)
                    && Arrays.deepEquals(targets, that.targets);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(rows);
        }

        @Override
        public String toString() {
            return "Rows[rows=%s, targets=%s]"
                    .formatted(Arrays.toString(rows), Arrays.deepToString(targets));
        }
    }

    /**
     * Goes on with rows of the caches of several decoders of one stack, one below the other. Where
     * one has fewer targets or a shorter memory than another, what stands behind must be hidden.
     *
     * @param parts the rows; these caches may be among them, and the others stay as they are
     */
    public void join(List<Rows> parts) {
        for (int i = 0; i < self.size(); i++) {
            int layer = i;
            self.get(i).join(parts.stream().map(part -> part.self(layer)).toList());
            if (memory.get(i).length() > 0) {
                memory.get(i).join(parts.stream().map(part -> part.memory(layer)).toList());
            }
        }
        length = self.isEmpty() ? 0 : self.get(0).length();
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
