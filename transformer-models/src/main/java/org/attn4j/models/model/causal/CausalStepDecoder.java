package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.TokenInput;

/**
 * Continues prompts: the first step reads them whole, and keys and values are kept from step to
 * step.
 */
final class CausalStepDecoder implements StepDecoder {

    private final DecoderOnlyModel model;
    private final LanguageHead head;
    private final NDManager manager;
    private final ParameterStore parameters;
    private final DecoderCache cache;
    private NDArray prompts; // (R, T), null once they are read
    private NDArray visible; // (R, S) of int64, null if no prompt is filled up
    private int[] tokens; // how many of each row are read, without what it is filled up with

    CausalStepDecoder(
            DecoderOnlyModel model,
            LanguageHead head,
            NDManager parent,
            NDArray promptIds,
            NDArray visible) {
        this.model = model;
        this.head = head;
        manager = parent.newSubManager();
        parameters = new ParameterStore(manager, false);
        cache = model.layers().newCache(manager);
        tokens = tokens(promptIds.getShape(), visible);
        model.requirePositions(Arrays.stream(tokens).max().orElse(0));
        prompts = promptIds.duplicate();
        prompts.attach(manager);
        if (visible != null) {
            // DJL shares the memory of an array that has the type already, asked to copy or not.
            this.visible = visible.toType(DataType.INT64, false).duplicate();
            this.visible.attach(manager);
        }
    }

    private static int[] tokens(Shape prompts, NDArray visible) {
        int rows = Math.toIntExact(prompts.get(0));
        int length = Math.toIntExact(prompts.get(1));
        int[] tokens = new int[rows];
        Arrays.fill(tokens, length);
        if (visible != null) {
            Number[] seen = visible.toArray();
            for (int i = 0; i < seen.length; i++) {
                tokens[i / length] -= seen[i].intValue() == 0 ? 1 : 0;
            }
        }
        return tokens;
    }

    @Override
    public int rows() {
        return tokens.length;
    }

    @Override
    public void reserve(int tokens) {
        cache.reserve(Math.toIntExact(prompts.getShape().get(1) + tokens));
    }

    @Override
    public NDArray step(NDArray lastIds) {
        StepDecoder.requireIds(lastIds, rows());
        NDManager step = lastIds.getManager();
        if (prompts == null) {
            Arrays.setAll(tokens, row -> tokens[row] + 1);
            model.requirePositions(Arrays.stream(tokens).max().orElse(0));
        }
        NDArray ids = prompts == null ? lastIds.expandDims(1) : onto(step, prompts); // (R, T)
        if (prompts == null && visible != null) {
            NDArray one = step.ones(new Shape(rows(), 1), DataType.INT64);
            replaceVisible(visible.concat(one, 1)); // (R, S)
        }
        if (prompts != null) {
            prompts.close();
            prompts = null;
        }
        NDArray seen = visible == null ? null : onto(step, visible);
        long count = ids.getShape().get(1);
        CausalInputs in =
                new CausalInputs(
                        TokenInput.of(ids), null, positions(seen, count), seen, cache, null);
        NDArray states = model.forward(parameters, in, false); // (R, T, D)
        NDArray last = states.get(new NDIndex(":, {}", count - 1)); // (R, D)
        return head.project(parameters, last, false); // (R, V)
    }

    /**
     * The positions of tokens of prompts of different lengths, where a model takes them: the first
     * that is no padding is 0.
     */
    private NDArray positions(NDArray seen, long count) {
        if (seen == null || !model.inputNames().contains("position_ids")) {
            return null;
        }
        NDArray counted = Scalars.subtract(seen.cumSum(1), 1); // (R, S)
        long length = counted.getShape().get(1);
        NDArray last = counted.get(":, {}:", length - count); // (R, T)
        return Scalars.maximum(last, 0); // padding is seen by nobody
    }

    /** A copy that goes with its step. */
    private static NDArray onto(NDManager step, NDArray array) {
        NDArray copy = array.duplicate();
        copy.attach(step);
        return copy;
    }

    @Override
    public void select(int[] selected) {
        Require.that(selected.length != 0, "at least one row must go on");
        try (NDManager scratch = manager.newSubManager()) {
            NDArray index = HostArrays.indices(scratch, selected);
            cache.select(index, true);
            if (visible != null) {
                replaceVisible(visible.get(new NDIndex("{}", index)));
            }
            if (prompts != null) {
                NDArray kept = prompts.get(new NDIndex("{}", index));
                kept.attach(manager);
                prompts.close();
                prompts = kept;
            }
        }
        tokens = Arrays.stream(selected).map(row -> tokens[row]).toArray();
    }

    private void replaceVisible(NDArray next) {
        next.attach(manager);
        visible.close();
        visible = next;
    }

    @Override
    public void close() {
        manager.close();
    }
}
