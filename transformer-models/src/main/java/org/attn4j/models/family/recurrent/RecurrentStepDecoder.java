package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.common.Require;
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
    private NDArray memory; // (R, S, dm)
    private NDArray visible; // (R, S)
    private DecoderState state;
    private int[] sources; // of which source each row is

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
            memory = encoded.output().stopGradient();
            memory.attach(manager);
            visible = model.visible(ids);
            visible.attach(manager);
            state = model.start(parameters, encoded, false).detached().attach(manager);
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

    /** The old state goes with the step, so that nothing computed from it stays behind. */
    @Override
    public NDArray step(NDArray lastIds) {
        if (lastIds.getShape().dimension() != 1 || lastIds.getShape().get(0) != rows()) {
            throw new IllegalArgumentException(
                    "there are " + rows() + " rows, got ids of shape " + lastIds.getShape());
        }
        DecoderMemory attended = new DecoderMemory(memory, AttentionMask.keys(visible), cache);
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
        int[] nextSources = Arrays.stream(rows).map(row -> sources[row]).toArray();
        boolean sameSources = Arrays.equals(sources, nextSources);
        try (NDManager scratch = manager.newSubManager()) {
            NDArray index = HostArrays.indices(scratch, rows);
            DecoderState kept = state.select(index).attach(manager);
            state.close();
            state = kept;
            if (!sameSources || cache.hasState()) {
                cache.select(index);
            }
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
