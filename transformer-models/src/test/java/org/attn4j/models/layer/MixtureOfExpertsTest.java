package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class MixtureOfExpertsTest {

    private static final int D = 3;

    private NDManager manager;
    private ParameterStore parameters;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
        parameters = new ParameterStore(manager, false);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static ExpertRouter.Settings settings(
            int experts,
            int chosen,
            int groups,
            int chosenGroups,
            ExpertRouter.GroupScore score,
            boolean normalised) {
        return new ExpertRouter.Settings(
                experts,
                chosen,
                ExpertRouter.Scoring.SIGMOID,
                groups,
                chosenGroups,
                score,
                true,
                normalised,
                2);
    }

    /** A router whose products are its inputs. */
    private ExpertRouter router(ExpertRouter.Settings settings, float... bias) {
        int experts = settings.experts();
        ExpertRouter router = new ExpertRouter(experts, settings);
        router.initialize(manager, DataType.FLOAT32, new Shape(1, experts));
        Map<String, Parameter> byPath = BlockParameters.of(router).byPath();
        byPath.get("weight").getArray().set(manager.eye(experts).toFloatArray());
        byPath.get("correction_bias").getArray().set(bias);
        return router;
    }

    private static float sigmoid(double x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    @Test
    void theBiasChoosesAndDoesNotWeigh() {
        ExpertRouter router =
                router(settings(4, 2, 1, 1, ExpertRouter.GroupScore.BEST, false), 0, 0, 0, 5);
        ExpertRouter.Route route =
                router.route(parameters, manager.create(new float[][] {{1, 3, 2, -4}}), false);
        assertArrayEquals(new int[] {3, 1}, route.experts());
        assertArrayEquals(
                new float[] {2 * sigmoid(-4), 2 * sigmoid(3)},
                route.weights().toFloatArray(),
                1e-6f);
    }

    @Test
    void onlyTheBestGroupsAreLookedAt() {
        NDArray x = manager.create(new float[][] {{3, -9, 1, 1.5f}});
        float[] none = new float[4];
        // The best expert is in the first group, the better pair in the second.
        assertArrayEquals(
                new int[] {0, 1},
                router(settings(4, 2, 2, 1, ExpertRouter.GroupScore.BEST, true), none)
                        .route(parameters, x, false)
                        .experts());
        ExpertRouter.Route route =
                router(settings(4, 2, 2, 1, ExpertRouter.GroupScore.SUM_OF_TWO_BEST, true), none)
                        .route(parameters, x, false);
        assertArrayEquals(new int[] {3, 2}, route.experts());
        float sum = sigmoid(1.5) + sigmoid(1);
        assertArrayEquals(
                new float[] {2 * sigmoid(1.5) / sum, 2 * sigmoid(1) / sum},
                route.weights().toFloatArray(),
                1e-6f);
    }

    private MixtureOfExperts mixture(int experts, int chosen) {
        MixtureOfExperts mixture =
                new MixtureOfExperts(
                        D,
                        new ExpertRouter(
                                D,
                                settings(
                                        experts, chosen, 1, 1, ExpertRouter.GroupScore.BEST, true)),
                        IntStream.range(0, experts).mapToObj(i -> expert()).toList(),
                        expert());
        mixture.setInitializer(new NormalInitializer(0.7f), Parameter.Type.WEIGHT);
        manager.getEngine().setRandomSeed(7);
        mixture.initialize(manager, DataType.FLOAT32, new Shape(1, 1, D));
        return mixture;
    }

    private static FeedForward expert() {
        return new FeedForward(D, 4, Activation.SILU, true, false, 0);
    }

    @Test
    void addsUpTheChosenExpertsAndTheSharedOne() {
        MixtureOfExperts mixture = mixture(5, 2);
        NDArray x = manager.randomNormal(new Shape(2, 3, D));
        float[] actual = Layers.apply(mixture, parameters, x, false).toFloatArray();
        ExpertRouter router = (ExpertRouter) mixture.getChildren().get("01router");
        @SuppressWarnings("unchecked")
        LayerList<FeedForward> experts =
                (LayerList<FeedForward>) mixture.getChildren().get("02experts");
        NDArray tokens = x.reshape(6, D);
        ExpertRouter.Route route = router.route(parameters, tokens, false);
        NDArray expected =
                Layers.apply(
                        mixture.getChildren().get("03shared_experts"), parameters, tokens, false);
        float[] sums = expected.toFloatArray();
        float[] weights = route.weights().toFloatArray();
        for (int i = 0; i < route.experts().length; i++) {
            NDArray token = tokens.get("{}:{}", i / 2, i / 2 + 1);
            float[] part =
                    Layers.apply(experts.layers().get(route.experts()[i]), parameters, token, false)
                            .toFloatArray();
            for (int d = 0; d < D; d++) {
                sums[i / 2 * D + d] += weights[i] * part[d];
            }
        }
        assertArrayEquals(sums, actual, 1e-5f);
    }

    /** One token leaves all experts idle but those that it is given. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void gradientsAreSlopesAndNeverMissing(int chosen) {
        MixtureOfExperts mixture = mixture(5, chosen);
        NDArray x = manager.create(new float[] {0.4f, -1.1f, 0.8f}, new Shape(1, 1, D));
        Map<String, Parameter> all = BlockParameters.of(mixture).byPath();
        all.values().forEach(parameter -> parameter.getArray().setRequiresGradient(true));
        TestEngine.backward(() -> Layers.apply(mixture, parameters, x, true).sum());
        Map<String, float[]> gradients = new LinkedHashMap<>();
        all.forEach(
                (path, parameter) ->
                        gradients.put(path, parameter.getArray().getGradient().toFloatArray()));
        Set<String> used = used(mixture, x);
        gradients.forEach(
                (path, gradient) -> {
                    float[] slopes = slopes(mixture, x, all.get(path).getArray());
                    assertArrayEquals(slopes, gradient, 3e-3f, path);
                    if (path.equals("router.weight") && chosen == 1) {
                        // A single weight is divided by itself: its slope is the difference of two
                        // equal terms, here below 5, of which rounding to 24 bits may leave a rest.
                        assertArrayEquals(new float[gradient.length], gradient, 5e-7f, path);
                    } else {
                        boolean zero =
                                Arrays.equals(new float[gradient.length], absolute(gradient));
                        boolean idle = used.stream().noneMatch(path::startsWith);
                        assertEquals(idle, zero, path + " of the used " + used);
                    }
                });
    }

    /** Where the parameters lie that the output depends on: all but the bias and idle experts. */
    private Set<String> used(MixtureOfExperts mixture, NDArray token) {
        ExpertRouter router = (ExpertRouter) mixture.getChildren().get("01router");
        int[] experts = router.route(parameters, token.reshape(1, D), false).experts();
        Set<String> used = new HashSet<>(Set.of("router.weight", "shared_experts."));
        Arrays.stream(experts).forEach(expert -> used.add("experts." + expert + "."));
        return used;
    }

    private static float[] absolute(float[] values) {
        float[] absolute = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            absolute[i] = Math.abs(values[i]); // no −0
        }
        return absolute;
    }

    private float[] slopes(MixtureOfExperts mixture, NDArray x, NDArray array) {
        float step = 2e-2f;
        float[] values = array.toFloatArray();
        float[] slopes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            float[] moved = values.clone();
            moved[i] += step;
            HostArrays.set(array, moved);
            float up = Layers.apply(mixture, parameters, x, false).sum().getFloat();
            moved[i] -= 2 * step;
            HostArrays.set(array, moved);
            float down = Layers.apply(mixture, parameters, x, false).sum().getFloat();
            slopes[i] = (up - down) / (2 * step);
        }
        HostArrays.set(array, values);
        return slopes;
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(5, 2, 2, 1, ExpertRouter.GroupScore.BEST, true));
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(6, 3, 3, 1, ExpertRouter.GroupScore.BEST, true));
        assertThrows(
                IllegalArgumentException.class,
                () -> settings(4, 1, 4, 1, ExpertRouter.GroupScore.SUM_OF_TWO_BEST, true));
        ExpertRouter router =
                new ExpertRouter(D, settings(4, 1, 1, 1, ExpertRouter.GroupScore.BEST, true));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new MixtureOfExperts(D, router, List.of(expert()), null));
        assertTrue(e.getMessage().contains("experts=1, router=4"), e.getMessage());
    }
}
