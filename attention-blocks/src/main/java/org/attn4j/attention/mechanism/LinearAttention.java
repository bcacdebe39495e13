package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearSums;
import org.attn4j.common.Require;

/**
 * Linear attention: the softmax of a product is replaced by a product of features, so that keys and
 * values can be summed up before a query is known.
 *
 * <p>Katharopoulos et al. 2020 (Transformers are RNNs), equations 4 to 12: with {@code φ(x) =
 * elu(x) + 1}, {@code context_i = φ(q_i)ᵀ S / (φ(q_i) · z)}, {@code S = Σ_j φ(k_j) v_jᵀ}, {@code z
 * = Σ_j φ(k_j)}, over all visible j, or over j ≤ i under a causal mask. Queries and keys are
 * neither scaled nor is anything added to the denominator. It is the attention whose weights are
 * {@code φ(q_i) · φ(k_j) / Σ_j' φ(q_i) · φ(k_j')}; they are made in full only for an observer. φ(x)
 * is {@link LinearSums#features}, [S, z] are {@link LinearSums}. Heads and projections are those of
 * {@link MultiHeadAttention}: {@code query_proj}, {@code key_proj}, {@code value_proj}, {@code
 * output_proj}.
 *
 * <p>Query (B, T, D), key (B, S, D) and value (B, S, D) give a context (B, T, D). Time B·(T +
 * S)·D·H beside the projections, memory B·(T + S)·D. The cache holds S and z alone, B·D·(H + 1)
 * numbers however long the sequence, and a step costs the same everywhere. Choose it where length
 * matters more than sharp weights: it cannot single out one key as softmax can. It takes a causal
 * mask and hidden keys at that cost; another pattern costs T·S. A bias is refused, since there are
 * no scores that it could be added to, and weights are not dropped.
 */
public final class LinearAttention extends AttentionBlock {

    private static final byte VERSION = 1;
    private static final String SUMS = "linear.sums";
    private static final String KEYS = "linear.keys"; // kept for an observer alone

    private final Projections projections;

    /**
     * Creates a block whose projections have a bias.
     *
     * @param modelSize D, the features of query and context
     * @param heads N, a divisor of D
     */
    public LinearAttention(int modelSize, int heads) {
        this(modelSize, heads, true);
    }

    /**
     * Creates a block.
     *
     * @param modelSize D, the features of query and context
     * @param heads N, a divisor of D
     * @param bias whether the four projections have a bias
     */
    public LinearAttention(int modelSize, int heads, boolean bias) {
        super(VERSION);
        Require.that(
                modelSize >= 1 && heads >= 1 && modelSize % heads == 0,
                "modelSize must be divisible by heads, got modelSize=%s, heads=%s",
                modelSize,
                heads);
        Projections.Sizes sizes =
                Projections.Sizes.of(modelSize, heads, modelSize / heads, heads).withInputs(0, 0);
        projections =
                new Projections(this::addChildBlock, sizes, bias, null, null)
                        .withOutput(this::addChildBlock, bias);
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        Require.that(
                in.mask().bias().isEmpty(),
                "linear attention has no scores that the bias of a mask could be added to");
        NDArray query = projections.query(parameters, in, training); // (B, N, T, H)
        NDArray features = LinearSums.features(query);
        AttentionObserver observer = in.observer();
        AttentionObserver.tell(observer, Stages.QUERY, () -> query);
        AttentionObserver.tell(observer, Stages.QUERY_FEATURES, () -> features);
        Pass pass = new Pass(parameters, in, training, features);
        NDArray context = pass.context().toType(query.getDataType(), false); // (B, N, T, H)
        AttentionObserver.tell(observer, Stages.CONTEXT, () -> context);
        if (in.observed()) {
            in.observer()
                    .observe("", pass.weights().toType(query.getDataType(), false)); // (B, N, T, S)
        }
        return projections.output(parameters, in, Heads.merge(context), training); // (B, T, D)
    }

    /** One call: queries are features already, keys and values are made when they are needed. */
    private final class Pass {

        private final ParameterStore parameters;
        private final AttentionInputs in;
        private final boolean training;
        private final NDArray queries; // (B, N, T, H)
        private NDArray keys; // (B, N, S, H), of all positions if they are kept

        Pass(ParameterStore parameters, AttentionInputs in, boolean training, NDArray queries) {
            this.parameters = parameters;
            this.in = in;
            this.training = training;
            this.queries = queries;
        }

