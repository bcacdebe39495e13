package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearRows;
import org.attn4j.attention.ops.Rows;
import org.attn4j.common.Require;
import org.attn4j.models.layer.DecoderCache;

/**
 * Decodes with a network whose attention knows no positions but those it is told, so that the
 * hypotheses of one source can share a row of it: they are read side by side, as the row's K
 * tokens, each seeing the source and the tokens that it continues.
 *
 * <p>Going on with other hypotheses changes who sees what, and copies nothing. What no hypothesis
 * continues any more stays in the caches, hidden, until there is too much of it. Rows of another
 * decoder can {@linkplain #join join} at any step, however many tokens they have.
 */
public final class BranchingStepDecoder implements StepDecoder {

    /** A row is dropped, or tokens that nobody sees, when they make up one in so many. */
    private static final int MOST_IDLE = 8;

    /** Fewer tokens than this are not worth a copy of the caches. */
    private static final int FEWEST_TOKENS = 64;

    /** What is decoded with. */
    public interface Network {

        /**
         * Computes the states of tokens, and adds their keys and values to the caches.
         *
         * @param parameters where the parameters are found
         * @param tokens what is read
         * @param sources what is decoded from; null if there is nothing but the tokens
         * @param cache of the layers
         * @return (B, T, D), on the manager of the tokens
         */
        NDArray states(
                ParameterStore parameters, Tokens tokens, SourceRows sources, DecoderCache cache);

        /**
         * Computes logits.
         *
         * @param parameters where the parameters are found
         * @param states (R, D)
         * @return (R, V)
         */
        NDArray logits(ParameterStore parameters, NDArray states);

        /**
         * Takes the map from states to the logits of some tokens.
         *
         * @param manager takes it over
         * @param tokens their ids
         * @return the map (R, D) to (R, tokens); nothing if logits are more than a linear map
         */
        default Optional<LinearRows> outputs(NDManager manager, int[] tokens) {
            return Optional.empty();
        }

        /**
         * Refuses sequences that are too long.
         *
         * @param tokens how many tokens the longest sequence has
         */
        void requirePositions(int tokens);
    }

    /**
     * Tokens that are read.
     *
     * @param ids (B, T) of int64
     * @param positions (B, T) of int64
     * @param visible which of the S tokens before and the T new ones each token sees, (B, T, S + T)
     *     of truth values; in a first step, (B, T) of ones and zeros, which tokens are seen by
     *     those after them; null if all are seen
     */
    public record Tokens(NDArray ids, NDArray positions, NDArray visible) {}

    private final Network network;
    private final NDManager manager;
    private final ParameterStore parameters;
    private final DecoderCache cache;
    private final SourceRows sources; // null for none
    private List<int[]> prompts; // of each row, read in the first step; null for none, or read
    private int slots; // rows of the network
    private int[] slotOf; // of which of them each hypothesis is
    private BitSet[] seen; // which cached tokens of its slot each continues
    private int[] tokens; // how many those are
    private LinearRows chosen; // the output of some tokens; null for every token

    /**
     * Begins with a hypothesis for each source.
     *
     * @param manager where everything lives that is kept between steps; closed with the decoder
     * @param network what is decoded with
     * @param cache empty caches of its layers
     * @param sources what is decoded from; null if there are prompts alone
     * @param prompts tokens that are read in the first step, whatever that is given; null to read
     *     what it is given
     */
    public BranchingStepDecoder(
            NDManager manager,
            Network network,
            DecoderCache cache,
            SourceRows sources,
            List<int[]> prompts) {
        this.manager = manager;
        this.network = network;
        this.cache = cache;
        this.sources = sources;
        this.prompts = prompts;
        parameters = new ParameterStore(manager, false);
        cache.reserve();
        begin(sources == null ? prompts.size() : sources.count());
        if (prompts != null) {
            network.requirePositions(longest(prompts));
        }
    }

    private void begin(int rows) {
        slots = rows;
        slotOf = IntStream.range(0, rows).toArray();
        seen = new BitSet[rows];
        Arrays.setAll(seen, row -> new BitSet());
        tokens = new int[rows];
    }

    @Override
    public int rows() {
        return slotOf.length;
    }

    @Override
    public NDArray step(NDArray lastIds) {
        StepDecoder.requireIds(lastIds, rows());
        return prompts == null ? branch(lastIds) : read(lastIds.getManager());
    }

