package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;

/** Dumps with heads in, {@code q}, {@code k} and {@code v}, and a mask in which true is visible. */
final class FixtureHeads {

    private FixtureHeads() {}

    /** Query, key and value with the heads of a position side by side, and the mask. */
    static AttentionInputs inputs(FixtureInputs in) {
        return AttentionInputs.of(
                        merged(in.array("q")), merged(in.array("k")), merged(in.array("v")))
                .withMask(mask(in));
    }

    /**
     * The keys that {@code mask} shows, and no later ones if the dump is causal; queries and keys
     * are counted from the start.
     */
    static AttentionMask mask(FixtureInputs in) {
        AttentionMask mask = visible(in);
        if (!in.fixture().flag("causal", false)) {
            return mask;
        }
        NDManager manager = in.manager();
        long queries = in.array("q").getShape().get(2);
        long keys = in.array("k").getShape().get(2);
        NDArray query = manager.arange(0f, queries, 1).reshape(queries, 1);
        NDArray key = manager.arange(0f, keys, 1).reshape(1, keys);
        return mask.and(AttentionMask.dense(key.lte(query)));
    }

    private static AttentionMask visible(FixtureInputs in) {
        if (!in.has("mask")) {
            return AttentionMask.none();
        }
        List<String> axes = in.fixture().axes("in/mask");
        boolean keysAlone = axes.size() == 2 && !axes.contains("L");
        return keysAlone ? in.keys("mask") : AttentionMask.dense(in.array("mask"));
    }

    /** (B, N, T, H) to (B, T, N·H). */
    static NDArray merged(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.swapAxes(1, 2)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /** (B, T, N·H) to (B, N, T, H). */
    static NDArray split(NDArray merged, long heads) {
        Shape shape = merged.getShape();
        return merged.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads)
                .swapAxes(1, 2);
    }

    static int heads(FixtureInputs in, String name) {
        return Math.toIntExact(in.array(name).getShape().get(1));
    }

    /** The last axis of an input. */
    static int size(FixtureInputs in, String name) {
        Shape shape = in.array(name).getShape();
        return Math.toIntExact(shape.get(shape.dimension() - 1));
    }
}
