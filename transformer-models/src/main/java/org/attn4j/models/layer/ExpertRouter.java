package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Arrays;
import java.util.Objects;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Chooses the experts of each token, and how much each of them counts.
 *
 * <p>DeepSeek-V2 2024, §2.2, and DeepSeek-V3 2024, §2.1.2: every expert gets a score, {@code
 * scoring(W x)}. If the experts are in groups, only those of the best groups may be chosen; of
 * these the k with the highest scores are. Their scores are their weights, divided by their sum if
 * asked, and multiplied by a factor. A bias that balances the load is added for the choice alone.
 *
 * <p>Scores are computed in float32. The choice is made on the host and passes no gradient; the
 * weights do. Parameters are {@code weight} (E, D) and, if there is one, {@code correction_bias}
 * (E), which is not trained.
 */
public final class ExpertRouter extends AbstractBlock {

    private static final byte VERSION = 1;
    private static final double SMALLEST_SUM = 1e-20;

    private final Settings settings;
    private final Parameter weight;
    private final Parameter bias; // null for none

    /** From the products with the router's weight to scores. */
    public enum Scoring {
        /** Over all experts. */
        SOFTMAX,
        /** Each for itself. */
        SIGMOID
    }

    /** What a group of experts is chosen by. */
    public enum GroupScore {
        /** Its best expert. */
        BEST,
        /** The sum of its two best experts. */
        SUM_OF_TWO_BEST
    }

    /**
     * How experts are chosen.
     *
     * @param experts E
     * @param chosen k, how many of them each token is given
     * @param scoring from products to scores
     * @param groups how many groups of the same size the experts are in; 1 for none
     * @param chosenGroups from how many of them experts may be chosen
     * @param groupScore what groups are chosen by
     * @param correction whether a bias is added for the choice
     * @param normalised whether the weights of the chosen are divided by their sum
     * @param factor what the weights are multiplied by then
     */
    public record Settings(
            int experts,
            int chosen,
            Scoring scoring,
            int groups,
            int chosenGroups,
            GroupScore groupScore,
            boolean correction,
            boolean normalised,
            double factor) {

        public Settings {
            Objects.requireNonNull(scoring, "scoring");
            Objects.requireNonNull(groupScore, "groupScore");
            Require.that(
                    experts >= 1 && groups >= 1 && experts % groups == 0,
                    "experts must be divisible by groups, got experts=%s, groups=%s",
                    experts,
                    groups);
            Require.that(
                    chosenGroups >= 1 && chosenGroups <= groups,
                    "the chosen groups must be from 1 to groups, got chosen=%s, groups=%s",
                    chosenGroups,
                    groups);
            Require.that(
                    chosen >= 1 && chosen <= chosenGroups * (experts / groups),
                    "the chosen experts must be from 1 to those in the chosen groups, got"
                            + " chosen=%s, experts=%s, groups=%s, chosen groups=%s",
                    chosen,
                    experts,
                    groups,
                    chosenGroups);
            Require.that(
                    groupScore != GroupScore.SUM_OF_TWO_BEST || experts / groups >= 2,
                    "a group must have at least 2 experts, got experts=%s, groups=%s",
                    experts,
                    groups);
        }
    }

    /**
     * Which experts each token is given.
     *
     * @param experts k numbers a token, token after token
     * @param weights how much each counts, (n, k)
     */
    record Route(int[] experts, NDArray weights) {}

