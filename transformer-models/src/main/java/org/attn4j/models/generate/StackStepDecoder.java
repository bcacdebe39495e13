package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearRows;
import org.attn4j.common.Require;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;

/**
 * Decodes with a stack of layers: sources are encoded once, the keys and values of the memory
 * computed once, and those of the targets kept from step to step.
 */
public final class StackStepDecoder implements StepDecoder {

    private final EmbeddedStack decoder;
    private final UnaryOperator<NDArray> readable;
    private final BiFunction<ParameterStore, NDArray, NDArray> project;
    private final NDManager manager;
    private final ParameterStore parameters;
    private final DecoderCache cache;
    private final SourceRows sources;
    private final BiFunction<NDManager, int[], Optional<LinearRows>> outputs;
    private LinearRows chosen; // the output of some tokens; null for every token

    /**
     * Begins with a row for each source.
     *
     * @param manager where everything lives that is kept between steps; closed with the decoder
     * @param sources the encoded sources
     * @param decoder the decoder
     * @param readable gives the ids (R) of a step as they are, or refuses those that the decoder
     *     does not know
     * @param project gives the logits (R, V) of states (R, D)
     * @param outputs gives the map to the logits of some tokens, if there is one
     */
    public StackStepDecoder(
            NDManager manager,
            SourceRows sources,
            EmbeddedStack decoder,
            UnaryOperator<NDArray> readable,
            BiFunction<ParameterStore, NDArray, NDArray> project,
            BiFunction<NDManager, int[], Optional<LinearRows>> outputs) {
        this.manager = manager;
        this.sources = sources;
        this.decoder = decoder;
        this.readable = readable;
        this.project = project;
        this.outputs = outputs;
        parameters = new ParameterStore(manager, false);
        cache = decoder.newCache(manager);
    }

    @Override
    public int rows() {
        return sources.count();
    }

    @Override
    public void reserve(int tokens) {
        cache.reserve(tokens);
    }

    @Override
    public NDArray step(NDArray lastIds) {
        StepDecoder.requireIds(lastIds, rows());
        NDArray ids = readable.apply(lastIds).expandDims(1); // (R, 1)
        LayerInputs in =
                LayerInputs.of(AttentionMask.causal())
                        .withMemory(sources.memory(), sources.mask())
                        .withCache(cache);
        NDArray hidden =
                decoder.forward(
                        parameters,
                        EmbeddingInputs.of(ids, cache.length()),
                        in,
                        false); // (R, 1, D)
        NDArray states = hidden.squeeze(1); // (R, D)
        return chosen == null ? project.apply(parameters, states) : chosen.apply(states); // (R, V)
    }

    @Override
    public boolean choose(int[] tokens) {
        if (chosen != null) {
            chosen.close();
        }
        chosen = tokens == null ? null : outputs.apply(manager, tokens).orElse(null);
        return chosen != null;
    }

    @Override
    public void select(int[] rows) {
        Require.that(rows.length != 0, "at least one row must go on");
        try (NDManager scratch = manager.newSubManager()) {
            NDArray index = HostArrays.indices(scratch, rows);
            cache.select(index, sources.haveSameSources(rows));
            sources.select(rows, index);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
