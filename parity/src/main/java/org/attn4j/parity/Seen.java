package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.WeightsRecorder;

/** A context with the weights that an observer was told on the way to it. */
record Seen(NDArray context, NDArray weights) {

    static Seen of(Attention block, FixtureInputs in, AttentionInputs inputs) {
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionInputs observed = inputs.withObserver(recorder);
        NDArray context = block.attend(in.parameters(), observed, true).context();
        return new Seen(context, recorder.weights());
    }
}
