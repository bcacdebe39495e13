package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.MaskArrays;

/** The hops over one memory: each addresses it with a query and reads. Gathers what they gave. */
final class MemoryHops {

    private final Alignment alignment;
    private final ParameterStore parameters;
    private final MaskArrays mask; // (B, 1, 1, n)
    private final AttentionObserver observer;
    private final boolean training;
    private final NDList states = new NDList(); // (B, 1, d) each
    private final NDList reads = new NDList();

    MemoryHops(
            Alignment alignment,
            ParameterStore parameters,
            NDManager manager,
            NDArray visible, // (B, n), or null
            long slots,
            AttentionObserver observer,
            boolean training) {
        this.alignment = alignment;
        this.parameters = parameters;
        AttentionMask shown = visible == null ? AttentionMask.none() : AttentionMask.keys(visible);
        this.mask = shown.arrays(manager, 1, slots);
        this.observer = observer;
        this.training = training;
    }

    /**
     * Addresses the keys with a query and reads the values.
     *
     * @param query (B, d)
     * @param keys (B, n, d)
     * @param values (B, n, d)
     * @return what was read, (B, d)
     */
    NDArray read(NDArray query, NDArray keys, NDArray values) {
        Shape shape = keys.getShape();
        long batch = shape.get(0);
        long size = shape.get(2);
        states.add(query.expandDims(1));
        NDArray scores =
                query.reshape(batch, 1, 1, size)
                        .matMul(keys.expandDims(1).swapAxes(2, 3)); // (B, 1, 1, n)
        AttentionObserver hop = observer == null ? null : observer.at("hops." + reads.size());
        AttentionObserver.tell(hop, Stages.QUERY, () -> query.expandDims(1));
        AttentionObserver.tell(hop, Stages.KEY, () -> keys);
        AttentionObserver.tell(hop, Stages.VALUE, () -> values);
        AttentionObserver.tell(hop, Stages.SCORES, () -> scores);
        mask.tell(hop, scores);
        NDArray taken = alignment.weights(parameters, scores, mask, hop, training);
        if (hop != null) {
            hop.observe("", taken);
        }
        NDArray read = taken.matMul(values.expandDims(1)).reshape(batch, size); // (B, d)
        AttentionObserver.tell(hop, Stages.CONTEXT, () -> read.expandDims(1));
        reads.add(read.expandDims(1));
        return read;
    }

    /**
     * Returns all that the hops gave.
     *
     * @param last the query after the last hop, (B, d)
     * @param logits the scores of the answers
     */
    MemoryOutput output(NDArray last, NDArray logits) {
        AttentionObserver.tell(observer, Stages.QUERY, () -> last.expandDims(1));
        AttentionObserver.tell(observer, Stages.OUTPUT, () -> logits);
        states.add(last.expandDims(1));
        return new MemoryOutput(logits, Heads.joined(states, 1), Heads.joined(reads, 1));
    }
}