        /** (B, N, T, H). */
        NDArray context() {
            KeyValueCache cache = in.cache();
            long brought = in.key().getShape().get(1);
            LinearSums earlier = null;
            if (cache != null) {
                boolean known = cache.length() > 0;
                earlier = known ? new LinearSums(cache.state(SUMS)) : null;
                if (!cache.advance(Math.toIntExact(brought))) {
                    keys = cache.state(KEYS);
                    return earlier.read(queries);
                }
            }
            keys = features(brought);
            NDArray values = projections.value(parameters, in, training);
            AttentionObserver.tell(in.observer(), Stages.KEY_FEATURES, () -> keys);
            AttentionObserver.tell(in.observer(), Stages.VALUE, () -> values);
            if (!isSimple() || isCausal() && brought < queries.getShape().get(2)) {
                return full(values);
            }
            LinearSums.Result result = read(keys, values, earlier);
            AttentionObserver.tell(
                    in.observer(), Stages.KEY_VALUE_SUM, () -> result.sums().state());
            AttentionObserver.tell(in.observer(), Stages.KEY_SUM, () -> result.sums().normaliser());
            if (cache != null) {
                cache.state(SUMS, result.sums().sums().duplicate());
                keep(cache, earlier == null);
            }
            return result.context();
        }

        private LinearSums.Result read(NDArray keys, NDArray values, LinearSums earlier) {
            if (!isCausal()) {
                LinearSums sums = LinearSums.of(keys, values).plus(earlier);
                return new LinearSums.Result(sums.read(queries), sums);
            }
            long before = keys.getShape().get(2) - queries.getShape().get(2);
            if (before == 0) {
                return LinearSums.causal(queries, keys, values, earlier);
            }
            NDIndex seen = new NDIndex(":, :, :{}", before); // by all queries
            NDIndex own = new NDIndex(":, :, {}:", before);
            return LinearSums.causal(
                    queries,
                    keys.get(own),
                    values.get(own),
                    LinearSums.of(keys.get(seen), values.get(seen)).plus(earlier));
        }

        /** The features of the keys of this call, zero for those that no query sees. */
        private NDArray features(long brought) {
            NDArray heads = projections.key(parameters, in, 0, training);
            AttentionObserver.tell(in.observer(), Stages.KEY, () -> heads);
            NDArray all = LinearSums.features(heads);
            if (in.mask().keys().isEmpty()) {
                return all;
            }
            NDArray visible = in.mask().keys().get();
            long rows = visible.getShape().get(0);
            NDArray last = visible.get(new NDIndex(":, {}:", visible.getShape().get(1) - brought));
            return all.mul(last.toType(all.getDataType(), false).reshape(rows, 1, brought, 1));
        }

        /** For an observer the keys are kept too, from the first call on. */
        private void keep(KeyValueCache cache, boolean first) {
            NDArray kept = cache.state(KEYS);
            if (kept != null) {
                keys = joined(kept, keys);
            }
            if (kept != null || first && in.observed()) {
                cache.state(KEYS, keys.duplicate());
            }
        }

        /** All pairs, for a pattern that sums cannot tell. */
        private NDArray full(NDArray values) {
            Require.that(
                    in.cache() == null,
                    "linear attention keeps sums of its keys in a cache, so that with"
                            + " one it takes no mask but a causal one and hidden keys");
            return weights().matMul(values.toType(queries.getDataType(), false));
        }

        /** (B, N, T, S). */
        NDArray weights() {
            long length = in.cache() == null ? in.key().getShape().get(1) : in.cache().length();
            if (keys == null || keys.getShape().get(2) != length) {
                throw new IllegalStateException(
                        "linear attention keeps no keys unless its weights are observed from the first step on");
            }
            NDArray pairs = queries.matMul(keys.swapAxes(2, 3)); // (B, N, T, S)
            NDArray seen =
                    in.mask()
                            .arrays(queries.getManager(), queries.getShape().get(2), length)
                            .keepVisible(pairs);
            NDArray sum = seen.sum(new int[] {-1}, true);
            return seen.div(sum.add(sum.eq(0).toType(sum.getDataType(), false)));
        }

        private boolean isSimple() {
            AttentionMask mask = in.mask();
            return mask.dense().isEmpty() && (mask.band().isAll() || mask.band().isCausal());
        }

        private boolean isCausal() {
            return in.mask().band().isCausal();
        }
    }

    private static NDArray joined(NDArray kept, NDArray fresh) {
        NDArray all = kept.concat(fresh, 2);
        all.attach(fresh.getManager());
        return all;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
    }
}
