package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.AxisPart;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.common.Require;

/**
 * Which keys each query may attend to, and what is added to their scores.
 *
 * <p>A mask is a conjunction of parts, which stay symbolic until a kernel needs arrays: a fused
 * kernel takes "causal" as a flag, and a sparse mechanism reads the padding. {@link #none()} is the
 * conjunction of no parts.
 *
 * <p>True (or 1) is visible, false (or 0) is hidden. Hidden keys have the weight 0; a query that
 * sees nothing has weights and a context of zeros. A bias of −∞ hides a key too, while the lowest
 * finite number does not: a row full of it is averaged, as it is in Hugging Face's models.
 *
 * <p>Masks are immutable. The arrays belong to the caller.
 */
public sealed interface AttentionMask {

    /**
     * Returns the mask that hides nothing.
     *
     * @return a mask under which every query sees every key
     */
    static AttentionMask none() {
        return And.NONE;
    }

    /**
     * Returns the mask under which a query sees its own position and those before it.
     *
     * @return the causal mask
     */
    static AttentionMask causal() {
        return Band.CAUSAL;
    }

    /**
     * Returns a sliding window around each query's own position, which is always in it.
     *
     * @param before how many positions before its own a query sees, at least 0
     * @param after how many positions after its own a query sees, at least 0
     * @return the window
     */
    static AttentionMask window(int before, int after) {
        return new Band(before, after);
    }

    /**
     * Returns a mask that hides keys from all queries, as padding does.
     *
     * @param visible (B, S), boolean or of zeros and ones: which keys are seen
     * @return the mask
     */
    static AttentionMask keys(NDArray visible) {
        return new Keys(visible);
    }

    /**
     * Returns a mask given for every pair of a query and a key.
     *
     * @param visible (T, S), (B, T, S) or broadcastable to (B, N, T, S), boolean or of zeros and
     *     ones
     * @return the mask
     */
    static AttentionMask dense(NDArray visible) {
        return new Dense(visible);
    }

    /**
     * Returns a mask that adds to the scores, and passes gradients to what it adds.
     *
     * @param additive (T, S), (B, T, S) or broadcastable to (B, N, T, S); −∞ hides
     * @return the mask
     */
    static AttentionMask bias(NDArray additive) {
        return new Bias(additive);
    }

    /**
     * The keys from {@code before} positions before a query to {@code after} positions after it.
     * Positions are counted from the end: with T queries and S keys (the others come from a cache),
     * query i has the position i + S − T.
     *
     * @param before how many earlier keys are seen; {@link #UNLIMITED} for all
     * @param after how many later keys are seen; {@link #UNLIMITED} for all
     */
    record Band(long before, long after) implements AttentionMask {

        /** All keys of one side. */
        public static final long UNLIMITED = Long.MAX_VALUE;

        private static final Band ALL = new Band(UNLIMITED, UNLIMITED);
        private static final Band CAUSAL = new Band(UNLIMITED, 0);

        public Band {
            Require.that(
                    before >= 0 && after >= 0,
                    "a window must be at least 0 on each side, got before=%s, after=%s",
                    before,
                    after);
        }

        @Override
        public Band band() {
            return this;
        }

        /**
         * Returns whether no key is hidden.
         *
         * @return whether neither side is limited
         */
        public boolean isAll() {
            return equals(ALL);
        }

        /**
         * Returns whether the later keys are hidden, and no others.
         *
         * @return whether this is the causal band
         */
        public boolean isCausal() {
            return equals(CAUSAL);
        }

        private Band and(Band other) {
            return new Band(Math.min(before, other.before), Math.min(after, other.after));
        }

        /**
         * Drops the sides that hide nothing: the first query has T − 1 keys after it, the last S −
         * 1 before it.
         */
        private Band trimmed(long queries, long keys) {
            return new Band(
                    before < keys - 1 ? before : UNLIMITED,
                    after < queries - 1 ? after : UNLIMITED);
        }
    }

    /**
     * The keys that all queries see.
     *
     * @param visible (B, S), boolean or of zeros and ones
     */
    record Keys(NDArray visible) implements AttentionMask {

        public Keys {
            Require.that(
                    visible.getShape().dimension() == 2,
                    "a key mask must be (B, S), got %s",
                    visible.getShape());
        }

        @Override
        public Optional<NDArray> keys() {
            return Optional.of(visible);
        }
    }

    /**
     * The keys that each query sees.
     *
     * @param visible broadcastable to (B, N, T, S), boolean or of zeros and ones
     */
    record Dense(NDArray visible) implements AttentionMask {

        public Dense {
            visible = fourAxes(visible);
        }

        @Override
        public Optional<NDArray> dense() {
            return Optional.of(visible);
        }

        @Override
        public AttentionMask ofHeads(NDManager manager, int[] kept) {
            return isSame(visible) ? this : new Dense(AxisPart.of(manager, visible, 1, kept));
        }
    }

