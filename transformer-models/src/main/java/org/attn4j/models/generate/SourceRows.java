package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;

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

    private NDArray replaced(NDArray old, NDArray rows) {
        NDArray kept = old.get(new NDIndex("{}", rows));
        kept.attach(manager);
        old.close();
        return kept;
    }
}
