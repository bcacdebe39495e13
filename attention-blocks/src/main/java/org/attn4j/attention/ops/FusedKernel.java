package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.mask.MaskNumbers;

/**
 * Attention through libtorch's {@code scaled_dot_product_attention}, which never holds the (T, S)
 * weights in full.
 *
 * <p>The causal mask is a flag where T = S; any other is added to the scores. The context of a
 * query that sees nothing is multiplied by zero, as in the reference. With dropout the weights are
 * made, dropped and used in one call.
 */
final class FusedKernel implements AttentionKernel {

    /** The lowest finite number of float16. */
    private static final float HALF_FLOOR = -65504;

    private final TorchModule module;

    FusedKernel(TorchModule module) {
        this.module = module;
    }

    /** {@inheritDoc} */
    @Override
    public boolean supports(AttentionRequest request) {
        boolean type =
                switch (request.query().getDataType()) {
                    case FLOAT32, FLOAT64 -> true;
                    case FLOAT16 -> !request.drops();
                    default -> false;
                };
        return type && request.observer() == null;
    }

    /** {@inheritDoc} */
    @Override
    public NDArray attend(AttentionRequest request) {
        long queries = request.queryLength(); // T
        long keys = request.keyLength(); // S
        NDArray query = request.query(); // (B, N, T, H)
        boolean causal = request.mask().isCausalOnly() && queries == keys && !request.drops();
        MaskNumbers mask =
                causal
                        ? MaskNumbers.NONE
                        : request.mask().numbers(query.getManager(), queries, keys);
        NDArray additive = mask.isNone() ? null : additive(mask, query.getDataType());

        NDArray key = request.key(); // (B, G, S, H)
        NDArray value = request.value(); // (B, G, S, Hv)
        Shape shape = query.getShape();
        long groups = key.getShape().get(1); // G
        long shared = shape.get(1) / groups; // N / G
        if (shared > 1 && !causal && sameForAllQueries(additive)) {
            query = query.reshape(shape.get(0), groups, shared * queries, shape.get(3));
        } else if (shared > 1) {
            key = repeated(key, shared); // (B, N, S, H)
            value = repeated(value, shared); // (B, N, S, Hv)
        }

        NDArray context = call(request, query, key, value, additive, causal);
        context = context.reshape(shape.get(0), shape.get(1), queries, value.getShape().get(3));
        return mask.keepSeeing(context); // (B, N, T, Hv)
    }

    private NDArray call(
            AttentionRequest request,
            NDArray query,
            NDArray key,
            NDArray value,
            NDArray additive,
            boolean causal) {
        try (NDArray scale = module.scalar(request.scale());
                NDArray rate = module.scalar((double) request.dropout())) {
            if (causal) {
                return module.call("attend_causal", query, key, value, scale);
            }
            if (request.drops()) {
                return additive == null
                        ? module.call("attend_dropping", query, key, value, scale, rate)
                        : module.call(
                                "attend_masked_dropping", query, key, value, scale, additive, rate);
            }
            return additive == null
                    ? module.call("attend", query, key, value, scale)
                    : module.call("attend_masked", query, key, value, scale, additive);
        }
    }

    private static NDArray additive(MaskNumbers mask, DataType type) {
        NDArray additive = mask.additive();
        if (type == DataType.FLOAT16) {
            additive = additive.clip(HALF_FLOOR, -HALF_FLOOR);
        }
        return additive.toType(type, false);
    }

    /** Whether the heads of a group can be stacked as further queries: no mask tells them apart. */
    private static boolean sameForAllQueries(NDArray additive) {
        return additive == null
                || additive.getShape().get(1) == 1 && additive.getShape().get(2) == 1;
    }

    /** From (B, G, S, X) to (B, N, S, X): head n reads group n / (N / G). */
    private static NDArray repeated(NDArray groups, long times) {
        Shape shape = groups.getShape();
        return groups.expandDims(2)
                .broadcast(shape.get(0), shape.get(1), times, shape.get(2), shape.get(3))
                .reshape(shape.get(0), shape.get(1) * times, shape.get(2), shape.get(3));
    }
}
