package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.ops.AxisPart;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.LinearMap;
import org.attn4j.attention.ops.PackedHeads;
import org.attn4j.attention.ops.PackedLayer;
import org.attn4j.attention.ops.PackedLinear;
import org.attn4j.attention.ops.Precision;
import org.attn4j.attention.ops.Rotation;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;

/**
 * The projections of a multi-head mechanism, from inputs to heads and back. They are the children
 * {@code query_proj}, {@code key_proj}, {@code value_proj} and {@code output_proj} of the
 * mechanism, each with a weight (out, in) and, unless it is left out, a bias. Queries and keys are
 * normalised and rotated here, and the keys and values of this call are put behind those of a
 * cache.
 */
final class Projections {

    private final Sizes sizes;
    private final QueryKeyNorm norm; // null for none
    private final RotaryEmbedding rotary; // null for none
    private final LinearBlock query;
    private final LinearBlock key;
    private final LinearBlock value;
    private LinearBlock output; // null without
    private PackedHeads packed; // query, key and value of one input; null unless packed together

    /**
     * Sizes of the projections.
     *
     * @param modelSize D, the features of query and context
     * @param keySize Dk, the features of the key; 0 for any
     * @param valueSize Dv, the features of the value; 0 for any
     * @param heads the heads of queries
     * @param headSize H, the features of a head of queries and keys
     * @param keyHeads the heads of keys
     * @param valueHeads the heads of values
     * @param valueHeadSize the features of a head of values
     * @param contextHeads the heads of contexts, which are as large as those of values
     */
    record Sizes(
            int modelSize,
            int keySize,
            int valueSize,
            int heads,
            int headSize,
            int keyHeads,
            int valueHeads,
            int valueHeadSize,
            int contextHeads) {

        Sizes {
            Require.that(
                    keySize >= 0
                            && valueSize >= 0
                            && keyHeads >= 1
                            && valueHeads >= 1
                            && valueHeadSize >= 1,
                    "sizes must be at least 1, got keySize=%s, valueSize=%s,"
                            + " keyHeads=%s, valueHeads=%s, valueHeadSize=%s",
                    keySize,
                    valueSize,
                    keyHeads,
                    valueHeads,
                    valueHeadSize);
        }

        /** N heads of queries, G of keys and values, all of H features; inputs of D features. */
        static Sizes of(int modelSize, int heads, int headSize, int keyValueHeads) {
            Require.that(
                    keyValueHeads >= 1 && heads % keyValueHeads == 0,
                    "heads must be divisible by keyValueHeads, got heads=%s, keyValueHeads=%s",
                    heads,
                    keyValueHeads);
            return new Sizes(
                    modelSize,
                    modelSize,
                    modelSize,
                    heads,
                    headSize,
                    keyValueHeads,
                    keyValueHeads,
                    headSize,
                    heads);
        }

        /** The same with keys and values of other features; 0 for any. */
        Sizes withInputs(int otherKeySize, int otherValueSize) {
            return new Sizes(
                    modelSize,
                    otherKeySize,
                    otherValueSize,
                    heads,
                    headSize,
                    keyHeads,
                    valueHeads,
                    valueHeadSize,
                    contextHeads);
        }
    }

    /**
     * Creates the projections of query, key and value.
     *
     * @param owner adds a child to the mechanism
     * @param sizes their sizes
     * @param bias whether they have a bias
     * @param norm normalises queries and keys; null for none
     * @param rotary rotates queries and keys by position; null for none
     */
    Projections(
            BiFunction<String, LinearBlock, LinearBlock> owner,
            Sizes sizes,
            boolean bias,
            QueryKeyNorm norm,
            RotaryEmbedding rotary) {
        Require.that(
                rotary == null || rotary.size() <= sizes.headSize,
                "rotary size must be at most the head size, got rotary size=%s, head size=%s",
                rotary == null ? 0 : rotary.size(),
                sizes.headSize);
        this.sizes = sizes;
        this.norm = norm;
        this.rotary = rotary;
        query =
                owner.apply(
                        "query_proj", LinearBlock.of((long) sizes.heads * sizes.headSize, bias));
        key = owner.apply("key_proj", LinearBlock.of((long) sizes.keyHeads * sizes.headSize, bias));
        value =
                owner.apply(
                        "value_proj",
                        LinearBlock.of((long) sizes.valueHeads * sizes.valueHeadSize, bias));
    }

    /** Adds the projection of the context. */
    Projections withOutput(BiFunction<String, LinearBlock, LinearBlock> owner, boolean bias) {
        output = owner.apply("output_proj", LinearBlock.of(sizes.modelSize, bias));
        return this;
    }

