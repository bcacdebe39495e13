package org.attn4j.cli.task.language;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.RunContext;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.SpecialTokens;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;

/**
 * The tokenizer of a run.
 *
 * @param tokenizer the tokenizer
 * @param files its files, where it is not that of the model that training begins with; else none
 */
record RunTokenizer(ModelTokenizer tokenizer, List<Path> files) implements AutoCloseable {

    /**
     * How a new tokenizer is made.
     *
     * @param special the special tokens
     * @param start whether texts begin with the start token
     * @param end whether they end with the end token
     */
    record Style(SpecialTokens special, boolean start, boolean end) {}

    /** Reads texts to learn a vocabulary from. */
    @FunctionalInterface
    interface Texts {

        Iterable<String> read() throws IOException;
    }

    /** Opens or trains the tokenizer of a run. */
    static RunTokenizer open(
            TokenizerSection section,
            ModelSection model,
            RunContext context,
            Style style,
            Texts texts)
            throws IOException {
        Optional<Path> files = context.files();
        if (files.isPresent()) {
            return new RunTokenizer(ModelTokenizer.load(files.get()), List.of());
        }
        if (!section.from().isEmpty()) {
            Path folder = MavenModels.locate(section.from(), null);
            return new RunTokenizer(ModelTokenizer.load(folder), ModelTokenizer.files(folder));
        }
        if (!model.from().isEmpty()) {
            return new RunTokenizer(
                    ModelTokenizer.load(MavenModels.locate(model.from(), null)), List.of());
        }
        return trained(section.train(), context, style, texts);
    }

    private static RunTokenizer trained(
            TokenizerTrainingConfig config, RunContext context, Style style, Texts texts)
            throws IOException {
        TokenizerTrainer trainer = new TokenizerTrainer(config.withSpecialTokens(style.special()));
        trainer.addAll(texts.read());
        Path folder = context.directory().training().resolve("tokenizer");
        Files.createDirectories(folder);
        trainer.train().framed(style.start(), style.end()).save(folder);
        return new RunTokenizer(ModelTokenizer.load(folder), ModelTokenizer.files(folder));
    }

    /**
     * Makes the model of a run, to be trained.
     *
     * @param manager the manager of the weights
     * @param ending which architecture the task wants, an expression for the end of its name
     */
    LoadedModel model(ModelSection section, RunContext context, NDManager manager, String ending)
            throws IOException {
        if (files.isEmpty()) {
            return section.open(context, manager, ending, json -> json, List.of());
        }
        ModelSection own = section;
        if (!section.from().isEmpty()) {
            Require.that(
                    section.initialize() == ModelSection.Initialize.RANDOM,
                    "the weights of %s go with its own tokenizer: leave tokenizer.from out, or set"
                            + " model.initialize: random",
                    section.from());
            JsonObject config =
                    ModelDirectory.open(MavenModels.locate(section.from(), null)).config();
            config.remove("vocab_size");
            section.config().entrySet().forEach(it -> config.add(it.getKey(), it.getValue()));
            own = new ModelSection("", section.architecture(), section.initialize(), config, null);
        }
        return own.open(context, manager, ending, this::fitted, files);
    }

    /** The configuration of a model for this vocabulary. */
    private JsonObject fitted(JsonObject config) {
        int size = tokenizer.vocabularySize();
        if (config.has("vocab_size")) {
            Require.that(
                    config.get("vocab_size").getAsInt() >= size,
                    "model.config: vocab_size must hold the %s tokens of the tokenizer, got %s:"
                            + " leave it out",
                    size,
                    config.get("vocab_size"));
        } else {
            config.addProperty("vocab_size", size);
        }
        tokenizer.padId().ifPresent(id -> config.addProperty("pad_token_id", id));
        tokenizer.bosId().ifPresent(id -> config.addProperty("bos_token_id", id));
        tokenizer.eosId().ifPresent(id -> config.addProperty("eos_token_id", id));
        return config;
    }

    /** D of a model, which one of the schedules needs. */
    static int modelSize(LoadedModel model) {
        JsonObject config = model.config();
        for (String key : List.of("hidden_size", "n_embd", "dim", "d_model")) {
            if (config.has(key)) {
                return config.get(key).getAsInt();
            }
        }
        return 512;
    }

    /** What fills short rows; where the tokenizer has no such token, any that nothing looks at. */
    int padId() {
        return tokenizer.padId().orElse(0);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
