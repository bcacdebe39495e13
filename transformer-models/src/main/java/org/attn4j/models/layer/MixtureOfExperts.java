package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * A feed-forward block of many experts, of which each token is given a few: {@code Σ weight_e ·
 * expert_e(x)} over the experts that a router chooses, and with shared experts {@code + shared(x)}
 * (Dai et al. 2024, DeepSeekMoE, §3).
 *
 * <p>An expert computes only the tokens that it is given, so that the cost is that of the chosen
 * experts and not of all. While it trains, an expert without a token computes one of them for a
 * gradient of zeros, since trainers ask every parameter for its gradient.
 */
public final class MixtureOfExperts extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final ExpertRouter router;
    private final List<FeedForward> experts;
    private final FeedForward shared; // null for none

    /**
     * Creates a block.
     *
     * @param modelSize D
     * @param router chooses the experts
     * @param experts as many as the router chooses from, each from (…, D) to (…, D)
     * @param shared what every token is given beside them; null for nothing
     */
    public MixtureOfExperts(
            int modelSize, ExpertRouter router, List<FeedForward> experts, FeedForward shared) {
        super(VERSION);
        Require.that(
                experts.size() == router.settings().experts(),
                "there must be as many experts as the router chooses from, got experts=%s,"
                        + " router=%s",
                experts.size(),
                router.settings().experts());
        this.modelSize = modelSize;
        this.router = addChildBlock("router", router);
        this.experts = addChildBlock("experts", new LayerList<>(experts)).layers();
        this.shared = shared == null ? null : addChildBlock("shared_experts", shared);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes and gives one array (…, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (..., D)
        NDArray tokens = x.reshape(-1, modelSize); // (n, D)
        NDArray mixed = mix(parameters, tokens, training).reshape(x.getShape());
        return new NDList(
                shared == null
                        ? mixed
                        : mixed.add(Layers.apply(shared, parameters, x, training))); // (..., D)
    }

    /** How much of each token of x, (B, T, D), each expert computes: (B, 1, T, E). */
    NDArray routing(ParameterStore parameters, NDArray x, boolean training) {
        ExpertRouter.Route route =
                router.route(parameters, x.reshape(-1, modelSize), training); // (n, k)
        int[] chosen = route.experts();
        float[] weights = route.weights().toFloatArray();
        float[] dense = new float[chosen.length / router.settings().chosen() * experts.size()];
        for (int i = 0; i < chosen.length; i++) {
            int token = i / router.settings().chosen();
            dense[token * experts.size() + chosen[i]] = weights[i];
        }
        Shape shape = new Shape(x.getShape().get(0), 1, x.getShape().get(1), experts.size());
        return HostArrays.of(x.getManager(), dense, shape);
    }

    private NDArray mix(ParameterStore parameters, NDArray tokens, boolean training) {
        ExpertRouter.Route route = router.route(parameters, tokens, training);
        int chosen = router.settings().chosen();
        Grouping grouping = Grouping.of(route.experts(), chosen, experts.size());
        NDArray sorted = rows(tokens, grouping.tokens); // (n·k, D), expert after expert
        NDList parts = new NDList();
        for (int i = 0; i < experts.size(); i++) {
            if (!grouping.idle(i)) {
                NDArray own = sorted.get("{}:{}", grouping.ends[i], grouping.ends[i + 1]);
                parts.add(Layers.apply(experts.get(i), parameters, own, training));
            }
        }
        // DJL's concat copies a single array, and the copy passes no gradient.
        NDArray joined = parts.size() == 1 ? parts.head() : NDArrays.concat(parts);
        NDArray outputs = rows(joined, grouping.sites); // (n·k, D), token after token
        NDArray weights =
                route.weights().toType(outputs.getDataType(), false).reshape(-1, chosen, 1);
        NDArray mixed =
                outputs.reshape(-1, chosen, modelSize).mul(weights).sum(new int[] {1}); // (n, D)
        return training ? withIdle(parameters, tokens, grouping, mixed) : mixed;
    }

    /**
     * Rows of a matrix by their numbers, with gradients.
     *
     * @param matrix (n, …)
     * @param numbers m numbers below n, any of them more than once
     * @return (m, …)
     */
    static NDArray rows(NDArray matrix, long[] numbers) {
        NDArray index = HostArrays.of(matrix.getManager(), numbers, new Shape(numbers.length));
        return matrix.get(new NDIndex("{}", index));
    }

    /**
     * What is computed, expert after expert.
     *
     * @param ends where the part of expert i begins, and at i + 1 where it ends
     * @param tokens the token of each part
     * @param sites where among them the parts of a token are, k for each, token after token
     */
    private record Grouping(int[] ends, long[] tokens, long[] sites) {

        static Grouping of(int[] given, int chosen, int experts) {
            int[] ends = new int[experts + 1];
            for (int expert : given) {
                ends[expert + 1]++;
            }
            Arrays.parallelPrefix(ends, Integer::sum);
            int[] next = ends.clone();
            long[] tokens = new long[given.length];
            long[] sites = new long[given.length];
            for (int i = 0; i < given.length; i++) {
                int at = next[given[i]]++;
                tokens[at] = i / chosen;
                sites[i] = at;
            }
            return new Grouping(ends, tokens, sites);
        }

        boolean idle(int expert) {
            return ends[expert] == ends[expert + 1];
        }
    }

    /** Adds zero times what has no part in the result. */
    private NDArray withIdle(
            ParameterStore parameters, NDArray tokens, Grouping grouping, NDArray mixed) {
        NDArray bias = router.idle(parameters, tokens);
        NDArray result = bias == null ? mixed : mixed.add(bias);
        for (int i = 0; i < experts.size(); i++) {
            if (grouping.idle(i)) {
                NDArray output = Layers.apply(experts.get(i), parameters, tokens.get("0:1"), true);
                result = result.add(Scalars.multiply(output.sum(), 0));
            }
        }
        return result;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, new Shape(1, modelSize));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
