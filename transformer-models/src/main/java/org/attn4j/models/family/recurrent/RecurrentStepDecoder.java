package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.common.Require;
import org.attn4j.models.generate.SourceRows;
import org.attn4j.models.generate.StepDecoder;

/**
 * Decodes with a {@link RecurrentModel}: sources are encoded once, what attention makes of them is
 * made at the first step, and the decoder's state goes from step to step.
 */
final class RecurrentStepDecoder implements StepDecoder {

    private final RecurrentModel model;
    private final NDManager manager;
    private final ParameterStore parameters;
    private final KeyValueCache cache;
    private final SourceRows sources;
    private DecoderState state;

    /** Owns the manager, on which everything lives that is kept between steps. */
    RecurrentStepDecoder(RecurrentModel model, NDManager manager, NDArray sourceIds) {
        this.model = model;
        this.manager = manager;
        parameters = new ParameterStore(manager, false);
        cache = new MemoryCache(manager);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray ids = sourceIds.duplicate();
            ids.attach(scratch);
            RecurrentOutput encoded = model.encode(parameters, ids, false);
            NDArray memory = encoded.output().stopGradient(); // (R, S, dm)
            sources = new SourceRows(manager, memory, model.visible(ids));
            state = model.start(parameters, encoded, false).detached().attach(manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public int rows() {
        return sources.count();
    }

    /** The old state goes with the step, so that nothing computed from it stays behind. */
    @Override
    public NDArray step(NDArray lastIds) {
        StepDecoder.requireIds(lastIds, rows());
        DecoderMemory attended = new DecoderMemory(sources.memory(), sources.mask(), cache);
        state.attach(lastIds.getManager());
        DecoderOutput output =
                model.decoder()
                        .decode(parameters, lastIds.expandDims(1), attended, state, null, false);
        state = output.last().detached().attach(manager);
        return output.logits().squeeze(1); // (R, V)
    }

    @Override
    public void select(int[] rows) {
        Require.that(rows.length != 0, "at least one row must go on");
        try (NDManager scratch = manager.newSubManager()) {
            NDArray index = HostArrays.indices(scratch, rows);
            DecoderState kept = state.select(index).attach(manager);
            state.close();
            state = kept;
            if (!sources.haveSameSources(rows) || cache.hasState()) {
                cache.select(index);
            }
            sources.select(rows, index);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
