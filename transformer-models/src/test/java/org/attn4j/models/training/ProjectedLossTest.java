package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.Batchifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.layer.ProjectingBlock;
import org.attn4j.models.layer.Tie;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.Numbers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step without logits against one whose logits a listener is told. */
@Tag("engine")
class ProjectedLossTest {

    private static final int PAD = 0;
    private static final long[][] IDS = {{5, 9, 3, 7, 1}, {8, 2, 6, 0, 0}};

    @ParameterizedTest
    @EnumSource(Tie.class)
    void transformerLearnsTheSame(Tie tie) {
        TransformerConfig config =
                TransformerConfig.builder()
                        .optModelSize(16)
                        .optLayers(1)
                        .optHeads(2)
                        .optFeedForwardSize(32)
                        .optDropout(0.2f)
                        .optTie(tie)
                        .optOutputBias(true)
                        .setVocabularySize(13)
                        .build();
        try (Model model = Model.newInstance("small", TinyTask.engineName())) {
            TransformerModel block = new TransformerModel(config);
            block.initialize(model.getNDManager());
            model.setBlock(block);
            compare(model, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2_lm_a",
                "llama_lm_a",
                "bert_mlm_a",
                "bart_a",
                "t5_v1_0_a",
                "marian_mt_a"
            })
    void publishedModelLearnsTheSame(String name) throws Exception {
        Path folder =
                GoldenFolders.all().stream()
                        .filter(each -> each.endsWith(name))
                        .findFirst()
                        .orElseThrow();
        try (Model model = Model.newInstance(name, TinyTask.engineName())) {
            LoadedModel loaded =
                    Pretrained.loader()
                            .optManager(model.getNDManager())
                            .optTrainable(true)
                            .load(folder);
            boolean pair = loaded.model().smallestInput().length == 2;
            List<String> inputs =
                    pair ? List.of("input_ids", "decoder_input_ids") : List.of("input_ids");
            model.setBlock(new NamedBlock(loaded.model(), inputs, List.of("logits")));
            compare(model, inputs.size());
        }
    }

    private static void compare(Model model, int inputs) {
        Block block = model.getBlock();
        Map<String, float[]> before = weights(block);
        List<NDList> told = new ArrayList<>();
        TrainingListener listener =
                new TrainingListenerAdapter() {
                    @Override
                    public void onTrainingBatch(
                            ai.djl.training.Trainer trainer, BatchData batchData) {
                        told.add(batchData.getPredictions().values().iterator().next());
                    }
                };
        double expectedLoss = step(model, inputs, listener);
        assertEquals(1, told.size(), "the listener is told logits");
        Map<String, float[]> expected = weights(block);
        restore(block, before);
        double loss = step(model, inputs);
        assertEquals(expectedLoss, loss, 1e-5 * Math.abs(expectedLoss));
        weights(block)
                .forEach(
                        (path, values) -> // of size 1; sums of few terms, in another order
                        Numbers.assertClose(path, expected.get(path), values, 1e-5, 1e-5));
        assertTrue(
                before.entrySet().stream()
                        .anyMatch(
                                it ->
                                        !java.util.Arrays.equals(
                                                it.getValue(), expected.get(it.getKey()))),
                "nothing was learned");
        assertSkipsLogits(model, inputs);
    }

    private static void assertSkipsLogits(Model model, int inputs) {
        try (NDManager manager = model.getNDManager().newSubManager()) {
            NDList data = data(manager, inputs);
            ParameterStore parameters = new ParameterStore(manager, false);
            ProjectingBlock block = (ProjectingBlock) model.getBlock();
            NDArray states = block.beforeProjection(parameters, data, false).orElseThrow().states();
            assertEquals(data.head().getShape(), states.getShape().slice(0, 2));
        }
    }

    /** A step of gradient descent. */
    private static double step(Model model, int inputs, TrainingListener... listeners) {
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(new LabelSmoothedCrossEntropy(0.1f, PAD))
                        .optDevices(new ai.djl.Device[] {model.getNDManager().getDevice()})
                        .optOptimizer(
                                Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build())
                        .addTrainingListeners(listeners);
        SequenceTrainer trainer = new SequenceTrainer(model, config, 0, 1); // the model outlives it
        Engine.getEngine(TinyTask.engineName()).setRandomSeed(4);
        NDManager own = model.getNDManager().newSubManager();
        NDList labels = new NDList(own.create(IDS));
        try (Batch batch =
                new Batch(
                        own,
                        data(own, inputs),
                        labels,
                        IDS.length,
                        Batchifier.STACK,
                        Batchifier.STACK,
                        0,
                        0)) {
            double loss = trainer.trainBatch(batch).mean();
            trainer.update();
            return loss;
        }
    }

    private static NDList data(NDManager manager, int inputs) {
        NDList data = new NDList();
        for (int i = 0; i < inputs; i++) {
            data.add(manager.create(IDS));
        }
        return data;
    }

    private static Map<String, float[]> weights(Block block) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        BlockParameters.of(block)
                .byPath()
                .forEach((path, it) -> weights.put(path, it.getArray().toFloatArray()));
        return weights;
    }

    private static void restore(Block block, Map<String, float[]> weights) {
        Map<String, Parameter> parameters = BlockParameters.of(block).byPath();
        weights.forEach(
                (path, values) -> {
                    NDArray array = parameters.get(path).getArray();
                    Shape shape = array.getShape();
                    try (NDArray old = array.getManager().create(values, shape)) {
                        old.copyTo(array);
                    }
                });
    }
}