    /**
     * What is added to the scores.
     *
     * @param additive broadcastable to (B, N, T, S); −∞ hides
     */
    record Bias(NDArray additive) implements AttentionMask {

        public Bias {
            additive = fourAxes(additive);
        }

        @Override
        public Optional<NDArray> bias() {
            return Optional.of(additive);
        }

        @Override
        public AttentionMask ofHeads(NDManager manager, int[] kept) {
            return isSame(additive) ? this : new Bias(AxisPart.of(manager, additive, 1, kept));
        }
    }

    /**
     * What all parts let through.
     *
     * @param parts masks that are no conjunctions themselves
     */
    record And(List<AttentionMask> parts) implements AttentionMask {

        private static final And NONE = new And(List.of());

        @Override
        public Band band() {
            return parts.stream().map(AttentionMask::band).reduce(Band.ALL, Band::and);
        }

        @Override
        public Optional<NDArray> keys() {
            return joined(AttentionMask::keys, And::both);
        }

        @Override
        public Optional<NDArray> dense() {
            return joined(AttentionMask::dense, And::both);
        }

        @Override
        public Optional<NDArray> bias() {
            return joined(AttentionMask::bias, NDArray::add);
        }

        @Override
        public AttentionMask ofHeads(NDManager manager, int[] kept) {
            return of(parts.stream().map(part -> part.ofHeads(manager, kept)));
        }

        private Optional<NDArray> joined(
                Function<AttentionMask, Optional<NDArray>> of, BinaryOperator<NDArray> join) {
            return parts.stream().map(of).flatMap(Optional::stream).reduce(join);
        }

        private static NDArray both(NDArray one, NDArray other) {
            return one.toType(DataType.FLOAT32, false).mul(other.toType(DataType.FLOAT32, false));
        }
    }

    /**
     * A mask whose arrays are made already.
     *
     * @param mask the mask
     * @param queryLength T
     * @param keyLength S
     * @param arrays the arrays for these lengths
     */
    record Realised(AttentionMask mask, long queryLength, long keyLength, MaskArrays arrays)
            implements AttentionMask {

        @Override
        public List<AttentionMask> parts() {
            return mask.parts();
        }

        @Override
        public Band band() {
            return mask.band();
        }

        @Override
        public Optional<NDArray> keys() {
            return mask.keys();
        }

        @Override
        public Optional<NDArray> dense() {
            return mask.dense();
        }

        @Override
        public Optional<NDArray> bias() {
            return mask.bias();
        }

        @Override
        public AttentionMask realise(NDManager manager, long queries, long keys) {
            return fits(queries, keys) ? this : mask.realise(manager, queries, keys);
        }

        @Override
        public MaskArrays arrays(NDManager manager, long queries, long keys) {
            return fits(queries, keys) ? arrays : mask.arrays(manager, queries, keys);
        }

        @Override
        public AttentionMask ofHeads(NDManager manager, int[] kept) {
            return new Realised(
                    mask.ofHeads(manager, kept),
                    queryLength,
                    keyLength,
                    arrays.ofHeads(manager, kept));
        }

        private boolean fits(long queries, long keys) {
            return queryLength == queries && keyLength == keys;
        }
    }

    /**
     * Returns the mask under which a key is seen if it is seen under both; biases add up.
     *
     * @param other another mask for the same queries and keys
     * @return the conjunction
     */
    default AttentionMask and(AttentionMask other) {
        if (other.isNone()) {
            return this;
        }
        return isNone() ? other : of(Stream.of(this, other).flatMap(m -> m.parts().stream()));
    }

    /**
     * Returns the parts of the conjunction that this mask is.
     *
     * @return masks that are no conjunctions; none if nothing is hidden
     */
    default List<AttentionMask> parts() {
        return List.of(this);
    }

    /**
     * Returns whether nothing is hidden and nothing added.
     *
     * @return whether this mask can be left out
     */
    default boolean isNone() {
        return parts().isEmpty();
    }

    /**
     * Returns whether this is the causal mask and nothing else, so that a kernel may take it as a
     * flag.
     *
     * @return whether all of this mask is "no later key"
     */
    default boolean isCausalOnly() {
        return band().isCausal() && !hasArrays();
    }

    /**
     * Returns whether keys are hidden, or scores changed, by arrays and not by the band alone.
     *
     * @return whether there are keys, dense parts or biases
     */
    default boolean hasArrays() {
        return !parts().stream().allMatch(Band.class::isInstance);
    }

    /**
     * Returns the keys near a query that all bands of this mask let it see.
     *
     * @return the narrowest band
     */
    default Band band() {
        return Band.ALL;
    }

    /**
     * Returns the keys that all queries see.
     *
     * @return (B, S); empty if no key is hidden from all
     */
    default Optional<NDArray> keys() {
        return Optional.empty();
    }

