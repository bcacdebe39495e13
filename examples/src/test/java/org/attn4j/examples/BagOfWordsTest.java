package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.Collator;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.FieldFile;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.Schedule;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.TrainingConfig;
import org.junit.jupiter.api.Test;

/**
 * The floor of a classification: a linear model of which words there are, without their order. What
 * a Transformer is worth on SST-2 is what it does better.
 */
class BagOfWordsTest {

    private static final Path SST2 =
            Path.of(System.getProperty("attn4j.shared", "../../shared"), "corpora", "sst2");

    /** Which words a text has, and its class. */
    private record Text(List<String> words, int label) {}

    private static List<Text> read(String name) throws IOException {
        return FieldFile.of(SST2.resolve(name), "label", "text").readAll().stream()
                .map(
                        line ->
                                new Text(
                                        List.of(line.values().get("text").get(0).split(" ")),
                                        Integer.parseInt(line.values().get("label").get(0))))
                .toList();
    }

    private static Collator.Columns columns(
            NDManager manager, List<Text> texts, Map<String, Integer> vocabulary) {
        int words = vocabulary.size();
        float[] has = new float[texts.size() * words];
        long[] labels = new long[texts.size()];
        for (int row = 0; row < texts.size(); row++) {
            labels[row] = texts.get(row).label;
            for (String word : texts.get(row).words) {
                Integer column = vocabulary.get(word);
                if (column != null) {
                    has[row * words + column] = 1;
                }
            }
        }
        return new Collator.Columns(
                new NDList(HostArrays.of(manager, has, new Shape(texts.size(), words))),
                new NDList(HostArrays.of(manager, labels, new Shape(texts.size()))));
    }

    /** Wang and Manning 2012 have 79 to 81 for linear models of single words on such sentences. */
    @Test
    void aLinearModelOfWordsIsTheFloorOfSst2() throws IOException {
        assumeTrue(Files.isDirectory(SST2), "../shared is not here");
        List<Text> train = read("sst2.train.tsv");
        List<Text> dev = read("sst2.dev.tsv");
        Map<String, Integer> vocabulary = new HashMap<>();
        train.forEach(
                text -> text.words.forEach(it -> vocabulary.putIfAbsent(it, vocabulary.size())));
        BatchingConfig batching =
                BatchingConfig.builder().optTokensPerBatch(64).optMaxLength(2).optSeed(1).build();
        ExampleDataset<Text> data =
                ExampleDataset.of(
                        train,
                        text -> 1,
                        batching,
                        (manager, texts, seed) -> columns(manager, texts, vocabulary));
        try (Model model = Model.newInstance("bag-of-words")) {
            model.setBlock(LinearBlock.of(2, true));
            TrainingConfig config =
                    TrainingConfig.ofEpochs(4).withWarmupSteps(0).withWeightDecay(0.01);
            try (SequenceTrainer trainer =
                    SequenceTrainer.of(
                            model,
                            new LabelSmoothedCrossEntropy(0, -100),
                            config.withSchedule(Schedule.CONSTANT).optimizer(1),
                            1,
                            1)) {
                trainer.initialize(new Shape(1, vocabulary.size()));
                for (long epoch = 0; epoch < config.epochs(); epoch++) {
                    Iterator<Batch> batches = data.batches(trainer.getManager(), epoch, 0);
                    while (batches.hasNext()) {
                        try (Batch batch = batches.next()) {
                            trainer.trainBatch(batch);
                            trainer.update();
                        }
                    }
                }
                double accuracy = accuracy(trainer, dev, vocabulary);
                System.out.printf(Locale.ROOT, "bag of words on SST-2: %.2f%n", accuracy);
                assertTrue(accuracy > 77 && accuracy < 84, "accuracy " + accuracy);
            }
        }
    }

    private static double accuracy(
            SequenceTrainer trainer, List<Text> texts, Map<String, Integer> vocabulary) {
        try (NDManager manager = trainer.getManager().newSubManager()) {
            Collator.Columns columns = columns(manager, texts, vocabulary);
            NDArray logits = trainer.evaluate(columns.data()).head();
            logits.attach(manager);
            NDArray chosen = logits.argMax(1);
            return 100 * chosen.eq(columns.labels().head()).sum().getLong() / (double) texts.size();
        }
    }
}
