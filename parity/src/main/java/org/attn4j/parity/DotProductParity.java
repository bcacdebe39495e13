package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.Kernels;

/** Dumps of scaled dot-product and multi-head attention. */
final class DotProductParity {

    private DotProductParity() {}

    /** Attends with heads (B, N, T, H), (B, G, S, H) and (B, G, S, Hv). */
    static Seen attend(
            AttentionKernel kernel,
            NDArray query,
            NDArray key,
            NDArray value,
            AttentionMask mask,
            double scale,
            boolean weights) {
        WeightsRecorder recorder = weights ? new WeightsRecorder() : null;
        AttentionRequest request = mask.request(query, key, value, scale, 0, true, recorder);
        NDArray context = Kernels.attend(kernel, request);
        return new Seen(context, weights ? recorder.weights() : null);
    }

    /** Attends with the inputs {@code q}, {@code k} and {@code v} of a dump, which are heads. */
    static Seen attend(
            FixtureInputs in,
            AttentionKernel kernel,
            AttentionMask mask,
            double scale,
            boolean weights) {
        return attend(kernel, in.array("q"), in.array("k"), in.array("v"), mask, scale, weights);
    }
}