    /**
     * Creates a router.
     *
     * @param modelSize D
     * @param settings how experts are chosen
     */
    public ExpertRouter(int modelSize, Settings settings) {
        super(VERSION);
        this.settings = settings;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.WEIGHT)
                                .optShape(new Shape(settings.experts, modelSize))
                                .build());
        bias =
                !settings.correction
                        ? null
                        : addParameter(
                                Parameter.builder()
                                        .setName("correction_bias")
                                        .setType(Parameter.Type.BETA)
                                        .optShape(new Shape(settings.experts))
                                        .optRequiresGrad(false)
                                        .build());
    }

    Settings settings() {
        return settings;
    }

    /**
     * Chooses experts.
     *
     * @param x tokens, (n, D)
     */
    Route route(ParameterStore parameters, NDArray x, boolean training) {
        NDArray scores = scores(parameters, x, training); // (n, E)
        NDArray candidates = scores;
        if (bias != null) {
            NDArray added = parameters.getValue(bias, x.getDevice(), training);
            candidates = scores.add(added.toType(DataType.FLOAT32, false));
        }
        float[] values = candidates.toFloatArray();
        int rows = values.length / settings.experts;
        int[] experts = new int[rows * settings.chosen];
        long[] sites = new long[experts.length]; // within all scores
        for (int i = 0; i < experts.length; i += settings.chosen) {
            int from = i / settings.chosen * settings.experts;
            int[] best = choose(Arrays.copyOfRange(values, from, from + settings.experts));
            for (int j = 0; j < best.length; j++) {
                experts[i + j] = best[j];
                sites[i + j] = from + best[j];
            }
        }
        NDArray weights =
                MixtureOfExperts.rows(scores.reshape(-1, 1), sites)
                        .reshape(rows, settings.chosen); // (n, k)
        if (settings.normalised) {
            weights = weights.div(Scalars.add(weights.sum(new int[] {1}, true), SMALLEST_SUM));
        }
        return new Route(experts, Scalars.multiply(weights, settings.factor));
    }

    private NDArray scores(ParameterStore parameters, NDArray x, boolean training) {
        NDArray matrix = parameters.getValue(weight, x.getDevice(), training);
        NDArray products =
                x.toType(DataType.FLOAT32, false)
                        .matMul(matrix.toType(DataType.FLOAT32, false).transpose()); // (n, E)
        return settings.scoring == Scoring.SOFTMAX
                ? products.softmax(1)
                : Activation.SIGMOID.apply(products);
    }

    /** The chosen of one token's experts, the best first. */
    private int[] choose(float[] candidates) {
        if (settings.chosenGroups < settings.groups) {
            int size = settings.experts / settings.groups;
            float[] groups = new float[settings.groups];
            for (int group = 0; group < groups.length; group++) {
                float[] members = Arrays.copyOfRange(candidates, group * size, (group + 1) * size);
                Arrays.sort(members);
                groups[group] = members[size - 1];
                if (settings.groupScore == GroupScore.SUM_OF_TWO_BEST) {
                    groups[group] += members[size - 2];
                }
            }
            boolean[] open = new boolean[groups.length];
            for (int group : best(groups, settings.chosenGroups)) {
                open[group] = true;
            }
            for (int i = 0; i < candidates.length; i++) {
                candidates[i] = open[i / size] ? candidates[i] : Float.NEGATIVE_INFINITY;
            }
        }
        return best(candidates, settings.chosen);
    }

    /** Where the greatest values are, the greatest first; of equal ones the first. */
    private static int[] best(float[] values, int count) {
        int[] best = new int[count];
        boolean[] taken = new boolean[values.length];
        for (int i = 0; i < count; i++) {
            int greatest = -1;
            for (int j = 0; j < values.length; j++) {
                if (!taken[j] && (greatest < 0 || values[j] > values[greatest])) {
                    greatest = j;
                }
            }
            taken[greatest] = true;
            best[i] = greatest;
        }
        return best;
    }

    /**
     * Keeps parameters in the graph that the choice leaves out of it, so that a trainer finds a
     * gradient of zeros.
     */
    NDArray idle(ParameterStore parameters, NDArray x) {
        return bias == null
                ? null
                : Scalars.multiply(parameters.getValue(bias, x.getDevice(), true).sum(), 0);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes tokens (n, D) and gives their weights (n, k).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(route(parameters, inputs.singletonOrThrow(), training).weights());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {}

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), settings.chosen)};
    }
}
