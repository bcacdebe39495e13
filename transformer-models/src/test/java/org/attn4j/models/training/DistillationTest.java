package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.training.DistillationLoss.Weights;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a student begins with and learns from. */
@Tag("engine")
class DistillationTest {

    private static final double LN2 = Math.log(2);

    /**
     * Logits 0, 0 of the student and 2 ln 3, 0 of the teacher: at the temperature 2 the teacher has
     * 3/4 and 1/4, the student 1/2 each.
     */
    private static NDList predictions(NDManager manager) {
        NDArray student = manager.create(new float[] {0, 0, 9, -9}, new Shape(2, 2));
        NDArray teacher =
                manager.create(new float[] {(float) (2 * Math.log(3)), 0, 5, 7}, new Shape(2, 2));
        NDArray states = manager.create(new float[] {1, 0, 3, 3}, new Shape(1, 2, 2));
        NDArray wanted = manager.create(new float[] {1, 1, 0, 8}, new Shape(1, 2, 2));
        NDArray seen = manager.create(new long[] {1, 0}, new Shape(1, 2));
        return new NDList(student, teacher, states, wanted, seen);
    }

    private static double loss(Weights weights) {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDList labels = new NDList(manager.create(new long[] {1, -100}));
            DistillationLoss loss = new DistillationLoss(weights, -100);
            assertEquals(1, loss.count(labels));
            return loss.sum(labels, predictions(manager)).getFloat();
        }
    }

    @Test
    void thePartsAreThoseWorkedByHand() {
        double soft = 4 * (0.75 * Math.log(1.5) + 0.25 * Math.log(0.5));
        double cosine = 1 - Math.sqrt(0.5);
        // Float32, and engines take logarithms to some units in the last place.
        assertEquals(soft, loss(new Weights(2, 1, 0, 0)), 1e-5);
        assertEquals(LN2, loss(new Weights(2, 0, 1, 0)), 1e-5);
        assertEquals(cosine, loss(new Weights(2, 0, 0, 1)), 1e-5);
        assertEquals(5 * soft + 2 * LN2 + cosine, loss(Weights.DISTILBERT), 5e-5);
    }

    /** The gradient by the student's logits is T · (student - teacher). */
    @Test
    void theGradientOfTheDivergenceIsThatWorkedByHand() {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            NDList predictions = predictions(manager);
            NDArray logits = predictions.get(0);
            logits.setRequiresGradient(true);
            NDList labels = new NDList(manager.create(new long[] {1, -100}));
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                collector.backward(
                        new DistillationLoss(new Weights(2, 1, 0, 0), -100)
                                .sum(labels, predictions));
            }
            assertArrayEquals(
                    new float[] {-0.5f, 0.5f, 0, 0}, logits.getGradient().toFloatArray(), 1e-5f);
        }
    }

    private static LoadedModel teacher(NDManager manager) throws IOException {
        return Pretrained.loader()
                .optManager(manager)
                .load(GoldenFolders.named("bert_sequence_classification_a"));
    }

    private static LoadedModel student(NDManager manager, int layers) throws IOException {
        return Pretrained.loader()
                .optManager(manager)
                .optTrainable(true)
                .optRandomWeights(true)
                .optConfig(
                        json -> {
                            json.addProperty("num_hidden_layers", layers);
                            return json;
                        })
                .load(GoldenFolders.named("bert_sequence_classification_a"));
    }

    @Test
    void aStudentBeginsWithTheLayersThatAreChosen() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                LoadedModel teacher = teacher(manager);
                LoadedModel student = student(manager, 1)) {
            assertEquals(2, StudentLayers.count(teacher.model()));
            StudentLayers.copy(teacher.model(), student.model(), List.of(1));
            assertWeights(teacher, "model.layers.1.", student, "model.layers.0.");
            assertWeights(teacher, "model.embeddings.", student, "model.embeddings.");
            assertWeights(teacher, "head.", student, "head.");
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () ->
                                            StudentLayers.copy(
                                                    teacher.model(), student.model(), List.of(2)))
                            .getMessage();
            assertTrue(message.contains("teacher's 2"), message);
        }
        assertEquals(List.of(0, 2, 4), StudentLayers.everyOther(6));
    }

    private static void assertWeights(
            LoadedModel teacher, String theirs, LoadedModel student, String ours) {
        Map<String, Parameter> from = BlockParameters.of(teacher.model()).byPath();
        int[] compared = {0};
        BlockParameters.of(student.model())
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            if (path.startsWith(ours)) {
                                compared[0]++;
                                assertArrayEquals(
                                        from.get(theirs + path.substring(ours.length()))
                                                .getArray()
                                                .toFloatArray(),
                                        parameter.getArray().toFloatArray(),
                                        path);
                            }
                        });
        assertTrue(compared[0] > 0, ours);
    }

    @Test
    void aStudentComesToAnswerAsItsTeacherWhichStaysAsItIs() throws IOException {
        try (Model holder = Model.newInstance("student", TestEngine.name());
                LoadedModel teacher = teacher(holder.getNDManager());
                LoadedModel student = student(holder.getNDManager(), 1)) {
            StudentLayers.copy(teacher.model(), student.model(), List.of(0));
            float[] before =
                    BlockParameters.of(teacher.model())
                            .byPath()
                            .get("head.out_proj.weight")
                            .getArray()
                            .toFloatArray();
            DistillationBlock block =
                    new DistillationBlock(
                            student.model(ModelWithHead.class),
                            teacher,
                            List.of("input_ids", "attention_mask"));
            holder.setBlock(block);
            try (SequenceTrainer trainer =
                    SequenceTrainer.of(
                            holder,
                            new DistillationLoss(new Weights(2, 1, 0, 1), -100),
                            AdamOptimizer.builder()
                                    .optLearningRate(LearningRate.constant(0.005, 0))
                                    .build(),
                            1,
                            1)) {
                trainer.initialize(new Shape(1, 1));
                double first = Double.NaN;
                double last = Double.NaN;
                for (int step = 0; step < 60; step++) {
                    try (Batch batch = batch(holder.getNDManager())) {
                        last = trainer.trainBatch(batch).mean();
                        first = step == 0 ? last : first;
                    }
                    trainer.update();
                }
                assertTrue(last < first / 4, first + " -> " + last);
                try (Batch batch = batch(holder.getNDManager())) {
                    assertEquals(1, trainer.evaluate(batch.getData()).size());
                }
            }
            assertArrayEquals(
                    before,
                    BlockParameters.of(teacher.model())
                            .byPath()
                            .get("head.out_proj.weight")
                            .getArray()
                            .toFloatArray());
            assertEquals(
                    BlockParameters.of(student.model()).count(),
                    BlockParameters.of(block).count(),
                    "the teacher is not trained");
        }
    }

    private static Batch batch(NDManager parent) {
        NDManager manager = parent.newSubManager();
        NDArray ids = manager.create(new long[][] {{2, 11, 30, 51}, {2, 40, 12, 0}});
        NDArray seen = manager.create(new long[][] {{1, 1, 1, 1}, {1, 1, 1, 0}});
        return new Batch(
                manager,
                new NDList(ids, seen),
                new NDList(manager.create(new long[] {0, 1})),
                2,
                Batchifier.STACK,
                Batchifier.STACK,
                0,
                1);
    }
}
