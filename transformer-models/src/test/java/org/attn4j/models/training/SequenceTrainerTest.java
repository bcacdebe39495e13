package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("engine")
class SequenceTrainerTest {

    private static final TrainingConfig CONFIG =
            TrainingConfig.ofSteps(10)
                    .withSchedule(Schedule.CONSTANT)
                    .withWarmupSteps(0)
                    .withLearningRate(0.01)
                    .withClipNorm(0);

    /** Weights after some steps, each over the given micro-batches. */
    private static Map<String, float[]> train(
            TrainingConfig config, List<long[][]> microBatches, int steps) {
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer = TinyTask.trainer(model, config);
                NDManager manager = model.getNDManager().newSubManager()) {
            for (int step = 0; step < steps; step++) {
                for (long[][] ids : microBatches) {
                    try (Batch batch = TinyTask.batch(manager, ids)) {
                        trainer.trainBatch(batch);
                    }
                }
                trainer.update();
            }
            return TinyTask.weights(model);
        }
    }

    private static void assertClose(Map<String, float[]> expected, Map<String, float[]> actual) {
        expected.forEach(
                (name, values) -> assertArrayEquals(values, actual.get(name), 2e-5f, name));
    }

    private static long[][] rows(long[][] ids, int from, int to) {
        long[][] part = new long[to - from][];
        System.arraycopy(ids, from, part, 0, to - from);
        return part;
    }

    @Test
    void microBatchesOfDifferentSizesEqualOneBatch() {
        long[][] ids = TinyTask.ids(0, 0);

        Map<String, float[]> whole = train(CONFIG, List.<long[][]>of(ids), 5);
        Map<String, float[]> parts =
                train(CONFIG, List.of(rows(ids, 0, 1), rows(ids, 1, 3), rows(ids, 3, 4)), 5);

        assertClose(whole, parts);
    }

    @Test
    void clippingScalesTheGradientToTheNorm() {
        TrainingConfig clipped = CONFIG.withClipNorm(0.01);
        long[][] ids = TinyTask.ids(0, 0);
        double plainNorm = gradientNorm(CONFIG, ids);
        assertTrue(plainNorm > 0.02, "the gradient is too small to clip: " + plainNorm);
        assertEquals(plainNorm, gradientNorm(clipped, ids), 1e-6, "the norm before clipping");

        // With plain gradient descent of rate 1, the length of the step is the norm of the gradient
        // used.
        assertEquals(plainNorm, descent(0, ids), 1e-4);
        assertEquals(0.01, descent(0.01, ids), 1e-5);
    }

    private static double gradientNorm(TrainingConfig config, long[][] ids) {
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer = TinyTask.trainer(model, config);
                Batch batch = TinyTask.batch(model.getNDManager(), ids)) {
            trainer.trainBatch(batch);
            return trainer.update().gradientNorm();
        }
    }

    /** The length of a step of gradient descent with rate 1, made by another optimiser of DJL's. */
    private static double descent(double clipNorm, long[][] ids) {
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer =
                        SequenceTrainer.of(
                                model,
                                TinyTask.loss(),
                                Optimizer.sgd().setLearningRateTracker(Tracker.fixed(1)).build(),
                                clipNorm,
                                1);
                Batch batch = TinyTask.batch(model.getNDManager(), ids)) {
            Map<String, float[]> before = TinyTask.weights(model);
            trainer.trainBatch(batch);
            trainer.update();
            Map<String, float[]> after = TinyTask.weights(model);
            double square = 0;
            for (String name : before.keySet()) {
                for (int i = 0; i < before.get(name).length; i++) {
                    square += Math.pow(before.get(name)[i] - after.get(name)[i], 2);
                }
            }
            return Math.sqrt(square);
        }
    }

    @Test
    void easyTrainGivesTheSameWeightsAndTellsItsListeners() throws Exception {
        TrainingConfig config = CONFIG.withAccumulation(2);
        List<long[][]> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(TinyTask.ids(0, i));
        }
        Map<String, float[]> expected;
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer = TinyTask.trainer(model, config)) {
            for (int i = 0; i < 4; i += 2) {
                for (long[][] ids : all.subList(i, i + 2)) {
                    try (Batch batch = TinyTask.batch(model.getNDManager(), ids)) {
                        trainer.trainBatch(batch);
                    }
                }
                trainer.update();
            }
            expected = TinyTask.weights(model);
        }

        Recorder recorder = new Recorder();
        EvaluatorTrainingListener evaluations = new EvaluatorTrainingListener();
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer =
                        new SequenceTrainer(
                                model,
                                new DefaultTrainingConfig(TinyTask.loss())
                                        .optOptimizer(config.optimizer(8))
                                        .optDevices(new Device[] {model.getNDManager().getDevice()})
                                        .addTrainingListeners(recorder, evaluations),
                                0,
                                2)) {
            EasyTrain.fit(trainer, 1, dataset(all), dataset(all));
            assertClose(expected, TinyTask.weights(model));
        }
        assertEquals(
                List.of("begin", "t", "t", "t", "t", "v", "v", "v", "v", "epoch", "end"),
                recorder.events);
        Map<String, Float> scores = evaluations.getLatestEvaluations();
        assertTrue(scores.get("validate_loss") < scores.get("train_loss"), scores.toString());
    }

    @Test
    void djlsOwnTrainerTakesTheLossAndTheOptimizer() {
        long[][] ids = TinyTask.ids(0, 0);
        Map<String, float[]> expected = train(CONFIG, List.<long[][]>of(ids), 3);
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(TinyTask.loss())
                        .optOptimizer(CONFIG.optimizer(8))
                        .optDevices(new Device[] {Device.cpu()});
        try (Model model = TinyTask.model(0);
                Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(1, 1), new Shape(1, 1));
            for (int step = 0; step < 3; step++) {
                try (Batch batch = TinyTask.batch(model.getNDManager(), ids)) {
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                }
            }
            assertClose(expected, TinyTask.weights(model));
        }
    }

    /** The optimisers of DJL's, by name; those without a setting for it learn at DJL's own rate. */
    private static Map<String, Supplier<Optimizer>> optimizers() {
        Tracker rate = Tracker.fixed(0.01f);
        Map<String, Supplier<Optimizer>> all = new LinkedHashMap<>();
        all.put("sgd", () -> Optimizer.sgd().setLearningRateTracker(rate).build());
        all.put(
                "sgd with momentum",
                () -> Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.9f).build());
        all.put(
                "nag",
                () -> Optimizer.nag().setLearningRateTracker(rate).setMomentum(0.9f).build());
        all.put("adam", () -> Optimizer.adam().optLearningRateTracker(rate).build());
        all.put(
                "adamW",
                () -> Optimizer.adamW().optLearningRateTracker(rate).optWeightDecays(0.1f).build());
        all.put("rmsprop", () -> Optimizer.rmsprop().optLearningRateTracker(rate).build());
        all.put(
                "rmsprop, not centred",
                () -> Optimizer.rmsprop().optLearningRateTracker(rate).optCentered(false).build());
        all.put("adagrad", () -> Optimizer.adagrad().optLearningRateTracker(rate).build());
        all.put("adadelta", () -> Optimizer.adadelta().build());
        return all;
    }

    @TestFactory
    Stream<DynamicTest> everyOptimizerTrainsAsWithDjlsOwnTrainer() {
        return optimizers().entrySet().stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.getKey(), () -> trainsAsDjlDoes(each.getValue())));
    }

    private static void trainsAsDjlDoes(Supplier<Optimizer> optimizer) throws Exception {
        Map<String, float[]> before;
        Map<String, float[]> expected;
        try (Model model = TinyTask.model(0)) {
            before = TinyTask.weights(model);
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(TinyTask.loss())
                            .optOptimizer(optimizer.get())
                            .optDevices(new Device[] {Device.cpu()});
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, 1), new Shape(1, 1));
                threeSteps(
                        model,
                        batch -> {
                            EasyTrain.trainBatch(trainer, batch);
                            trainer.step();
                        });
            } catch (UnsupportedOperationException e) { // the engine has no such optimiser
                assertThrows(
                        UnsupportedOperationException.class, () -> threeSteps(optimizer.get()));
                return;
            }
            expected = TinyTask.weights(model);
        }
        assertClose(expected, threeSteps(optimizer.get()));
        assertTrue(
                before.keySet().stream()
                        .noneMatch(name -> Arrays.equals(before.get(name), expected.get(name))),
                "a parameter was not trained");
    }

    private static void threeSteps(Model model, Consumer<Batch> step) {
        for (int i = 0; i < 3; i++) {
            try (Batch batch = TinyTask.batch(model.getNDManager(), TinyTask.ids(0, i))) {
                step.accept(batch);
            }
        }
    }

    @Test
    void anOptimizerKeepsWhatItMakes() {
        Map<String, float[]> expected = threeSteps(new Momentum(true));
        assertClose(expected, threeSteps(new Momentum(false)));
        assertClose(
                expected,
                threeSteps(
                        Optimizer.sgd()
                                .setLearningRateTracker(Tracker.fixed(0.05f))
                                .optMomentum(0.9f)
                                .build()));
    }

    private static Map<String, float[]> threeSteps(Optimizer optimizer) {
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer =
                        SequenceTrainer.of(model, TinyTask.loss(), optimizer, 0, 1)) {
            threeSteps(
                    model,
                    batch -> {
                        trainer.trainBatch(batch);
                        trainer.update();
                    });
            return TinyTask.weights(model);
        }
    }

    /** Gradient descent with momentum, which takes what it keeps out of every scope, or not. */
    private static final class Momentum extends Optimizer {

        private final Map<String, NDArray> velocities = new LinkedHashMap<>();
        private final boolean detaches;

        Momentum(boolean detaches) {
            super(Optimizer.sgd());
            this.detaches = detaches;
        }

        @Override
        public void update(String parameterId, NDArray weight, NDArray gradient) {
            NDArray last = velocities.get(parameterId);
            NDArray now = last == null ? gradient.duplicate() : last.mul(0.9f).add(gradient);
            if (detaches) {
                now.detach();
            }
            velocities.put(parameterId, now);
            weight.stopGradient().subi(now.mul(0.05f));
        }
    }

    @Test
    void listenersKeepWhatTheyMake() throws Exception {
        Summing summing = new Summing();
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer =
                        new SequenceTrainer(
                                model,
                                new DefaultTrainingConfig(TinyTask.loss())
                                        .optOptimizer(CONFIG.optimizer(8))
                                        .optDevices(new Device[] {model.getNDManager().getDevice()})
                                        .addTrainingListeners(summing),
                                0,
                                1)) {
            threeSteps(model, trainer::trainBatch);
            BatchSource source = TinyTask::batches;
            new LossValidator(source, TinyTask.PAD).validate(trainer, new StopSignal());

            assertEquals(3 + TinyTask.BATCHES, summing.batches.getFloat());
            assertTrue(Float.isFinite(summing.sum.getFloat()));
        }
    }

    /** Sums up predictions in an array that is made at the first batch. */
    private static final class Summing extends TrainingListenerAdapter {

        private NDArray sum;
        private NDArray batches;

        @Override
        public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batch) {
            if (sum == null) {
                sum = trainer.getManager().zeros(new Shape());
                batches = trainer.getManager().zeros(new Shape());
            }
            NDList predictions = batch.getPredictions().get(Device.cpu());
            NDList labels = batch.getLabels().get(Device.cpu());
            assertEquals(
                    labels.head().getShape().add(TinyTask.VOCABULARY),
                    predictions.head().getShape());
            sum = sum.add(predictions.head().sum());
            batches = batches.add(1);
        }

        @Override
        public void onValidationBatch(Trainer trainer, TrainingListener.BatchData batch) {
            onTrainingBatch(trainer, batch);
        }
    }

    private static Dataset dataset(List<long[][]> all) {
        return new Dataset() {
            @Override
            public Iterable<Batch> getData(NDManager manager) {
                return () -> all.stream().map(ids -> TinyTask.batch(manager, ids)).iterator();
            }

            @Override
            public void prepare(Progress progress) {
                // nothing to fetch
            }
        };
    }

    private static final class Recorder extends TrainingListenerAdapter {

        private final List<String> events = new ArrayList<>();

        @Override
        public void onTrainingBegin(Trainer trainer) {
            events.add("begin");
        }

        @Override
        public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batch) {
            events.add("t");
        }

        @Override
        public void onValidationBatch(Trainer trainer, TrainingListener.BatchData batch) {
            events.add("v");
        }

        @Override
        public void onEpoch(Trainer trainer) {
            events.add("epoch");
        }

        @Override
        public void onTrainingEnd(Trainer trainer) {
            events.add("end");
        }
    }

    @Test
    void anInfiniteGradientChangesNothing() {
        try (Model model = TinyTask.model(0);
                SequenceTrainer trainer = TinyTask.trainer(model, CONFIG);
                Batch batch = TinyTask.batch(model.getNDManager(), TinyTask.ids(0, 0))) {
            model.getBlock()
                    .getParameters()
                    .valueAt(4) // the bias of the output
                    .getArray()
                    .set(new ai.djl.ndarray.index.NDIndex("0"), Float.POSITIVE_INFINITY);
            Map<String, float[]> before = TinyTask.weights(model);
            trainer.trainBatch(batch);

            NonFiniteException e = assertThrows(NonFiniteException.class, trainer::update);

            assertTrue(
                    e.getMessage().startsWith("the gradient norm is NaN (first in "),
                    e.getMessage());
            Map<String, float[]> after = TinyTask.weights(model);
            before.forEach((name, values) -> assertArrayEquals(values, after.get(name), name));
        }
    }

    @Test
    void aStepNeedsAGradientAndATrainerSomethingToTrain() {
        try (Model model = TinyTask.model(0)) {
            try (SequenceTrainer trainer = TinyTask.trainer(model, CONFIG)) {
                assertThrows(IllegalStateException.class, trainer::step);
            }
            model.getBlock().freezeParameters(true);
            try (SequenceTrainer trainer = TinyTask.trainer(model, CONFIG)) {
                NDList none = new NDList();
                Exception e =
                        assertThrows(IllegalArgumentException.class, () -> trainer.evaluate(none));
                assertTrue(e.getMessage().startsWith("nothing to train"), e.getMessage());
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameLosses() {
        List<Double> first = losses(0.3f);
        assertEquals(first, losses(0.3f));
        assertTrue(first.get(19) < first.get(0), first.toString());
    }

    private static List<Double> losses(float dropout) {
        List<Double> losses = new ArrayList<>();
        try (Model model = TinyTask.model(dropout);
                SequenceTrainer trainer = TinyTask.trainer(model, CONFIG);
                NDManager manager = model.getNDManager().newSubManager()) {
            for (int epoch = 0; epoch < 4; epoch++) {
                Iterator<Batch> batches = TinyTask.batches(manager, epoch, 0);
                while (batches.hasNext()) {
                    manager.getEngine().setRandomSeed(StepSeed.of(1, losses.size(), 0));
                    try (Batch batch = batches.next()) {
                        losses.add(trainer.trainBatch(batch).mean());
                    }
                    trainer.update();
                }
            }
        }
        return losses;
    }
}
