package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Rows;

/** The encoded sources that the rows of a step decoder attend to, as rows come and go. */
public final class SourceRows {

    private final NDManager manager;
    private NDArray memory; // (R, S, D)
    private NDArray visible; // (R, S)
    private int[] sources; // of which source each row is

    /**
     * Begins with a row for each source.
     *
     * @param manager takes the arrays over
     * @param memory the encoded sources, (B, S, D)
     * @param visible which of their positions are seen, (B, S)
     */
    public SourceRows(NDManager manager, NDArray memory, NDArray visible) {
        this.manager = manager;
        this.memory = memory;
        this.visible = visible;
        memory.attach(manager);
        visible.attach(manager);
        sources = IntStream.range(0, count()).toArray();
    }

    /**
     * Returns how many rows there are.
     *
     * @return R
     */
    public int count() {
        return Math.toIntExact(memory.getShape().get(0));
    }

    /**
     * Returns what the rows attend to.
     *
     * @return (R, S, D)
     */
    public NDArray memory() {
        return memory;
    }

    /**
     * Returns which positions of it are seen.
     *
     * @return the mask
     */
    public AttentionMask mask() {
        return AttentionMask.keys(visible);
    }

    /**
     * Whether rows are of the sources that the present ones are of, so that what was computed of
     * these stays.
     *
     * @param rows numbers of present rows
     * @return whether nothing changes here
     */
    public boolean haveSameSources(int[] rows) {
        return Arrays.equals(sources, sourcesOf(rows));
    }

    private int[] sourcesOf(int[] rows) {
        return Arrays.stream(rows).map(row -> sources[row]).toArray();
    }

    /**
     * Goes on with these rows.
     *
     * @param rows numbers of present rows
     * @param index the same as an array
     */
    public void select(int[] rows, NDArray index) {
        if (!haveSameSources(rows)) {
            memory = replaced(memory, index);
            visible = replaced(visible, index);
            sources = sourcesOf(rows);
        }
    }

    /**
     * Goes on with rows of several, one below the other.
     *
     * @param all of which, maybe this one among them; the others stay as they are
     * @param rows which rows of each
     */
    void join(List<SourceRows> all, List<int[]> rows) {
        long length = all.stream().mapToLong(it -> it.memory.getShape().get(1)).max().orElse(0);
        try (NDManager scratch = manager.newSubManager()) {
            NDList memories = new NDList();
            NDList masks = new NDList();
            for (int i = 0; i < all.size(); i++) {
                NDArray kept = HostArrays.indices(scratch, rows.get(i));
                SourceRows part = all.get(i);
                NDArray mask = taken(scratch, part.visible, kept).toType(DataType.FLOAT32, false);
                memories.add(longer(taken(scratch, part.memory, kept), length));
                masks.add(longer(mask, length));
            }
            replace(NDArrays.concat(memories, 0), NDArrays.concat(masks, 0));
        }
        sources = IntStream.range(0, count()).toArray();
    }

    private static NDArray taken(NDManager scratch, NDArray array, NDArray rows) {
        NDArray taken = Rows.of(array, rows);
        taken.attach(scratch);
        return taken;
    }

    /** Filled up with zeros behind. */
    private static NDArray longer(NDArray array, long length) {
        Shape shape = array.getShape();
        long missing = length - shape.get(1);
        if (missing == 0) {
            return array;
        }
        Shape more =
                shape.dimension() == 2
                        ? new Shape(shape.get(0), missing)
                        : new Shape(shape.get(0), missing, shape.get(2));
        return array.concat(array.getManager().zeros(more, array.getDataType()), 1);
    }

    private void replace(NDArray nextMemory, NDArray nextVisible) {
        memory.close();
        visible.close();
        memory = nextMemory;
        visible = nextVisible;
        memory.attach(manager);
        visible.attach(manager);
    }

    private NDArray replaced(NDArray old, NDArray rows) {
        NDArray kept = Rows.of(old, rows);
        kept.attach(manager);
        old.close();
        return kept;
    }
}
