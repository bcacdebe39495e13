package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.position.ScoreBias;

/**
 * The core that dot-product mechanisms share: heads in, context out, by the kernel that serves
 * best.
 *
 * @param scale the factor on the scores
 * @param dropout the rate at which weights are dropped in training
 * @param kernel the kernel asked for; null for the fastest
 */
record ScaledDotProduct(double scale, float dropout, AttentionKernel kernel) {

    /** This core with another mapping from scores to weights, if one is given. */
    ScaledDotProduct with(Alignment alignment, ParameterStore parameters) {
        return alignment == null
                ? this
                : new ScaledDotProduct(scale, dropout, reference(alignment, parameters));
    }

    private static AttentionKernel reference(Alignment alignment, ParameterStore parameters) {
        return new AttentionKernel.Reference(
                (scores, mask, training) -> alignment.weights(parameters, scores, mask, training),
                alignment instanceof Block block ? block : null,
                parameters);
    }

    NDArray attend(
            NDArray queryHeads, // (B, N, T, H)
            KeyValues memory, // (B, G, S, H)
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        AttentionRequest request =
                mask.request(
                        queryHeads,
                        memory.key(),
                        memory.value(),
                        scale,
                        dropout,
                        training,
                        observer);
        NDArray context = Kernels.attend(kernel, request); // (B, N, T, Hv)
        return Heads.merge(context); // (B, T, N·Hv)
    }

    /** The mask with a bias by position, if there is one. */
    static AttentionMask biased(
            AttentionMask mask,
            ScoreBias bias,
            ParameterStore parameters,
            NDManager manager,
            long queries,
            long keys,
            boolean training) {
        return bias == null
                ? mask
                : mask.and(
                        AttentionMask.bias(
                                bias.bias(parameters, manager, queries, keys, training)));
    }

    static void checkDropout(float dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got dropout=" + dropout);
        }
    }
}
