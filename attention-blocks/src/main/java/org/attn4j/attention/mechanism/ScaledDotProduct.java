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
import org.attn4j.common.Require;

/**
 * The core that dot-product mechanisms share: heads in, context out, by the kernel that serves
 * best.
 *
 * @param scale the factor on the scores
 * @param dropout the rate at which weights are dropped in training
 * @param kernel the kernel asked for; null for the fastest
 */
record ScaledDotProduct(double scale, float dropout, AttentionKernel kernel) {

    ScaledDotProduct {
        checkDropout(dropout);
    }

    static void checkDropout(float dropout) {
        Require.that(
                dropout >= 0 && dropout < 1, "dropout must be in [0, 1), got dropout=%s", dropout);
    }

    /** This core with another mapping from scores to weights, if one is given. */
    ScaledDotProduct with(
            Alignment alignment, ParameterStore parameters, AttentionObserver observer) {
        return alignment == null
                ? this
                : new ScaledDotProduct(scale, dropout, reference(alignment, parameters, observer));
    }

    private static AttentionKernel reference(
            Alignment alignment, ParameterStore parameters, AttentionObserver observer) {
        return new AttentionKernel.Reference(
                (scores, mask, training) ->
                        alignment.weights(parameters, scores, mask, observer, training),
                alignment instanceof Block block ? block : null,
                parameters);
    }

    /** The context (B, T, N·Hv) of heads. */
    NDArray attend(
            NDArray query, // (B, N, T, H)
            KeyValues memory, // (B, G, S, H), (B, G, S, Hv)
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        return Heads.merge(attendHeads(query, memory, mask, observer, training));
    }

    /** The context of each head, (B, N, T, Hv). */
    NDArray attendHeads(
            NDArray query, // (B, N, T, H)
            KeyValues memory, // (B, G, S, H), (B, G, S, Hv)
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        AttentionRequest request =
                mask.request(
                        query, memory.key(), memory.value(), scale, dropout, training, observer);
        return Kernels.attend(kernel, request);
    }

    /** The mask with a bias by position, if there is one. */
    static AttentionMask biased(
            AttentionMask mask,
            ScoreBias bias, // or null
            ParameterStore parameters,
            NDArray query, // (B, N, T, H)
            KeyValues memory,
            boolean training) {
        if (bias == null) {
            return mask;
        }
        NDManager manager = query.getManager();
        long queries = query.getShape().get(2);
        return mask.and(
                AttentionMask.bias(
                        bias.bias(parameters, manager, queries, memory.length(), training)));
    }
}