    /** Reads the prompts, filled up at their beginning; their last states come last. */
    private NDArray read(NDManager step) {
        int rows = rows();
        int length = longest(prompts); // T
        long[] ids = new long[rows * length];
        long[] positions = new long[rows * length];
        long[] visible = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            int[] prompt = prompts.get(row);
            int first = length - prompt.length;
            for (int i = first; i < length; i++) {
                int at = row * length + i;
                ids[at] = prompt[i - first];
                positions[at] = i - first;
                visible[at] = 1;
            }
            seen[row].set(first, length);
            tokens[row] = prompt.length;
        }
        boolean padded = prompts.stream().anyMatch(prompt -> prompt.length < length);
        prompts = null;
        Shape shape = new Shape(rows, length);
        Tokens all =
                new Tokens(
                        HostArrays.of(step, ids, shape),
                        HostArrays.of(step, positions, shape),
                        padded ? HostArrays.of(step, visible, shape) : null);
        NDArray states = network.states(parameters, all, sources, cache); // (R, T, D)
        return logits(states.get(new NDIndex(":, {}", length - 1)));
    }

    /** Reads a token of each hypothesis. */
    private NDArray branch(NDArray lastIds) {
        NDManager step = lastIds.getManager();
        network.requirePositions(1 + Arrays.stream(tokens).max().orElse(0));
        int[] place = places();
        int width = width(place); // K
        int[] rowAt = rowAt(place, width); // of each place, -1 for none
        boolean full = isIdentity(rowAt);
        int first = cache.length();
        Shape shape = new Shape(slots, width);
        NDArray visible = visible(step, rowAt, width, first); // (B, K, S + K)
        long[] positions = new long[rowAt.length];
        for (int i = 0; i < rowAt.length; i++) {
            positions[i] = rowAt[i] < 0 ? 0 : tokens[rowAt[i]];
        }
        NDArray ids =
                full
                        ? lastIds
                        : lastIds.get(new NDIndex("{}", HostArrays.indices(step, filled(rowAt))));
        NDArray states =
                network.states(
                        parameters,
                        new Tokens(
                                ids.reshape(shape), HostArrays.of(step, positions, shape), visible),
                        sources,
                        cache); // (B, K, D)
        NDArray flat = states.reshape(rowAt.length, -1); // (B K, D)
        for (int row = 0; row < rows(); row++) {
            seen[row].set(first + place[row]);
            tokens[row]++;
        }
        int[] at = new int[rows()];
        Arrays.setAll(at, row -> slotOf[row] * width + place[row]);
        return logits(full ? flat : Rows.of(flat, HostArrays.indices(step, at))); // (R, V)
    }

    private NDArray logits(NDArray states) {
        return chosen == null ? network.logits(parameters, states) : chosen.apply(states);
    }

    @Override
    public boolean choose(int[] some) {
        if (chosen != null) {
            chosen.close();
        }
        chosen = some == null ? null : network.outputs(manager, some).orElse(null);
        return chosen != null;
    }

    /** The place of each hypothesis among those of its slot. */
    private int[] places() {
        int[] taken = new int[slots];
        int[] places = new int[rows()];
        Arrays.setAll(places, row -> taken[slotOf[row]]++);
        return places;
    }

    private static int width(int[] places) {
        return 1 + Arrays.stream(places).max().orElse(0);
    }

    private int[] rowAt(int[] places, int width) {
        int[] rowAt = new int[slots * width];
        Arrays.fill(rowAt, -1);
        for (int row = 0; row < rows(); row++) {
            rowAt[slotOf[row] * width + places[row]] = row;
        }
        return rowAt;
    }

    private static boolean isIdentity(int[] rows) {
        return IntStream.range(0, rows.length).allMatch(i -> rows[i] == i);
    }

    /** Any token may be read where there is no hypothesis. */
    private static int[] filled(int[] rowAt) {
        return Arrays.stream(rowAt).map(row -> Math.max(row, 0)).toArray();
    }

    /** Each place sees what its hypothesis continues, and itself; null if that is everything. */
    private NDArray visible(NDManager step, int[] rowAt, int width, int cached) {
        int length = cached + width;
        boolean[] visible = new boolean[rowAt.length * length];
        boolean all = width == 1;
        for (int i = 0; i < rowAt.length; i++) {
            int from = i * length;
            if (rowAt[i] >= 0) {
                BitSet before = seen[rowAt[i]];
                before.stream().forEach(token -> visible[from + token] = true);
                all &= before.cardinality() == cached;
            }
            visible[from + cached + i % width] = true;
        }
        return all ? null : HostArrays.of(step, visible, new Shape(slots, width, length));
    }

    @Override
    public void select(int[] rows) {
        Require.that(rows.length != 0, "at least one row must go on");
        if (cache.length() == 0) {
            selectUnread(rows);
            return;
        }
        BitSet[] oldSeen = seen;
        seen = new BitSet[rows.length];
        Arrays.setAll(seen, i -> (BitSet) oldSeen[rows[i]].clone());
        tokens = of(tokens, rows);
        slotOf = of(slotOf, rows);
        int used = Math.toIntExact(Arrays.stream(slotOf).distinct().count());
        if ((slots - used) * MOST_IDLE >= slots && used < slots || isFull()) {
            gather(List.of(this));
        }
    }

    /** Nothing is read yet: each hypothesis gets a slot of its own. */
    private void selectUnread(int[] rows) {
        if (sources != null) {
            try (NDArray index = HostArrays.indices(manager, rows)) {
                sources.select(rows, index);
            }
        }
        if (prompts != null) {
            List<int[]> all = prompts;
            prompts = Arrays.stream(rows).mapToObj(all::get).toList();
        }
        begin(rows.length);
    }

    private static int[] of(int[] values, int[] rows) {
        return Arrays.stream(rows).map(row -> values[row]).toArray();
    }

    /** Whether most cached tokens are seen by nobody. */
    private boolean isFull() {
        int cached = cache.length();
        if (cached < FEWEST_TOKENS) {
            return false;
        }
        int longest = Arrays.stream(continued()).mapToInt(BitSet::cardinality).max().orElse(0);
        return cached >= 2 * longest;
    }

    /** Which tokens of each slot some hypothesis continues. */
    private BitSet[] continued() {
        BitSet[] continued = new BitSet[slots];
        Arrays.setAll(continued, slot -> new BitSet());
        for (int row = 0; row < rows(); row++) {
            continued[slotOf[row]].or(seen[row]);
        }
        return continued;
    }

    @Override
    public boolean joins() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it has another network, or has read nothing yet
     */
    @Override
    public void join(StepDecoder other) {
        if (!(other instanceof BranchingStepDecoder that) || that.network != network) {
            throw new IllegalArgumentException("only rows of the same network can join");
        }
        Require.that(
                cache.length() > 0 && that.cache.length() > 0,
                "rows can join after their first step");
        gather(List.of(this, that));
        that.close();
    }

    /** What is kept of a decoder: its slots that are in use, and their tokens that are seen. */
    private record Kept(BranchingStepDecoder decoder, int[] slots, int[][] tokens) {

        static Kept of(BranchingStepDecoder decoder) {
            BitSet[] continued = decoder.continued();
            int[] slots = Arrays.stream(decoder.slotOf).distinct().sorted().toArray();
            int[][] tokens = new int[slots.length][];
            Arrays.setAll(tokens, i -> continued[slots[i]].stream().toArray());
            return new Kept(decoder, slots, tokens);
        }

        DecoderCache.Rows rows() {
            return new DecoderCache.Rows(decoder.cache, slots, tokens);
        }

        /** Numbers slots and tokens as they will be, after others. */
        void renumber(int slotsBefore) {
            for (int row = 0; row < decoder.rows(); row++) {
                int slot = Arrays.binarySearch(slots, decoder.slotOf[row]);
                BitSet old = decoder.seen[row];
                BitSet renumbered = new BitSet();
                for (int i = 0; i < tokens[slot].length; i++) {
                    renumbered.set(i, old.get(tokens[slot][i]));
                }
                decoder.seen[row] = renumbered;
                decoder.slotOf[row] = slotsBefore + slot;
            }
        }
    }

    /** Goes on with the rows of decoders, this one the first, and without what nobody sees. */
    private void gather(List<BranchingStepDecoder> decoders) {
        List<Kept> kept = decoders.stream().map(Kept::of).toList();
        cache.join(kept.stream().map(Kept::rows).toList());
        if (sources != null) {
            sources.join(
                    kept.stream().map(it -> it.decoder.sources).toList(),
                    kept.stream().map(Kept::slots).toList());
        }
        slots = 0;
        for (Kept part : kept) {
            part.renumber(slots);
            slots += part.slots.length;
        }
        slotOf = decoders.stream().flatMapToInt(it -> Arrays.stream(it.slotOf)).toArray();
        tokens = decoders.stream().flatMapToInt(it -> Arrays.stream(it.tokens)).toArray();
        seen = decoders.stream().flatMap(it -> Arrays.stream(it.seen)).toArray(BitSet[]::new);
    }

    private static int longest(List<int[]> prompts) {
        return prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    }

    @Override
    public void close() {
        manager.close();
    }
}
