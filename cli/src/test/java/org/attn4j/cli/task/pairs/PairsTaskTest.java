package org.attn4j.cli.task.pairs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.training.RunDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small models that transformers made learn a few pairs by heart. */
class PairsTaskTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final Path TEXTS = GOLDENS.resolve("generation/texts");
    private static final Path BERT = GOLDENS.resolve("tasks/bert_fill_mask");

    private static final List<String> SOURCES =
            List.of("The cat sat on the mat.", "Where is the little dog?", "It is a fine day.");
    private static final List<String> TARGETS =
            List.of("la lune est petit", "un chien en ville", "le jour est beau");

    @TempDir private Path folder;

    private Path run() {
        return folder.resolve("run");
    }

    private Outcome train(String task, String model, String... more) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < SOURCES.size(); i++) {
            lines.add(SOURCES.get(i) + "\t" + TARGETS.get(i));
        }
        Path pairs = Files.write(folder.resolve("pairs.tsv"), lines);
        String yaml =
                """
                task: %s
                name: pairs
                data:
                  train: {pairs: "%s"}
                  valid: {pairs: "%s"}
                  test: {pairs: "%s"}
                model: %s
                batching: {tokensPerBatch: 96, maxLength: 48}
                training:
                  steps: 120
                  schedule: constant
                  learningRate: 0.01
                  warmupSteps: 1
                  labelSmoothing: 0.0
                  validationInterval: 60
                  finalWeights: last
                """
                        .formatted(task, pairs, pairs, pairs, model);
        Path file = Files.writeString(folder.resolve("config.yaml"), yaml);
        List<String> args = new ArrayList<>(List.of("train", "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--out", run().toString()));
        args.addAll(List.of(more));
        args.add(file.toString());
        return Cli.run(args.toArray(String[]::new));
    }

    private String out(String verb, String... more) {
        List<String> args = new ArrayList<>(List.of(verb, "--engine", Cli.ENGINE));
        args.addAll(List.of("--threads", "1", "--model", run().toString()));
        args.addAll(List.of(more));
        Outcome outcome = Cli.run(args.toArray(String[]::new));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        return outcome.out();
    }

    private static void assertDone(Outcome outcome) {
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    private static String from(String model, String more) {
        return "{from: \"%s\"%s}".formatted(TEXTS.resolve(model), more);
    }

    /** With its prefix, languages and marks, each learns the pairs and translates by itself. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "t5_text | , prefix: 'translate English to French: ' | ",
                "bart_text | | ",
                "marian_text | | ",
                "mbart_text | , sourceLanguage: en_XX, targetLanguage: ro_RO | en_XX ro_RO",
                "mbart50_text | , sourceLanguage: en_XX, targetLanguage: fr_XX | en_XX fr_XX",
            })
    void learnsToTranslate(String model, String more, String languages) throws IOException {
        assertDone(train("translation", from(model, more == null ? "" : more)));
        List<String> args = new ArrayList<>();
        if (languages != null) {
            args.addAll(List.of("--source-lang", languages.split(" ")[0]));
            args.addAll(List.of("--target-lang", languages.split(" ")[1]));
        }
        args.addAll(SOURCES);
        assertEquals(
                String.join("\n", TARGETS) + "\n", out("translate", args.toArray(String[]::new)));
        String figures = out("evaluate", "--metrics", "bleu,exact,loss");
        assertTrue(figures.contains("exact match = 100.0000"), figures);
        assertSameFormat(TEXTS.resolve(model));
        String page = Files.readString(run().resolve("training/report.html"));
        assertTrue(page.contains("Texts of the test data"), page);
    }

    @Test
    void aTransformerThatWasTrainedHereGoesOnWithItsVocabulary() throws IOException {
        String model =
                "{modelSize: 32, encoderLayers: 1, decoderLayers: 1, encoderHeads: 2,"
                        + " decoderHeads: 2, encoderFeedForwardSize: 64,"
                        + " decoderFeedForwardSize: 64, dropout: 0.0}";
        String[] words = {
            "--set", "tokenizer.kind=word",
            "--set", "tokenizer.minFrequency=1",
            "--max-steps", "2"
        };
        assertDone(train("translation", model, words));
        Path first = Files.move(run(), folder.resolve("first"));
        assertDone(train("translation", "{from: \"%s\"}".formatted(first)));
        assertEquals(
                String.join("\n", TARGETS) + "\n",
                out("translate", SOURCES.toArray(String[]::new)));
        assertSameFormat(first);
        assertEquals(json(first.resolve("config.json")), json(run().resolve("config.json")));
    }

    /** The names of the tensors are those of the model that training began with. */
    private void assertSameFormat(Path original) throws IOException {
        try (TensorSource before = TensorSource.open(original);
                TensorSource after = TensorSource.open(run())) {
            assertEquals(before.names(), after.names());
            for (String name : before.names()) {
                assertEquals(before.info(name).shape(), after.info(name).shape(), name);
            }
        }
        JsonObject before = json(original.resolve("config.json"));
        JsonObject after = json(run().resolve("config.json"));
        assertEquals(before.get("architectures"), after.get("architectures"));
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    /** A copy that learns the same whatever is drawn. */
    private Path withoutDropout(Path model) throws IOException {
        Path copy = Files.createDirectory(folder.resolve("start"));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path config = copy.resolve("config.json");
        String text = Files.readString(config);
        Files.writeString(config, text.replaceAll("(dropout_prob\": )[.\\d]+", "$10"));
        return copy;
    }

    /** BERT2RND: the encoder is to the byte what it was; the decoder has learned the pairs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFreshDecoderLearnsBehindABert(boolean ownVocabulary) throws IOException {
        String vocabulary = ownVocabulary ? ", vocabulary: {vocabularySize: 60}" : "";
        String decoder =
                "{layers: 1, heads: 2, hiddenSize: 24, maxLength: 48, dropout: 0, attentionDropout: 0}";
        String model =
                "{from: \"%s\", freezeEncoder: true, decoder: %s%s}"
                        .formatted(withoutDropout(BERT), decoder, vocabulary);
        assertDone(train("translation", model, "--set", "batching.maxLength=32"));
        String translated = out("translate", SOURCES.toArray(String[]::new));
        assertEquals(String.join("\n", TARGETS) + "\n", translated);
        assertEquals(ownVocabulary, Files.exists(run().resolve("target_tokenizer.json")));
        assertEquals(
                "encoder-decoder",
                json(run().resolve("config.json")).get("model_type").getAsString());
        try (TensorSource before = TensorSource.open(BERT);
                TensorSource after = TensorSource.open(run());
                NDManager manager = NDManager.newBaseManager(Cli.ENGINE)) {
            int compared = 0;
            for (String name : before.names()) {
                String own = "encoder." + name.replaceFirst("^bert\\.", "");
                if (after.names().contains(own)) {
                    assertArrayEquals(
                            before.read(name, manager).toByteArray(),
                            after.read(own, manager).toByteArray(),
                            own);
                    compared++;
                }
            }
            assertTrue(compared > 15, "compared " + compared);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5_text", "gpt2_text"})
    void learnsToSummarize(String model) throws IOException {
        String more = model.equals("t5_text") ? ", prefix: 'summarize: '" : "";
        assertDone(train("summarization", from(model, more), "--set", "training.metric=rougeL"));
        List<String> summaries = new ArrayList<>();
        for (String source : SOURCES) {
            summaries.add(out("summarize", source).strip());
        }
        assertEquals(TARGETS, summaries);
        String figures = out("evaluate");
        for (String type : List.of("1", "2", "L")) {
            assertTrue(figures.contains("ROUGE-" + type + "|nrefs:1"), figures);
        }
        assertTrue(figures.contains("= 100.00"), figures);
    }

    /**
     * A run that is stopped and goes on gives what an unbroken one gives, to the byte, also when
     * the checkpoint that it went on from is long gone.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "translation | t5_text | ",
                "translation | bert | ",
                "summarization | gpt2_text | "
            })
    void goesOnExactly(String task, String model) throws IOException {
        String section =
                model.equals("bert")
                        ? "{from: \"%s\", decoder: {layers: 1, heads: 2, hiddenSize: 24, maxLength: 48}, vocabulary: {vocabularySize: 60}}"
                                .formatted(BERT)
                        : from(model, "");
        String[] settings = {
            "--set", "batching.maxLength=32",
            "--set", "batching.maxSentences=1",
            "--set", "training.validationInterval=0",
            "--set", "validation.generate=false",
            "--set", "training.checkpointInterval=2"
        };
        assertDone(train(task, section, with(settings, "--max-steps", "12")));
        byte[] whole = Files.readAllBytes(run().resolve("model.safetensors"));
        String files = names(run());
        Files.move(run(), folder.resolve("whole"));
        assertDone(train(task, section, with(settings, "--max-steps", "4")));
        assertDone(train(task, section, with(settings, "--max-steps", "12", "--resume")));
        assertArrayEquals(whole, Files.readAllBytes(run().resolve("model.safetensors")));
        assertEquals(files, names(run()));
        assertTrue(new RunDirectory(run()).latestState().isPresent());
    }

    private static String names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().toString();
        }
    }

    private static String[] with(String[] some, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void mistakesAreToldInOneSentence() throws IOException {
        assertRefused("goes on with a text rather than translate", "translation", "gpt2_text", "");
        assertRefused("does not go on with", "summarization", BERT.toAbsolutePath().toString(), "");
        assertRefused(
                "set model.sourceLanguage and model.targetLanguage, each one of",
                "translation",
                "mbart_text",
                "");
        assertRefused(
                "a language must be one of",
                "translation",
                "mbart_text",
                ", sourceLanguage: en_XX, targetLanguage: xx_XX");
        assertRefused(
                "the model tells of no languages",
                "translation",
                "t5_text",
                ", sourceLanguage: en, targetLanguage: fr");
        assertRefused(
                "maxLength must not exceed the 64",
                "translation",
                "marian_text",
                "",
                "batching.maxLength=65");
        assertRefused(
                "leaves no pair to use", "translation", "t5_text", "", "batching.maxLength=4");
        assertRefused("did you mean 'model.prefix'", "translation", "t5_text", ", prefi: x");
        assertRefused(
                "decoding is for a model with a new decoder",
                "translation",
                "t5_text",
                "",
                "decoding.beams=2");
        assertRefused(
                "model.freezeEncoder is for",
                "summarization",
                "gpt2_text",
                ", freezeEncoder: true");
    }

    private void assertRefused(
            String words, String task, String model, String more, String... settings)
            throws IOException {
        List<String> args = new ArrayList<>(List.of("--set", "validation.generate=false"));
        for (String setting : settings) {
            args.addAll(List.of("--set", setting));
        }
        Outcome outcome = train(task, from(model, more), args.toArray(String[]::new));
        assertFalse(outcome.code() == ExitCode.DONE, words);
        assertTrue(outcome.err().contains(words), outcome.err());
        assertEquals(1, outcome.err().lines().filter(line -> line.startsWith("attn4j: ")).count());
    }
}