    /**
     * What attends and what is attended to.
     *
     * @param query (B, N, T, H)
     * @param memory all keys and values, (B, G, S, H), those of the cache first
     */
    record Projected(NDArray query, KeyValues memory) {}

    /** Queries, keys and values; those of one input in one call where they are packed together. */
    Projected all(ParameterStore parameters, AttentionInputs in, boolean training) {
        Optional<NDList> together = together(in, training);
        if (together.isEmpty()) {
            NDArray own = query(parameters, in, training);
            return new Projected(own, memory(parameters, in, training));
        }
        int cached = in.cached();
        NDList heads = together.get();
        NDArray own = placedQuery(parameters, heads.get(0), in, training);
        return new Projected(
                own,
                in.remembered(
                        () ->
                                new KeyValues(
                                        placedKey(parameters, heads.get(1), in, cached, training),
                                        heads.get(2))));
    }

    private Optional<NDList> together(AttentionInputs in, boolean training) {
        boolean applies =
                packed != null
                        && !training
                        && in.query() == in.key()
                        && in.query() == in.value()
                        && Stream.of(query, key, value).allMatch(map -> map.update().isEmpty());
        return applies ? packed.apply(in.query()) : Optional.empty();
    }

    /** The heads of the queries, (B, N, T, H). To be asked for before {@link #memory}. */
    NDArray query(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray heads = Heads.split(query.apply(parameters, in.query(), training), sizes.heads);
        return placedQuery(parameters, heads, in, training);
    }

    private NDArray placedQuery(
            ParameterStore parameters, NDArray heads, AttentionInputs in, boolean training) {
        tellProjected(in, Stages.PROJECTED_QUERY, heads);
        NDArray normed = norm == null ? heads : norm.query(parameters, heads, training);
        return rotated(normed, in, in.cached());
    }

    /** All keys (B, G, S, H) and values (B, G, S, Hv), those of the cache first. */
    KeyValues memory(ParameterStore parameters, AttentionInputs in, boolean training) {
        int cached = in.cached();
        return in.remembered(
                () ->
                        new KeyValues(
                                key(parameters, in, cached, training),
                                value(parameters, in, training)));
    }

    /** The keys of this call, (B, G, S, H), which stand behind {@code cached} others. */
    NDArray key(ParameterStore parameters, AttentionInputs in, int cached, boolean training) {
        NDArray heads = Heads.split(key.apply(parameters, in.key(), training), sizes.keyHeads);
        return placedKey(parameters, heads, in, cached, training);
    }

    private NDArray placedKey(
            ParameterStore parameters,
            NDArray heads,
            AttentionInputs in,
            int cached,
            boolean training) {
        tellProjected(in, Stages.PROJECTED_KEY, heads);
        NDArray normed = norm == null ? heads : norm.key(parameters, heads, training);
        return rotated(normed, in, cached);
    }

    /** Heads that are scored as they are get told as such, and not twice. */
    private void tellProjected(AttentionInputs in, String stage, NDArray heads) {
        if (norm != null || rotary != null) {
            AttentionObserver.tell(in.observer(), stage, () -> heads);
        }
    }

    /** The values of this call, (B, G, S, Hv). */
    NDArray value(ParameterStore parameters, AttentionInputs in, boolean training) {
        return Heads.split(value.apply(parameters, in.value(), training), sizes.valueHeads);
    }

    private NDArray rotated(NDArray heads, AttentionInputs in, int cached) {
        if (rotary == null) {
            return heads;
        }
        return in.positions() == null
                ? rotary.apply(heads, cached)
                : rotary.apply(heads, in.positions());
    }

    /** The context (B, T, D) of its heads side by side, (B, T, N·Hv). */
    AttentionOutput output(
            ParameterStore parameters, AttentionInputs in, NDArray context, boolean training) {
        AttentionObserver.tell(in.observer(), Stages.CONCATENATED, () -> context);
        NDArray projected = output.apply(parameters, context, training);
        AttentionObserver.tell(in.observer(), Stages.OUTPUT, () -> projected);
        return new AttentionOutput(projected);
    }

    /** The context (B, T, D) of its heads, (B, N, T, Hv). */
    AttentionOutput joined(
            ParameterStore parameters, AttentionInputs in, NDArray heads, boolean training) {
        Optional<NDArray> joined =
                in.observed() ? Optional.empty() : output.applyJoined(heads, training);
        return joined.isPresent()
                ? new AttentionOutput(joined.get())
                : output(parameters, in, Heads.merge(heads), training);
    }

