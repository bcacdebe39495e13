package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;

/** The projections of self-attention to queries, keys and values, packed as one map. */
public final class PackedHeads implements AutoCloseable {

    private final PackedLinear map;
    private final long heads;
    private final long groups;
    private final NDArray sizes;

    private PackedHeads(PackedLinear map, long heads, long groups) {
        this.map = map;
        this.heads = heads;
        this.groups = groups;
        sizes = map.module().constants(heads, groups);
    }

    /**
     * Packs projections.
     *
     * @param owner takes the packed weights over
     * @param projections to the N heads of queries, the G of keys and the G of values
     * @param heads N
     * @param groups G
     * @param precision what they compute with
     * @return the packed projections, or nothing where the plain ones are to compute
     * @throws IllegalArgumentException if this precision is not to be had here
     */
    public static Optional<PackedHeads> of(
            NDManager owner,
            List<LinearMap> projections,
            long heads,
            long groups,
            Precision precision) {
        return LinearMap.packedTogether(owner, projections, precision)
                .map(map -> new PackedHeads(map, heads, groups));
    }

    /**
     * Projects.
     *
     * @param x (B, T, D)
     * @return query (B, N, T, H), key (B, G, T, H) and value (B, G, T, H); nothing where the plain
     *     maps are to compute
     */
    public Optional<NDList> apply(NDArray x) {
        if (!PackedLinear.takes(x)) {
            return Optional.empty();
        }
        List<NDArray> parts = map.parts();
        NDList found =
                map.module()
                        .callForAll(
                                "packed_heads", x, parts.get(0), parts.get(1), parts.get(2), sizes);
        if (found.head().size() == 0) {
            found.close();
            return Optional.empty();
        }
        return Optional.of(found);
    }

    PackedLinear map() {
        return map;
    }

    long heads() {
        return heads;
    }

    long groups() {
        return groups;
    }

    @Override
    public void close() {
        map.close();
    }
}
