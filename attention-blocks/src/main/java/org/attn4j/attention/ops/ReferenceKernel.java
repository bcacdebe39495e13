package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.mask.MaskNumbers;

/**
 * Scaled dot-product attention in plain array operations, on any engine: the definition that every
 * other kernel is tested against.
 *
 * <p>Vaswani et al. 2017, equation 1, with another mapping from scores to weights where one is
 * given. The full (B, N, T, S) weights are made: memory and time grow with T·S.
 */
public final class ReferenceKernel implements AttentionKernel {

    private final Alignment alignment;
    private final ParameterStore parameters;

    /** Creates the kernel with softmax; it has no state. */
    public ReferenceKernel() {
        this(Softmax.INSTANCE, null);
    }

    /**
     * Creates the kernel with another mapping from scores to weights.
     *
     * @param alignment the mapping
     * @param parameters where the parameters of the mapping are found; null if it has none
     */
    public ReferenceKernel(Alignment alignment, ParameterStore parameters) {
        this.alignment = alignment;
        this.parameters = parameters;
    }

    /** {@inheritDoc} */
    @Override
    public boolean supports(AttentionRequest request) {
        return true;
    }

    /** {@inheritDoc} */
    @Override
    public NDArray attend(AttentionRequest request) {
        NDArray query = request.query();
        MaskNumbers mask =
                request.mask()
                        .numbers(query.getManager(), request.queryLength(), request.keyLength());

        if (request.observer() != null) {
            NDArray weights = weights(request, mask); // (B, N, T, S)
            request.observer().observe("", weights);
            return context(request, weights);
        }
        Temporaries temporaries =
                Temporaries.of(
                        alignment instanceof Block block ? block : null,
                        parameters,
                        request.training(),
                        query,
                        request.key(),
                        request.value(),
                        mask.additive());
        return temporaries.of(() -> context(request, temporaries.of(() -> weights(request, mask))));
    }

    private NDArray weights(AttentionRequest request, MaskNumbers mask) {
        NDArray scores =
                grouped(
                        Scalars.multiply(request.query(), request.scale()),
                        request.key().swapAxes(2, 3)); // (B, N, T, S)
        return alignment.weights(parameters, scores, mask, request.training());
    }

    private static NDArray context(AttentionRequest request, NDArray weights) {
        NDArray kept =
                request.drops()
                        ? Dropout.dropout(weights, request.dropout(), true).head()
                        : weights;
        return grouped(kept, request.value()); // (B, N, T, Hv)
    }

    /**
     * Multiplies (B, N, T, X) with (B, G, X, Y) to (B, N, T, Y), each group of N / G heads with its
     * own matrix.
     */
    private static NDArray grouped(NDArray heads, NDArray groups) {
        Shape shape = heads.getShape();
        long count = groups.getShape().get(1);
        if (shape.get(1) == count) {
            return heads.matMul(groups);
        }
        long stacked = shape.get(1) / count * shape.get(2);
        return heads.reshape(shape.get(0), count, stacked, shape.get(3)) // (B, G, N/G·T, X)
                .matMul(groups)
                .reshape(shape.get(0), shape.get(1), shape.get(2), groups.getShape().get(3));
    }
}
