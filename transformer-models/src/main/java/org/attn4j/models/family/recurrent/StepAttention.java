package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;

/** The attention of one decoding pass: asks step by step, and tells the weights of all at once. */
final class StepAttention {

    private final Attention attention;
    private final ParameterStore parameters;
    private final DecoderMemory memory;
    private final AttentionObserver observer;
    private final boolean training;
    private final AttentionMask mask;
    private final List<NDArray> weights = new ArrayList<>();

    /**
     * Prepares a pass.
     *
     * @param manager where the pass lives
     * @param queries how many queries come at a time
     */
    StepAttention(
            Attention attention,
            ParameterStore parameters,
            DecoderMemory memory,
            AttentionObserver observer,
            boolean training,
            NDManager manager,
            long queries) {
        this.attention = attention;
        this.parameters = parameters;
        this.memory = memory;
        this.observer = observer;
        this.training = training;
        mask = memory.mask().realise(manager, queries, memory.states().getShape().get(1));
    }

    /** The context (B, T, dc) of queries (B, T, d). */
    NDArray attend(NDArray query) {
        AttentionInputs inputs =
                AttentionInputs.of(query, memory.states(), memory.states())
                        .withMask(mask)
                        .withCache(memory.cache())
                        .withObserver(observer == null ? null : (site, told) -> weights.add(told));
        return attention.attend(parameters, inputs, training).context();
    }

    /** The context (B, dc) of one step's queries (B, d). */
    NDArray attendStep(NDArray query) {
        return attend(query.expandDims(1)).squeeze(1);
    }

    /** Tells the observer the weights of all steps, (B, N, T, S). */
    void tell() {
        if (observer != null) {
            observer.observe(
                    "attention",
                    weights.size() == 1 ? weights.get(0) : NDArrays.concat(new NDList(weights), 2));
        }
    }
}
