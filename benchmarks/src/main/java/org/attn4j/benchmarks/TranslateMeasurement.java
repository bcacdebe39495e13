package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.GeneratedText;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;

/**
 * Translation by beam search, with a model of random weights. Such a model does not know where a
 * sentence ends: the end token is forbidden, and a target has two tokens more than its source, so
 * that short ones are done before long ones.
 *
 * @param name of the measurement
 * @param config the content of {@code config.json}
 * @param sizes what the config says, for the bound
 * @param sentences how many are translated
 */
record TranslateMeasurement(String name, JsonObject config, Sizes sizes, int sentences) {

    private static final int BEAMS = 5;
    private static final int LONGER = 2;
    private static final int ROWS_TOGETHER = 16 * BEAMS;
    private static final int SEED = 5;
    private static final int TOKENS = 1200;
    private static final int PAD = 0;
    private static final int END = 2;

    /** Of a smaller vocabulary, the tokens of some sentences are most. */
    private static final int LARGE_VOCABULARY = 10_000;

    private static final int ALWAYS = 100;
    private static final int MOST_TRANSLATIONS = 80;

    /**
     * What matrix products follow from.
     *
     * @param layers of the encoder, and of the decoder
     * @param modelSize D
     * @param innerSize of the feed-forward blocks
     * @param vocabulary V
     */
    record Sizes(int layers, int modelSize, int innerSize, int vocabulary) {}

    /** The shape of the model that the configuration {@code demo} trains. */
    static TranslateMeasurement demo(int sentences) {
        return small("translate.demo", new Sizes(2, 128, 256, TOKENS), sentences);
    }

    /** A pre-norm model of this library's own family, with one embedding for both sides. */
    static TranslateMeasurement small(String name, Sizes sizes, int sentences) {
        JsonObject config =
                json(
                        """
                        {"model_type": "attn4j-transformer", "architectures": ["TransformerModel"],
                         "is_encoder_decoder": true, "d_model": %2$d,
                         "encoder_layers": %1$d, "decoder_layers": %1$d,
                         "encoder_attention_heads": 4, "decoder_attention_heads": 4,
                         "encoder_ffn_dim": %3$d, "decoder_ffn_dim": %3$d,
                         "activation_function": "relu", "normalize_before": true,
                         "final_layer_norm": true, "position_embedding_type": "sinusoidal",
                         "max_position_embeddings": 1024, "tie_embeddings": "all",
                         "source_vocab_size": %4$d, "target_vocab_size": %4$d,
                         "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
                         "decoder_start_token_id": 1}""",
                        sizes);
        return new TranslateMeasurement(name, config, sizes, sentences);
    }

    /** The shape of the models that Helsinki-NLP publishes: 6 + 6 layers, a large vocabulary. */
    static TranslateMeasurement marian(int sentences) {
        Sizes sizes = new Sizes(6, 512, 2048, 58_101);
        JsonObject config =
                json(
                        """
                        {"model_type": "marian", "architectures": ["MarianMTModel"],
                         "d_model": %2$d, "encoder_layers": %1$d, "decoder_layers": %1$d,
                         "encoder_attention_heads": 8, "decoder_attention_heads": 8,
                         "encoder_ffn_dim": %3$d, "decoder_ffn_dim": %3$d,
                         "activation_function": "swish", "max_position_embeddings": 512,
                         "scale_embedding": true, "vocab_size": %4$d, "pad_token_id": 0,
                         "eos_token_id": 2, "decoder_start_token_id": 0}""",
                        sizes);
        return new TranslateMeasurement("translate.marian", config, sizes, sentences);
    }

    private static JsonObject json(String text, Sizes sizes) {
        return JsonParser.parseString(
                        text.formatted(
                                sizes.layers, sizes.modelSize, sizes.innerSize, sizes.vocabulary))
                .getAsJsonObject();
    }

