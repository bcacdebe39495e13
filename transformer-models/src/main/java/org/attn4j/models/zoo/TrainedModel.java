package org.attn4j.models.zoo;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.family.transformer.TransformerWeights;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * A model directory, opened for prediction: {@code config.json}, {@code model.safetensors}, the
 * tokenizers and {@code generation_config.json}. Nothing in the directory is run.
 *
 * <pre>{@code
 * try (NDManager manager = NDManager.newBaseManager("PyTorch");
 *         TrainedModel model = TrainedModel.open(Path.of("runs/demo"), manager)) {
 *     SentenceTranslator translator = model.translator(model.generation());
 *     System.out.println(translator.translate(manager, List.of("a small cat")).get(0).get(0).text());
 * }
 * }</pre>
 */
public final class TrainedModel implements AutoCloseable {

    private final TransformerModel block;
    private final ModelTokenizer tokenizer;
    private final GenerationConfig generation;

    private TrainedModel(
            TransformerModel block, ModelTokenizer tokenizer, GenerationConfig generation) {
        this.block = block;
        this.tokenizer = tokenizer;
        this.generation = generation;
    }

    /**
     * Opens a model directory.
     *
     * @param directory the directory
     * @param manager where the weights live, and so on which engine and device the model runs
     * @return the model, its parameters frozen
     * @throws IOException if a file is missing or malformed, or the weights do not fit the
     *     configuration
     */
    public static TrainedModel open(Path directory, NDManager manager) throws IOException {
        return openTokenizers(directory, loadBlock(directory, manager));
    }

    /** Loads the weights alone. */
    static TransformerModel loadBlock(Path directory, NDManager manager) throws IOException {
        ModelDirectory files = ModelDirectory.open(directory);
        TransformerModel block;
        try {
            block = new TransformerModel(config(files.config()));
        } catch (IllegalArgumentException e) {
            throw new IOException(directory + ": " + e.getMessage(), e);
        }
        try (TensorSource weights = files.weights()) {
            WeightLoader.load(
                    block,
                    manager,
                    weights,
                    TransformerWeights.table(block.config()),
                    Strictness.STRICT,
                    new Shape(1, 1),
                    new Shape(1, 1));
        }
        block.freezeParameters(true);
        return block;
    }

    private static TransformerConfig config(JsonObject json) {
        ConfigReader reader = new ConfigReader(json, ModelDirectory.CONFIG);
        TransformerConfig config = TransformerConfig.of(reader);
        reader.finish();
        return config;
    }

    /** Adds the tokenizers and the settings of generation to a block that is loaded. */
    static TrainedModel openTokenizers(Path directory, TransformerModel block) throws IOException {
        TransformerConfig config = block.config();
        GenerationConfig generation = generation(directory, config);
        ModelTokenizer tokenizer = ModelTokenizer.load(directory);
        int source = tokenizer.vocabularySize();
        requireSize(directory, "source", source, config.sourceVocabularySize());
        int target = tokenizer.targetVocabularySize();
        requireSize(directory, "target", target, config.targetVocabularySize());
        return new TrainedModel(block, tokenizer, generation);
    }

    private static void requireSize(Path directory, String side, int tokens, int known)
            throws IOException {
        if (tokens > known) {
            throw new IOException(
                    "%s: the %s tokenizer has %d tokens but the model knows %d; use the tokenizer that the model was trained with"
                            .formatted(directory, side, tokens, known));
        }
    }

    private static GenerationConfig generation(Path directory, TransformerConfig config)
            throws IOException {
        ModelFiles files = ModelFiles.of(directory);
        if (files.has(ModelDirectory.GENERATION_CONFIG)) {
            Path file = files.file(ModelDirectory.GENERATION_CONFIG);
            GenerationConfig generation;
            try {
                generation = GenerationConfigJson.read(JsonFiles.text(file));
            } catch (IllegalArgumentException e) {
                throw new IOException(directory + ": " + e.getMessage(), e);
            }
            requireSameIds(file, generation, config);
            return generation;
        }
        return GenerationConfig.DEFAULTS.withTokens(
                config.padId(), List.of(config.eosId()), config.decoderStartId());
    }

    /** Other ids would make a search that never ends, or sources whose padding is seen. */
    private static void requireSameIds(
            Path file, GenerationConfig generation, TransformerConfig config) throws IOException {
        boolean same =
                generation.padId() == config.padId()
                        && generation.eosId() == config.eosId()
                        && generation.decoderStartId() == config.decoderStartId();
        if (!same) {
            throw new IOException(
                    "%s: pad, eos and decoder_start token ids must be those of config.json, %d, %d and %d, got %d, %d and %d"
                            .formatted(
                                    file,
                                    config.padId(),
                                    config.eosId(),
                                    config.decoderStartId(),
                                    generation.padId(),
                                    generation.eosId(),
                                    generation.decoderStartId()));
        }
    }

    /**
     * Returns the model itself.
     *
     * @return the block
     */
    public TransformerModel block() {
        return block;
    }

    /**
     * Returns the tokenizer of both sides.
     *
     * @return the tokenizer
     */
    public ModelTokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Returns how the model searches unless told otherwise.
     *
     * @return the settings of {@code generation_config.json}, or the defaults
     */
    public GenerationConfig generation() {
        return generation;
    }

    /**
     * Returns a translator.
     *
     * @param settings how it searches
     * @return the translator
     */
    public SentenceTranslator translator(GenerationConfig settings) {
        return new SentenceTranslator(block, tokenizer, settings);
    }

    /** Closes the tokenizer; the weights belong to the manager. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
