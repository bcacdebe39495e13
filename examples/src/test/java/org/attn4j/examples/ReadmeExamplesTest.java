package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Dataset.Usage;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.ParallelDataset;
import org.attn4j.datasets.ReverseTask;
import org.attn4j.datasets.SymbolTaskConfig;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.zoo.Attn4jCriteria;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the Java examples of the README, and holds its text to the code here. */
@Tag("engine")
class ReadmeExamplesTest {

    private static final String ENGINE = System.getProperty("attn4j.engine", "PyTorch");

    @TempDir static Path folder;

    private static Path tokenizerFile;

    @BeforeAll
    static void makeATokenizer() throws IOException {
        tokenizerFile = folder.resolve("tokenizer.json");
        TokenizerTrainer trainer = new TokenizerTrainer(TokenizerTrainingConfig.words());
        trainer.add("0 1 2 3 4 5 6 7");
        trainer.train().write(tokenizerFile);
    }

    @Test
    void aBlockInASequentialBlockOfOnesOwn() {
        SequentialBlock block =
                new SequentialBlock()
                        .add(MultiHeadAttention.builder().setModelSize(64).setHeads(4).build())
                        .add(Linear.builder().setUnits(2).build());
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE)) {
            NDArray x = manager.randomNormal(new Shape(8, 10, 64)); // batch, length, model size
            block.initialize(manager, DataType.FLOAT32, x.getShape());
            ParameterStore parameters = new ParameterStore(manager, false);
            NDArray y = block.forward(parameters, new NDList(x), false).singletonOrThrow();
            assertEquals(new Shape(8, 10, 2), y.getShape());
        }
    }

    private static void train(ParallelCorpus corpus, Path directory) throws Exception {
        try (ModelTokenizer tokenizer = ModelTokenizer.trained(tokenizerFile, null, false);
                Model model = Model.newInstance("reverse", Device.cpu(), ENGINE)) {
            TransformerConfig config =
                    TransformerConfig.builder()
                            .optModelSize(32)
                            .optLayers(1)
                            .optHeads(2)
                            .optFeedForwardSize(64)
                            .setVocabularySize(tokenizer.vocabularySize())
                            .build();
            TransformerModel block = new TransformerModel(config);
            model.setBlock(block);
            ParallelDataset pairs =
                    ParallelDataset.builder()
                            .setCorpus(corpus)
                            .setEncoders(tokenizer::ids, tokenizer::targetIds)
                            .optBatching(BatchingConfig.builder().optTokensPerBatch(512).build())
                            .build();
            DefaultTrainingConfig training =
                    new DefaultTrainingConfig(new LabelSmoothedCrossEntropy(0.1f, config.padId()))
                            .optDevices(new Device[] {Device.cpu()})
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(Tracker.fixed(0.002f))
                                            .build());
            try (Trainer trainer = model.newTrainer(training)) {
                trainer.initialize(new Shape(1, 1), new Shape(1, 1));
                EasyTrain.fit(trainer, 2, pairs, null);
            }
            GenerationConfig search = GenerationConfig.DEFAULTS.withBeams(4);
            LoadedModel.made(block, config.json(), search, List.of(tokenizerFile)).save(directory);
        }
    }

    private static List<String> translate(Path directory, List<String> sentences) throws Exception {
        Criteria<String, String> criteria =
                Attn4jCriteria.of(directory.toString(), String.class, String.class)
                        .optEngine(ENGINE)
                        .build();
        try (ZooModel<String, String> model = criteria.loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            return predictor.batchPredict(sentences);
        }
    }

    @Test
    void aTransformerTrainedByDjlsTrainerAndLoadedThroughItsCriteria() throws Exception {
        SymbolTaskConfig task = new SymbolTaskConfig(8, 2, 4, 400, 20, 1);
        Path directory = Files.createDirectories(folder.resolve("reverse"));
        train(ReverseTask.of(Usage.TRAIN, task), directory);
        List<String> sentences = List.of("1 2 3", "7 0");
        List<String> alone = translate(directory, sentences);
        assertEquals(2, alone.size());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (ZooModel<String, String> model =
                Attn4jCriteria.of(directory.toString(), String.class, String.class)
                        .optEngine(ENGINE)
                        .build()
                        .loadModel()) {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(
                        threads.submit(
                                () -> {
                                    try (Predictor<String, String> own = model.newPredictor()) {
                                        return own.batchPredict(sentences);
                                    }
                                }));
            }
            for (Future<List<String>> answer : answers) {
                assertEquals(alone, answer.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    private static List<String> classify(Path checkpoint, List<String> texts) throws Exception {
        Criteria<String, Classifications> criteria =
                Attn4jCriteria.of(checkpoint.toString(), String.class, Classifications.class)
                        .optEngine(ENGINE)
                        .build();
        try (ZooModel<String, Classifications> model = criteria.loadModel();
                Predictor<String, Classifications> predictor = model.newPredictor()) {
            return predictor.batchPredict(texts).stream()
                    .map(found -> found.best().getClassName())
                    .toList();
        }
    }

    private static void fineTune(
            Path checkpoint, List<TextPair> texts, long[] labels, Path directory) throws Exception {
        try (Model model = Model.newInstance("classifier", Device.cpu(), ENGINE);
                ModelTokenizer tokenizer = ModelTokenizer.load(checkpoint)) {
            NDManager manager = model.getNDManager();
            LoadedModel bert =
                    Pretrained.loader().optManager(manager).optTrainable(true).load(checkpoint);
            model.setBlock(bert.model());
            Map<String, NDArray> rows =
                    tokenizer.encodeBatch(texts, EncodeOptions.upTo(40)).arrays(manager);
            ArrayDataset examples =
                    new ArrayDataset.Builder()
                            .setData(rows.get("input_ids"), rows.get("attention_mask"))
                            .optLabels(manager.create(labels))
                            .setSampling(2, true)
                            .build();
            DefaultTrainingConfig training =
                    new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                            .optDevices(new Device[] {Device.cpu()})
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(Tracker.fixed(0.005f))
                                            .build());
            try (Trainer trainer = model.newTrainer(training)) {
                trainer.initialize(new Shape(1, 1), new Shape(1, 1));
                EasyTrain.fit(trainer, 20, examples, null);
            }
            bert.save(directory); // as it came, tokenizer and all
        }
    }

    @Test
    void aPublishedClassifierFineTunedSavedAndUsed() throws Exception {
        Path checkpoint =
                Path.of("../transformer-models/src/test/resources/goldens/tasks/bert_classify");
        List<String> texts =
                List.of("this movie was great", "a terrible film", "great", "terrible");
        List<TextPair> pairs = texts.stream().map(TextPair::of).toList();
        Path directory = folder.resolve("tuned");
        fineTune(checkpoint, pairs, new long[] {2, 0, 2, 0}, directory);
        assertEquals(
                List.of("entailment", "contradiction", "entailment", "contradiction"),
                classify(directory, texts));
    }

    @Test
    void theReadmeShowsThisCode() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        String here =
                Files.readString(
                        root.resolve(
                                "examples/src/test/java/org/attn4j/examples/ReadmeExamplesTest.java"));
        String code = here.replaceAll("\\s+", "");
        Matcher blocks =
                Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(root.resolve("README.md")));
        int shown = 0;
        while (blocks.find()) {
            shown++;
            String example = blocks.group(1).replaceAll("\\s+", "");
            assertTrue(code.contains(example), blocks.group(1));
        }
        assertEquals(5, shown);
        Path project = root.resolve("docs/first-project/src/test/java/first/FirstExampleTest.java");
        String first = Files.readString(project).replaceAll("\\s+", "");
        blocks.reset();
        assertTrue(blocks.find() && first.contains(blocks.group(1).replaceAll("\\s+", "")));
    }
}