    /** The contenders. */
    Measurement of(NDManager manager, TorchPeer torch) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(
                Contender.ours(
                        () -> work(manager, Pretrained.loader().forPrediction(), sentences, null)));
        contenders.addAll( // another token may be the best
                Contender.rounded(
                        manager,
                        Contender.INCOMPARABLE,
                        precision ->
                                () ->
                                        work(
                                                manager,
                                                Pretrained.loader().optPrecision(precision),
                                                sentences,
                                                null)));
        if (sizes.vocabulary >= LARGE_VOCABULARY) {
            contenders.add(
                    Contender.other(
                            "ours, shortlist",
                            Contender.INCOMPARABLE,
                            () ->
                                    work(
                                            manager,
                                            Pretrained.loader().forPrediction(),
                                            sentences,
                                            shortlist())));
        }
        contenders.add(
                Contender.other(
                        "reference, one by one",
                        Contender.ROUNDING,
                        UnderKernels.of(
                                "reference", () -> work(manager, Pretrained.loader(), 1, null))));
        contenders.addAll(torch.contender("translate", this::numbers));
        contenders.addAll(MatrixProducts.bounds(manager, this::products));
        return Measurement.of(name, "sentence", sentences, contenders);
    }

    /**
     * Translation as work.
     *
     * @param loader makes the model
     * @param together how many sentences are handed over at a time
     * @param shortlist the tokens among which is chosen; null for all
     */
    private Work work(NDManager parent, Pretrained.Loader loader, int together, Shortlist shortlist)
            throws IOException {
        GenerationRequest request = GenerationRequest.builder().optShortlist(shortlist).build();
        List<String> texts = texts();
        ModelTokenizer tokenizer = tokenizer();
        NDManager manager = parent.newSubManager();
        manager.getEngine().setRandomSeed(SEED);
        LoadedModel model =
                loader.optManager(manager)
                        .create(config, List.of())
                        .withGenerationConfig(generation());
        TextGenerator translator = TextGenerator.of(model, tokenizer);
        return new Work() {

            /** The scores: of two that are as good as equal, rounding may put either first. */
            @Override
            public List<float[]> values() throws IOException {
                List<float[]> scores = new ArrayList<>();
                for (GeneratedText each : translated()) {
                    scores.add(new float[] {(float) each.hypothesis().score()});
                }
                return scores;
            }

            @Override
            public void run() throws IOException {
                translated();
            }

            private List<GeneratedText> translated() throws IOException {
                List<GeneratedText> found = new ArrayList<>();
                for (int from = 0; from < texts.size(); from += together) {
                    List<String> some =
                            texts.subList(from, Math.min(texts.size(), from + together));
                    translator.generate(some, request).forEach(each -> found.add(each.get(0)));
                }
                return found;
            }

            @Override
            public void close() {
                model.close();
                manager.close();
                tokenizer.close();
            }
        };
    }

    private static JsonObject generation() {
        return JsonParser.parseString(
                        """
                        {"num_beams": %d, "max_new_tokens": 256, "max_length_factor": 1.0,
                         "max_length_offset": %d, "suppress_tokens": [%d, %d],
                         "pad_token_id": %d, "eos_token_id": %d,
                         "decoder_start_token_id": %d}"""
                                .formatted(BEAMS, LONGER, PAD, END, PAD, END, PAD))
                .getAsJsonObject();
    }

    /**
     * A shortlist of random translations, as many as a table has: a few or some dozens of each
     * token, most of them frequent ones, of low ids.
     */
    private Shortlist shortlist() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<int[]> translations = new ArrayList<>();
        for (int token = 0; token < TOKENS; token++) {
            translations.add(
                    IntStream.range(0, random.nextInt(1, MOST_TRANSLATIONS))
                            .map(i -> (int) Math.pow(sizes.vocabulary, random.nextDouble()))
                            .toArray());
        }
        return new Shortlist(IntStream.range(0, ALWAYS).toArray(), translations);
    }

    private List<String> texts() throws IOException {
        return Sentences.all().subList(0, sentences);
    }

    /** Words, and an end after each text: fewer tokens than the model may have. */
    private static ModelTokenizer tokenizer() throws IOException {
        TokenizerTrainer trainer =
                new TokenizerTrainer(TokenizerTrainingConfig.words().withVocabularySize(TOKENS));
        trainer.addAll(Sentences.all());
        return trainer.train().framed(false, true).open();
    }

    /** The tokens of each sentence. */
    private List<Integer> lengths() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        try (ModelTokenizer tokenizer = tokenizer()) {
            for (String text : texts()) {
                lengths.add(tokenizer.encode(TextPair.of(text), EncodeOptions.DEFAULT).length());
            }
        }
        return lengths;
    }

    /** What the script of Python is told. */
    private JsonObject numbers() throws IOException {
        JsonObject numbers = TorchPeer.numbers(sizes);
        numbers.addProperty("heads", config.get("encoder_attention_heads").getAsInt());
        numbers.addProperty("beams", BEAMS);
        numbers.addProperty("together", ROWS_TOGETHER / BEAMS);
        numbers.addProperty("longer", LONGER);
        numbers.add("lengths", new Gson().toJsonTree(lengths()));
        return numbers;
    }

    /** The linear maps, with as many rows in a decoder's as are searched together. */
    private MatrixProducts products() throws IOException {
        int read = 0;
        int written = 0; // rows of the decoder: one at the first token, then one for each beam
        for (int tokens : lengths()) {
            read += tokens;
            written += 1 + BEAMS * (tokens + LONGER - 1);
        }
        int layers = sizes.layers;
        int size = sizes.modelSize;
        int steps = Math.max(1, written / ROWS_TOGETHER);
        int rows = Math.min(written, ROWS_TOGETHER);
        return new MatrixProducts(
                List.of(
                        new MatrixProducts.Linear(6 * layers, read, size, size), // with cross k, v
                        new MatrixProducts.Linear(layers, read, size, sizes.innerSize),
                        new MatrixProducts.Linear(layers, read, sizes.innerSize, size),
                        new MatrixProducts.Linear(6 * layers * steps, rows, size, size),
                        new MatrixProducts.Linear(layers * steps, rows, size, sizes.innerSize),
                        new MatrixProducts.Linear(layers * steps, rows, sizes.innerSize, size),
                        new MatrixProducts.Linear(steps, rows, size, sizes.vocabulary)),
                List.of(),
                1);
    }
}
