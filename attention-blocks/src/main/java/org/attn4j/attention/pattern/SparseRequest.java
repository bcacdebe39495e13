package org.attn4j.attention.pattern;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Kernels;

/**
 * What a pattern attends with. Heads stand behind positions here, so that a position is one row.
 *
 * @param query (B, T, N, H)
 * @param key (B, S, G, H), where G divides N
 * @param value (B, S, G, Hv)
 * @param visible which keys are seen at all, (B, S), boolean or of zeros and ones; null for all
 * @param scale the factor on the scores
 * @param dropout the rate at which weights are dropped in training
 * @param training whether this is a training pass
 * @param kernel the kernel for the gathered blocks; null for the fastest
 */
public record SparseRequest(
        NDArray query,
        NDArray key,
        NDArray value,
        NDArray visible,
        double scale,
        float dropout,
        boolean training,
        AttentionKernel kernel) {

    public SparseRequest {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }

    /**
     * Attends from blocks of queries to the keys gathered for each block.
     *
     * @param gathers what is gathered
     * @param extent the positions of the call
     * @return the context, (B, T, N, Hv)
     */
    public NDArray attend(List<BlockGather> gathers, PatternExtent extent) {
        NDList contexts = new NDList(); // (B, Q·M, N, Hv) each
        int[] rowOf = new int[extent.queries()]; // where the context of each query stands
        int row = 0;
        for (BlockGather gather : gathers) {
            contexts.add(attend(gather, extent.first()));
            for (int[] block : gather.queries()) {
                for (int position : block) {
                    if (position != BlockGather.NONE) {
                        rowOf[position - extent.first()] = row;
                    }
                    row++;
                }
            }
        }
        NDArray rows = contexts.size() == 1 ? contexts.head() : NDArrays.concat(contexts, 1);
        return Sequences.take(rows, rowOf); // (B, T, N, Hv)
    }

    /** Attends with the heads of each group together. */
    NDArray attendInGroups(SparsePattern pattern, PatternExtent extent) {
        int heads = Math.toIntExact(query.getShape().get(2)); // N
        int sharing = heads / Math.toIntExact(key.getShape().get(2)); // N / G
        NDList queries = query.split(heads, 2);
        NDList keys = key.split(heads / sharing, 2);
        NDList values = value.split(heads / sharing, 2);
        NDArray[] contexts = new NDArray[heads];
        for (int group = 0; group < pattern.groups(); group++) {
            int which = group;
            int[] members =
                    IntStream.range(0, heads)
                            .filter(head -> pattern.group(head) == which)
                            .toArray();
            if (members.length == 0) {
                continue;
            }
            NDList own = new NDList();
            NDList ownKeys = new NDList();
            NDList ownValues = new NDList();
            for (int head : members) {
                own.add(queries.get(head));
                ownKeys.add(keys.get(head / sharing));
                ownValues.add(values.get(head / sharing));
            }
            NDArray context =
                    with(joined(own), joined(ownKeys), joined(ownValues))
                            .attend(pattern.gathers(group, extent), extent);
            NDList parts = context.split(members.length, 2); // (B, T, 1, Hv) each
            for (int i = 0; i < members.length; i++) {
                contexts[members[i]] = parts.get(i);
            }
        }
        return joined(new NDList(contexts)); // (B, T, N, Hv)
    }

    /** This request for one sequence of the batch. */
    SparseRequest row(int b) {
        NDIndex row = new NDIndex("{}:{}", b, b + 1);
        return new SparseRequest(
                query.get(row),
                key.get(row),
                value.get(row),
                visible == null ? null : visible.get(row),
                scale,
                dropout,
                training,
                kernel);
    }

    /** This request with other queries, keys and values. */
    SparseRequest with(NDArray queries, NDArray keys, NDArray values) {
        return new SparseRequest(queries, keys, values, visible, scale, dropout, training, kernel);
    }

    private NDArray attend(BlockGather gather, int first) {
        long batch = query.getShape().get(0);
        long blocks = batch * gather.blocks(); // B·Q
        int[] positions = flat(gather.queries());
        for (int i = 0; i < positions.length; i++) {
            positions[i] =
                    positions[i] == BlockGather.NONE ? BlockGather.NONE : positions[i] - first;
        }
        int[] columns = flat(gather.keys());
        AttentionRequest request =
                // (B·Q, G, K, Hv)
                mask(gather, columns, batch)
                        .request(
                                heads(Sequences.take(query, positions), blocks), // (B·Q, N, M, H)
                                heads(Sequences.take(key, columns), blocks), // (B·Q, G, K, H)
                                heads(Sequences.take(value, columns), blocks),
                                scale,
                                dropout,
                                training,
                                null);
        NDArray context = Kernels.attend(kernel, request); // (B·Q, N, M, Hv)
        Shape shape = context.getShape();
        return context.swapAxes(1, 2)
                .reshape(batch, positions.length, shape.get(1), shape.get(3)); // (B, Q·M, N, Hv)
    }

    /** Splits (B, Q·X, N, H) into blocks and puts the heads in front: (B·Q, N, X, H). */
    private static NDArray heads(NDArray rows, long blocks) {
        Shape shape = rows.getShape();
        long size = shape.get(0) * shape.get(1) / blocks;
        return rows.reshape(blocks, size, shape.get(2), shape.get(3)).swapAxes(1, 2);
    }

    /** Which of the gathered keys are there, are visible, and are seen by each query of a block. */
    private AttentionMask mask(BlockGather gather, int[] columns, long batch) {
        NDManager manager = query.getManager();
        AttentionMask mask = AttentionMask.none();
        NDArray there = null; // (B, Q·K)
        if (visible != null) {
            there = Sequences.take(visible.toType(DataType.FLOAT32, false), columns);
        }
        if (Arrays.stream(columns).anyMatch(column -> column == BlockGather.NONE)) {
            float[] real = new float[columns.length];
            for (int i = 0; i < columns.length; i++) {
                real[i] = columns[i] == BlockGather.NONE ? 0 : 1;
            }
            NDArray array = HostArrays.of(manager, real, new Shape(1, columns.length));
            there = there == null ? array.repeat(0, batch) : there.mul(array);
        }
        if (there != null) {
            mask = AttentionMask.keys(there.reshape(batch * gather.blocks(), gather.width()));
        }
        if (gather.seen() != null) {
            mask = mask.and(AttentionMask.dense(seen(gather, manager)));
        }
        return mask;
    }

    private static NDArray seen(BlockGather gather, NDManager manager) {
        float[] seen = new float[gather.blockSize() * gather.width()];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = gather.seen()[i / gather.width()][i % gather.width()] ? 1 : 0;
        }
        return HostArrays.of(
                manager, seen, new Shape(gather.blockSize(), gather.width())); // (M, K)
    }

    private static NDArray joined(NDList heads) {
        return heads.size() == 1 ? heads.head() : NDArrays.concat(heads, 2);
    }

    private static int[] flat(int[][] positions) {
        return Arrays.stream(positions).flatMapToInt(Arrays::stream).toArray();
    }
}