    /**
     * Packs query, key and value together, for attention of a sequence to itself.
     *
     * @return what needs no packing of its own any more
     */
    List<Block> packTogether(NDManager owner, Precision precision) {
        List<LinearBlock> maps = List.of(query, key, value);
        packed =
                PackedHeads.of(
                                owner,
                                maps.stream().map(LinearBlock::map).toList(),
                                sizes.heads,
                                sizes.keyHeads,
                                precision)
                        .orElse(null);
        return packed == null ? List.of() : List.copyOf(maps);
    }

    /** Packed self-attention by softmax; nothing if something is done to queries and keys. */
    Optional<PackedLayer.SelfAttention> packed(double scale) {
        return packed == null || norm != null || rotary != null
                ? Optional.empty()
                : output.map()
                        .packed()
                        .map(map -> new PackedLayer.SelfAttention(packed, map, scale));
    }

    /** Packed cross-attention by softmax; nothing if something is done to queries and keys. */
    Optional<PackedLayer.CrossAttention> packedCross(double scale) {
        Optional<PackedLinear> queries = query.map().packed();
        Optional<PackedLinear> outputs = output.map().packed();
        return queries.isEmpty()
                        || outputs.isEmpty()
                        || norm != null
                        || rotary != null
                        || sizes.keyHeads != sizes.heads
                ? Optional.empty()
                : Optional.of(
                        new PackedLayer.CrossAttention(
                                queries.get(), sizes.heads, outputs.get(), scale));
    }

    /** The maps of queries, keys, values and contexts, if the first two are not normalised. */
    Optional<List<LinearMap>> plain() {
        return norm != null
                ? Optional.empty()
                : Optional.of(List.of(query.map(), key.map(), value.map(), output.map()));
    }

    /** Whether queries and keys are rotated by their positions. */
    boolean rotates() {
        return rotary != null;
    }

    /** How a sequence from its first position on is rotated, or at those that it is given. */
    Rotation rotation(NDManager manager, NDArray positions, long length) {
        return positions == null
                ? rotary.rotation(manager, 0, length)
                : rotary.rotation(manager, positions);
    }

    /** Whether a low-rank update is added to any of them. */
    boolean adapted() {
        return Stream.of(query, key, value, output).anyMatch(map -> map.update().isPresent());
    }

    void unpack() {
        if (packed != null) {
            packed.close();
            packed = null;
        }
    }

    Parameter outputWeight() {
        return output.weight();
    }

    /** Makes the output read zeros in place of some features of the context. */
    void maskContext(long first, long count) {
        if (output.update().isPresent()) {
            throw new IllegalStateException(
                    "heads cannot be masked under an adapter: merge it into the model first");
        }
        outputWeight().getArray().set(new NDIndex(":, {}:{}", first, first + count), 0);
        output.unpack();
    }

    /**
     * Takes the values of larger projections.
     *
     * @param whole the projections of more heads
     * @param context the features of the heads of queries that these are
     * @param memory the features of the heads of keys and values that these are
     */
    void take(Projections whole, int[] context, int[] memory) {
        take(query, whole.query, 0, context);
        take(key, whole.key, 0, memory);
        take(value, whole.value, 0, memory);
        take(output, whole.output, 1, context);
    }

    private static void take(LinearBlock part, LinearBlock whole, int axis, int[] kept) {
        for (Pair<String, Parameter> parameter : whole.getDirectParameters()) {
            NDArray from = parameter.getValue().getArray();
            NDArray to = part.getDirectParameters().get(parameter.getKey()).getArray();
            boolean sharedBias = axis > 0 && from.getShape().dimension() == 1;
            try (NDManager scratch = from.getManager().newSubManager()) {
                (sharedBias ? from : AxisPart.of(scratch, from, axis, kept)).copyTo(to);
            }
        }
    }

    /** Initialises the children for the shapes of query, key and value. */
    void initialize(NDManager manager, DataType dataType, Shape... shapes) {
        requireFeatures("query", "modelSize", sizes.modelSize, shapes[0]);
        requireFeatures("key", "keySize", sizes.keySize, shapes[1]);
        requireFeatures("value", "valueSize", sizes.valueSize, shapes[2]);
        query.initialize(manager, dataType, shapes[0]);
        key.initialize(manager, dataType, shapes[1]);
        value.initialize(manager, dataType, shapes[2]);
        if (output != null) {
            long features = (long) sizes.contextHeads * sizes.valueHeadSize;
            output.initialize(manager, dataType, new Shape(1, 1, features));
        }
    }

    private static void requireFeatures(String input, String setting, int size, Shape shape) {
        Require.that(
                size == 0 || shape.get(shape.dimension() - 1) == size,
                "the last dimension of the %s must be %s, got %s=%s, %s=%s",
                input,
                setting,
                setting,
                size,
                input,
                shape);
    }
}
