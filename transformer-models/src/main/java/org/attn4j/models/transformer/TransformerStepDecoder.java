package org.attn4j.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.DecoderCache;

/**
 * Decodes with a {@link TransformerModel}: sources are encoded once, the keys and values of the
 * memory computed once, and those of the targets kept from step to step.
 */
final class TransformerStepDecoder implements StepDecoder {

    private final TransformerModel model;
    private final NDManager manager;
    private final ParameterStore parameters;
    private final DecoderCache cache;
    private NDArray memory; // (R, S, D)
    private NDArray visible; // (R, S)
    private int[] sources; // of which source each row is

    TransformerStepDecoder(TransformerModel model, NDManager parent, NDArray sourceIds) {
        this.model = model;
        manager = parent.newSubManager();
        parameters = new ParameterStore(manager, false);
        cache = model.decoder().newCache(manager);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray ids = sourceIds.duplicate();
            ids.attach(scratch);
            memory = model.encode(parameters, ids, null, false).stopGradient();
            memory.attach(manager);
            visible = model.visible(ids);
            visible.attach(manager);
            sources = IntStream.range(0, rows()).toArray();
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public int rows() {
        return Math.toIntExact(memory.getShape().get(0));
    }

    @Override
    public NDArray step(NDArray lastIds) {
        if (lastIds.getShape().dimension() != 1 || lastIds.getShape().get(0) != rows()) {
            throw new IllegalArgumentException(
                    "there are " + rows() + " rows, got ids of shape " + lastIds.getShape());
        }
        NDArray hidden =
                model.decoder()
                        .decode(
                                parameters,
                                lastIds.expandDims(1),
                                memory,
                                AttentionMask.keys(visible),
                                cache,
                                null,
                                false); // (R, 1, D)
        return model.project(parameters, hidden.squeeze(1), false); // (R, V)
    }

    @Override
    public void select(int[] rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("at least one row must go on");
        }
        int[] nextSources = Arrays.stream(rows).map(row -> sources[row]).toArray();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray index = scratch.create(Arrays.stream(rows).asLongStream().toArray());
            boolean sameSources = Arrays.equals(sources, nextSources);
            cache.select(index, sameSources);
            if (!sameSources) {
                memory = replaced(memory, index);
                visible = replaced(visible, index);
                sources = nextSources;
            }
        }
    }

    private NDArray replaced(NDArray old, NDArray rows) {
        NDArray kept = old.get(new NDIndex("{}", rows));
        kept.attach(manager);
        old.close();
        return kept;
    }

    @Override
    public void close() {
        manager.close();
    }
}
