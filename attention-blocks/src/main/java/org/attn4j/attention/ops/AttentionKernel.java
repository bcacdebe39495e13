package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;

/**
 * One way of computing {@code softmax(scale · Q·Kᵀ + M)·V}.
 *
 * <p>{@link Reference} is the definition; any other kernel gives the same values and gradients up
 * to rounding, for every request. A kernel keeps nothing between calls and serves several threads.
 */
public interface AttentionKernel {

    /**
     * Computes the request.
     *
     * @param request what attends to what
     * @return the context (B, N, T, Hv). A query that sees no key has zeros in it, and in the
     *     weights
     */
    NDArray attend(AttentionRequest request);

    /** How scores become weights. */
    @FunctionalInterface
    interface Mapping {

        /**
         * Turns scores into weights.
         *
         * @param scores raw scores, (B, N, T, S)
         * @param mask who sees whom, and what is added to the scores
         * @param training whether this is a training pass
         * @return the weights, (B, N, T, S)
         */
        NDArray weights(NDArray scores, MaskArrays mask, boolean training);
    }

    /**
     * Plain array operations, on any engine: the definition that every other kernel is tested
     * against.
     *
     * <p>Vaswani et al. 2017, equation 1, with another mapping from scores to weights where one is
     * given. The full (B, N, T, S) weights are made: memory and time grow with T·S.
     */
    final class Reference implements AttentionKernel {

        private final Mapping mapping;
        private final Block block;
        private final ParameterStore parameters;

        /** Creates the kernel with softmax; it has no state. */
        public Reference() {
            this((scores, mask, training) -> mask.softmax(scores), null, null);
        }

        /**
         * Creates the kernel with another mapping from scores to weights.
         *
         * @param mapping the mapping
         * @param block the block that has the mapping's parameters; null if there are none
         * @param parameters where they are found; null if there are none
         */
        public Reference(Mapping mapping, Block block, ParameterStore parameters) {
            this.mapping = mapping;
            this.block = block;
            this.parameters = parameters;
        }

        @Override
        public NDArray attend(AttentionRequest request) {
            MaskArrays mask = request.arrays();
            AttentionObserver observer = request.observer();
            if (observer != null) {
                AttentionObserver.tell(observer, Stages.QUERY, request::query);
                AttentionObserver.tell(observer, Stages.KEY, request::key);
                AttentionObserver.tell(observer, Stages.VALUE, request::value);
                NDArray weights = weights(request, mask); // (B, N, T, S)
                observer.observe("", weights);
                NDArray context = context(request, weights);
                AttentionObserver.tell(observer, Stages.CONTEXT, () -> context);
                return context;
            }
            Temporaries temporaries =
                    Temporaries.of(
                            block,
                            parameters,
                            request.training(),
                            request.query(),
                            request.key(),
                            request.value(),
                            mask.additive());
            return temporaries.of(
                    () -> context(request, temporaries.of(() -> weights(request, mask))));
        }

        private NDArray weights(AttentionRequest request, MaskArrays mask) {
            NDArray keys = request.key().swapAxes(2, 3); // (B, G, H, S)
            NDArray scores =
                    grouped(
                            Scalars.multiply(request.query(), request.scale()),
                            keys); // (B, N, T, S)
            AttentionObserver observer = request.observer();
            AttentionObserver.tell(observer, Stages.SCORES, () -> grouped(request.query(), keys));
            AttentionObserver.tell(observer, Stages.SCALED_SCORES, () -> scores);
            mask.tell(observer, scores);
            return mapping.weights(scores, mask, request.training());
        }

        private static NDArray context(AttentionRequest request, NDArray weights) {
            NDArray kept =
                    request.drops()
                            ? Dropout.dropout(weights, request.dropout(), true).head()
                            : weights;
            return grouped(kept, request.value()); // (B, N, T, Hv)
        }

        /**
         * Multiplies (B, N, T, X) with (B, G, X, Y) to (B, N, T, Y), each group of N / G heads with
         * its own matrix.
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

    /**
     * Attention through libtorch's {@code scaled_dot_product_attention}, which never holds the (T,
     * S) weights in full; a request for which this is not so goes to the reference, or has few
     * queries.
     *
     * <p>The causal mask is a flag; any other is added to the scores. The context of a query that
     * sees nothing is multiplied by zero, as in the reference. With dropout the weights are made,
     * dropped and used in one call.
     */
    final class Fused implements AttentionKernel {

        /** The lowest finite number of float16. */
        private static final float HALF_FLOOR = -65504;

        /** On a CPU, from 2 to so many queries: measured with 16 to 64 rows and up to 60 keys. */
        private static final int MOST_FEW = 8;

        private final TorchModule module;
        private final AttentionKernel reference = new Reference();

        Fused(TorchModule module) {
            this.module = module;
        }

        @Override
        public NDArray attend(AttentionRequest request) {
            return applies(request) ? fused(request) : reference.attend(request);
        }

        private static boolean applies(AttentionRequest request) {
            boolean type =
                    switch (request.query().getDataType()) {
                        case FLOAT32, FLOAT64 -> true;
                        case FLOAT16 -> !request.drops();
                        default -> false;
                    };
            return type && request.observer() == null;
        }

        private NDArray fused(AttentionRequest request) {
            long queries = request.queryLength(); // T
            NDArray query = request.query(); // (B, N, T, H)
            boolean causal = request.causal() && !request.drops();
            MaskArrays mask = causal ? MaskArrays.NONE : request.arrays();
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
                                    "attend_masked_dropping",
                                    query,
                                    key,
                                    value,
                                    scale,
                                    additive,
                                    rate);
                }
                String few = isFew(query, query.getShape().get(2)) ? "_few" : "";
                return additive == null
                        ? module.call("attend" + few, query, key, value, scale)
                        : module.call("attend_masked" + few, query, key, value, scale, additive);
            }
        }

        /** Whether the weights are so few that it is as well to make them. */
        static boolean isFew(NDArray query, long queries) {
            return query.getDataType() == DataType.FLOAT32
                    && !query.getDevice().isGpu()
                    && isFew(queries);
        }

        /** Whether so many queries are few on a CPU. */
        static boolean isFew(long queries) {
            return queries > 1 && queries <= MOST_FEW;
        }

        private static NDArray additive(MaskArrays mask, DataType type) {
            NDArray additive = mask.additive();
            if (type == DataType.FLOAT16) {
                additive = additive.clip(HALF_FLOOR, -HALF_FLOOR);
            }
            return additive.toType(type, false);
        }

        /**
         * Whether the heads of a group can be stacked as further queries: no mask tells them apart.
         */
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
}
