package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("engine")
class PlainOptimizerTest {

    private static PlainOptimizer optimizer(OptimizerKind kind, double momentum, double decay) {
        return PlainOptimizer.builder(kind)
                .optLearningRate(LearningRate.constant(0.1, 0))
                .optMomentum((float) momentum)
                .optDecay(0.75f)
                .optEpsilon(0.01f)
                .optWeightDecays((float) decay)
                .build();
    }

    private static void step(
            PlainOptimizer optimizer, NDArray weight, float slope, NDManager manager) {
        optimizer.step(
                List.of("w"),
                new NDList(weight),
                new NDList(manager.full(weight.getShape(), 2 * slope)),
                0.5f,
                name -> new ParameterGroups.Rule(1, true),
                manager);
    }

    /**
     * Two steps from 1 with the gradients 0.5 and -1, the rate 0.1, the decay of squares 0.75 and
     * epsilon 0.01, worked out by hand:
     *
     * <ul>
     *   <li>descent: 1 - 0.05 = 0.95; + 0.1 = 1.05
     *   <li>momentum 0.5: m = 0.5, 0.95; m = 0.25 - 1 = -0.75, 1.025
     *   <li>Nesterov: 0.5 + 0.25 = 0.75, 0.925; m = -0.75, -1 - 0.375 = -1.375, 1.0625
     *   <li>Adagrad: s = 0.25, 0.5 / 0.51 = 0.980392; s = 1.25, -1 / 1.128034 = -0.886498
     *   <li>RMSProp: v = 0.0625, 0.5 / 0.26 = 1.923077; v = 0.296875, -1 / 0.554862 = -1.802250
     *   <li>Adadelta: v = 0.0625, d = 0.1 / 0.269258 * 0.5 = 0.185695, u = 0.0086207; v = 0.296875,
     *       d = 0.136458 / 0.553963 * -1 = -0.246331
     *   <li>decay 0.2: 1 - 0.1 * 0.7 = 0.93; 0.93 - 0.1 * (-1 + 0.186) = 1.0114
     * </ul>
     */
    @ParameterizedTest
    @CsvSource({
        "SGD, 0, 0, 0.95, 1.05",
        "SGD, 0.5, 0, 0.95, 1.025",
        "NAG, 0.5, 0, 0.925, 1.0625",
        "ADAGRAD, 0, 0, 0.9019608, 0.9906106",
        "RMSPROP, 0, 0, 0.8076923, 0.9879173",
        "ADADELTA, 0, 0, 0.9814305, 1.0060636",
        "SGD, 0, 0.2, 0.93, 1.0114",
    })
    void stepsAreThoseWorkedOutByHand(
            OptimizerKind kind, double momentum, double decay, double first, double second) {
        PlainOptimizer optimizer = optimizer(kind, momentum, decay);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray weight = manager.ones(new Shape(2, 3));
            step(optimizer, weight, 0.5f, manager);
            assertEquals(first, weight.getFloat(1, 2), 1e-6);
            step(optimizer, weight, -1, manager);
            assertEquals(second, weight.getFloat(1, 2), 1e-6);
            assertEquals(2, optimizer.steps());
        }
    }

    private static Optimizer djl(OptimizerKind kind) {
        Tracker rate = Tracker.fixed(0.1f);
        return switch (kind) {
            case SGD -> Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.5f).build();
            case NAG -> Optimizer.nag().setLearningRateTracker(rate).setMomentum(0.5f).build();
            case ADAGRAD ->
                    Optimizer.adagrad().optLearningRateTracker(rate).optEpsilon(1e-8f).build();
            case RMSPROP ->
                    Optimizer.rmsprop()
                            .optLearningRateTracker(rate)
                            .optRho(0.75f)
                            .optEpsilon(1e-8f)
                            .build();
            case ADADELTA -> Optimizer.adadelta().optRho(0.75f).optEpsilon(1e-3f).build();
            default -> throw new IllegalArgumentException(kind + " has a test of its own");
        };
    }

    /** The bound is for DJL's epsilon, which MXNet puts under the root. */
    @ParameterizedTest
    @EnumSource(
            value = OptimizerKind.class,
            names = {"SGD", "NAG", "ADAGRAD", "RMSPROP"}) // Adadelta of DJL's closes its weight
    void oneParameterAtATimeAgreesWithDjlWhereTheEngineHasIt(OptimizerKind kind) {
        boolean torch = Engine.getEngine(TinyTask.engineName()).getEngineName().equals("PyTorch");
        if (torch && kind != OptimizerKind.SGD) {
            return; // DJL's PyTorch has Adam, AdamW and SGD alone
        }
        PlainOptimizer ours =
                PlainOptimizer.builder(kind)
                        .optLearningRate(LearningRate.constant(0.1, 0))
                        .optMomentum(0.5f)
                        .optDecay(0.75f)
                        .optEpsilon(1e-8f)
                        .build();
        Optimizer theirs = djl(kind);
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            NDArray a = manager.arange(6f).reshape(2, 3);
            NDArray b = a.duplicate();
            for (int t = 1; t <= 4; t++) {
                NDArray gradient = manager.arange(6f).sub(2.5f).mul(1f / t).reshape(2, 3);
                theirs.update("w", a, gradient.duplicate());
                ours.update("w", b, gradient.duplicate());
            }
            assertArrayEquals(a.toFloatArray(), b.toFloatArray(), 1e-5f);
        }
    }

    @ParameterizedTest
    @CsvSource({"SGD, 0", "SGD, 0.9", "NAG, 0.9", "ADAGRAD, 0", "RMSPROP, 0", "ADADELTA, 0"})
    void aRestoredStateGoesOnBitForBit(OptimizerKind kind, double momentum) {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            PlainOptimizer first = optimizer(kind, momentum, 0.1);
            NDArray weight = manager.arange(4f).reshape(2, 2);
            step(first, weight, 0.3f, manager);
            step(first, weight, -0.7f, manager);

            PlainOptimizer second = optimizer(kind, momentum, 0.1);
            second.restore(first.state(), first.steps(), manager, Map.of("w", weight.getShape()));
            NDArray copy = weight.duplicate();
            step(first, weight, 0.2f, manager);
            step(second, copy, 0.2f, manager);

            assertArrayEquals(weight.toFloatArray(), copy.toFloatArray(), 0f);
            assertEquals(3, second.steps());
        }
    }

    @Test
    void theStateOfAnotherOptimizerIsRefused() {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            PlainOptimizer adagrad = optimizer(OptimizerKind.ADAGRAD, 0, 0);
            Map<String, NDArray> adam =
                    Map.of(
                            "mean/w", manager.ones(new Shape(2)),
                            "sum/w", manager.ones(new Shape(2)));
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> adagrad.restore(adam, 1, manager));
            assertEquals("the state of the optimiser must hold sum, got mean/w", e.getMessage());
        }
    }
}
