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

        /** {@inheritDoc} */
        public Settings {
            Objects.requireNonNull(scoring, "scoring");
            Objects.requireNonNull(groupScore, "groupScore");
            if (experts < 1 || groups < 1 || experts % groups != 0) {
                throw new IllegalArgumentException(
                        "experts must be divisible by groups, got experts="
                                + experts
                                + ", groups="
                                + groups);
            }
            if (chosenGroups < 1 || chosenGroups > groups) {
                throw new IllegalArgumentException(
                        "the chosen groups must be from 1 to groups, got chosen="
                                + chosenGroups
                                + ", groups="
                                + groups);
            }
            if (chosen < 1 || chosen > chosenGroups * (experts / groups)) {
                throw new IllegalArgumentException(
                        "the chosen experts must be from 1 to those in the chosen groups, got"
                                + " chosen="
                                + chosen
                                + ", experts="
                                + experts
                                + ", groups="
                                + groups
                                + ", chosen groups="
                                + chosenGroups);
            }
            if (groupScore == GroupScore.SUM_OF_TWO_BEST && experts / groups < 2) {
                throw new IllegalArgumentException(
                        "a group must have at least 2 experts, got experts="
                                + experts
                                + ", groups="
                                + groups);
            }
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
        float[] choice = scores.toFloatArray();
        float[] added = new float[settings.experts];
        if (bias != null) {
            NDArray value = parameters.getValue(bias, x.getDevice(), training);
            added = value.toType(DataType.FLOAT32, false).toFloatArray();
        }
        int rows = choice.length / settings.experts;
        int[] experts = new int[rows * settings.chosen];
        long[] places = new long[experts.length]; // within all scores
        for (int row = 0; row < rows; row++) {
            int from = row * settings.experts;
            float[] candidates = Arrays.copyOfRange(choice, from, from + settings.experts);
            for (int i = 0; i < candidates.length; i++) {
                candidates[i] += added[i];
            }
            int[] best = choose(candidates);
            for (int i = 0; i < best.length; i++) {
                experts[row * settings.chosen + i] = best[i];
                places[row * settings.chosen + i] = from + best[i];
            }
        }
        NDArray weights = Rows.take(scores.reshape(-1, 1), places).reshape(rows, settings.chosen);
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

    private int[] choose(float[] candidates) {
        if (settings.chosenGroups < settings.groups) {
            int size = settings.experts / settings.groups;
            float[] groupScores = new float[settings.groups];
            for (int group = 0; group < settings.groups; group++) {
                float[] members = Arrays.copyOfRange(candidates, group * size, (group + 1) * size);
                Arrays.sort(members);
                groupScores[group] =
                        settings.groupScore == GroupScore.BEST
                                ? members[size - 1]
                                : members[size - 1] + members[size - 2];
            }
            boolean[] open = new boolean[settings.groups];
            for (int group : best(groupScores, settings.chosenGroups)) {
                open[group] = true;
            }
            for (int i = 0; i < candidates.length; i++) {
                if (!open[i / size]) {
                    candidates[i] = Float.NEGATIVE_INFINITY;
                }
            }
        }
        return best(candidates, settings.chosen);
    }

    /** The places of the greatest values; of equal ones the first. */
    private static int[] best(float[] values, int count) {
        int[] places = new int[count];
        boolean[] taken = new boolean[values.length];
        for (int i = 0; i < count; i++) {
            int best = -1;
            for (int j = 0; j < values.length; j++) {
                if (!taken[j] && (best < 0 || values[j] > values[best])) {
                    best = j;
                }
            }
            taken[best] = true;
            places[i] = best;
        }
        return places;
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

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {}

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), settings.chosen)};
    }
}