    /**
     * Returns what each query sees by the dense parts, beside band and keys.
     *
     * @return an array broadcastable to (B, N, T, S); empty if there are none
     */
    default Optional<NDArray> dense() {
        return Optional.empty();
    }

    /**
     * Returns what is added to the scores.
     *
     * @return an array broadcastable to (B, N, T, S); empty if there is nothing
     */
    default Optional<NDArray> bias() {
        return Optional.empty();
    }

    /**
     * Makes the arrays of this mask once, for all the layers of a stack that share it. The parts
     * stay readable. A mask that hides nothing at these lengths becomes {@link #none()}; one that
     * is only causal stays a flag, since fused kernels want no arrays for it.
     *
     * @param manager where the arrays live
     * @param queryLength T
     * @param keyLength S, cached keys included
     * @return the mask, ready for exactly these lengths
     */
    default AttentionMask realise(NDManager manager, long queryLength, long keyLength) {
        AttentionMask trimmed = trimmed(queryLength, keyLength);
        return trimmed.isNone() || trimmed.isCausalOnly()
                ? trimmed
                : new Realised(
                        trimmed,
                        queryLength,
                        keyLength,
                        Realisation.of(trimmed, manager, queryLength, keyLength));
    }

    /**
     * Returns this mask as arrays; those of a realised mask are there already.
     *
     * @param manager where the arrays live
     * @param queryLength T
     * @param keyLength S, cached keys included
     * @return the arrays
     */
    default MaskArrays arrays(NDManager manager, long queryLength, long keyLength) {
        AttentionMask trimmed = trimmed(queryLength, keyLength);
        return trimmed.isNone()
                ? MaskArrays.NONE
                : Realisation.of(trimmed, manager, queryLength, keyLength);
    }

    /**
     * Returns this mask for some of the heads that it is for.
     *
     * @param manager where the arrays live
     * @param kept the numbers of the heads, ascending
     * @return a mask broadcastable to (B, kept heads, T, S)
     */
    default AttentionMask ofHeads(NDManager manager, int[] kept) {
        return this;
    }

    /**
     * Returns this mask with further keys at the end that every query sees, as {@code bias_k} and
     * {@code add_zero_attn} of torch's multi-head attention add them.
     *
     * @param manager where the arrays live
     * @param queryLength T
     * @param keyLength S without the further keys
     * @param count how many keys are added
     * @return a mask for T queries and S + count keys
     */
    default AttentionMask withVisibleKeys(
            NDManager manager, long queryLength, long keyLength, int count) {
        MaskArrays arrays = arrays(manager, queryLength, keyLength);
        if (arrays.isNone()) {
            return none();
        }
        MaskArrays longer = arrays.withVisibleKeys(count);
        return new Realised(
                dense(longer.visible()).and(bias(longer.additive())),
                queryLength,
                keyLength + count,
                longer);
    }

    /**
     * Returns what a kernel needs to attend under this mask.
     *
     * @param query the query heads, (B, N, T, H)
     * @param key the key heads, (B, G, S, H)
     * @param value the value heads, (B, G, S, Hv)
     * @param scale the factor on the scores
     * @param dropout the rate at which weights are dropped when training
     * @param training whether this is a training pass
     * @param observer is told the weights; null for nobody
     * @return the request
     */
    default AttentionRequest request(
            NDArray query,
            NDArray key,
            NDArray value,
            double scale,
            float dropout,
            boolean training,
            AttentionObserver observer) {
        long queries = query.getShape().get(2);
        long keys = key.getShape().get(2);
        boolean causal = isCausalOnly() && queries == keys;
        MaskArrays arrays = causal ? MaskArrays.NONE : arrays(query.getManager(), queries, keys);
        return new AttentionRequest(
                query, key, value, causal, arrays, scale, dropout, training, observer);
    }

    private AttentionMask trimmed(long queries, long keys) {
        Band band = band().trimmed(queries, keys);
        if (band.equals(band())) {
            return this;
        }
        Stream<AttentionMask> others = parts().stream().filter(part -> !(part instanceof Band));
        return of(band.isAll() ? others : Stream.concat(Stream.of(band), others));
    }

    private static AttentionMask of(Stream<AttentionMask> parts) {
        List<AttentionMask> all = parts.toList();
        return all.size() == 1 ? all.get(0) : new And(all);
    }

    /** Whether an array is the same for all heads. */
    private static boolean isSame(NDArray array) {
        return array.getShape().get(1) == 1;
    }

    private static NDArray fourAxes(NDArray array) {
        Shape shape = array.getShape();
        return switch (shape.dimension()) {
            case 2 -> array.reshape(1, 1, shape.get(0), shape.get(1));
            case 3 -> array.reshape(shape.get(0), 1, shape.get(1), shape.get(2));
            case 4 -> array;
            default ->
                    throw new IllegalArgumentException(
                            "a mask must be (T, S), (B, T, S) or (B, N, T, S), got %s"
                                    .formatted(shape));
        };
    }
}
