package org.attn4j.cli.task.pairs;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.ModelSection.Initialize;
import org.attn4j.cli.task.RunContext;
import org.attn4j.common.Require;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.family.encoderdecoder.FreshDecoder;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;

/**
 * What a run on pairs begins or goes on with.
 *
 * @param model the model, to be trained
 * @param tokenizer its tokenizer
 */
record PairsStart(LoadedModel model, ModelTokenizer tokenizer) {

    private static final String WRITES =
            ".*(ForConditionalGeneration|MarianMTModel|EncoderDecoderModel|ForCausalLM|LMHeadModel"
                    + "|TransformerModel)";
    private static final Set<String> TOKENIZER_FILES =
            Set.of(
                    "added_tokens.json",
                    "special_tokens_map.json",
                    ModelDirectory.TOKENIZER,
                    "tokenizer_config.json",
                    "vocab.txt");

    /** Opens the checkpoint of a run that goes on, or what the configuration names. */
    static PairsStart open(
            PairsConfig config, RunContext context, NDManager manager, ParallelCorpus corpus)
            throws IOException {
        PairsModel section = config.model();
        Pretrained.Loader loader = Pretrained.loader().optManager(manager).optTrainable(true);
        Optional<LoadedModel> resumed = context.resumed(loader);
        if (resumed.isPresent()) {
            return new PairsStart(
                    resumed.get(), ModelTokenizer.load(context.checkpoint().orElseThrow()));
        }
        Require.that(
                !section.from().isEmpty(),
                "model.from must name the model to begin with, a folder or org/name, got none");
        Path folder = MavenModels.locate(section.from(), null);
        if (section.decoder() != null) {
            return withDecoder(config, folder, context, manager, corpus);
        }
        JsonObject changes = section.config().deepCopy();
        if (!section.prefix().isEmpty()) {
            changes.addProperty("prefix", section.prefix());
        }
        LoadedModel model =
                loader.optArchitecture(architecture(section, folder))
                        .optConfig(json -> changed(json, changes))
                        .optRandomWeights(section.initialize() == Initialize.RANDOM)
                        .load(folder);
        LoadedModel start = limited(model, config);
        if (section.lora() != null) {
            start.adapt(ModelSection.named(section.lora(), section.from()));
        }
        return new PairsStart(start, ModelTokenizer.load(folder));
    }

    private static JsonObject changed(JsonObject json, JsonObject changes) {
        changes.entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    private static String architecture(PairsModel section, Path folder) throws IOException {
        if (!section.architecture().isEmpty()) {
            return section.architecture();
        }
        JsonObject config = ModelDirectory.open(folder).config();
        String type = config.has("model_type") ? config.get("model_type").getAsString() : "";
        List<String> known =
                ModelFamilies.find(type).map(ModelFamily::architectures).orElse(List.of());
        return known.stream()
                .filter(name -> name.matches(WRITES))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        ("model.from: %s is of the family '%s', which this task"
                                                        + " does not go on with: choose one such as"
                                                        + " T5, BART, Marian, GPT-2 or a"
                                                        + " Transformer that was trained here, or"
                                                        + " put a decoder behind a BERT by"
                                                        + " model.decoder")
                                                .formatted(folder, type)));
    }

    /** Targets may be as long as those that are learned, unless the model says otherwise. */
    private static LoadedModel limited(LoadedModel model, PairsConfig config) throws IOException {
        JsonObject settings =
                model.generationConfig()
                        .orElseGet(() -> GenerationConfigJson.ofModelConfig(model.config()));
        if (!settings.has("max_length") && !settings.has("max_new_tokens")) {
            settings.addProperty("max_new_tokens", config.batching().maxLength());
        }
        return model.withGenerationConfig(settings);
    }

    private static PairsStart withDecoder(
            PairsConfig config,
            Path folder,
            RunContext context,
            NDManager manager,
            ParallelCorpus corpus)
            throws IOException {
        TokenizerTrainingConfig vocabulary = config.model().vocabulary();
        Path files = context.directory().training().resolve("tokenizer");
        Files.createDirectories(files);
        List<Path> companions = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> TOKENIZER_FILES.contains(file.getFileName().toString()))
                    .forEach(companions::add);
        }
        JsonObject bert = ModelDirectory.open(folder).config();
        ModelTokenizer tokenizer;
        int size;
        OptionalInt start;
        OptionalInt end;
        OptionalInt pad;
        if (vocabulary == null) {
            tokenizer = ModelTokenizer.load(folder);
            size = Math.max(tokenizer.vocabularySize(), bert.get("vocab_size").getAsInt());
            start = tokenizer.clsId();
            end = tokenizer.sepId();
            pad = tokenizer.padId();
        } else {
            Path written = files.resolve(ModelDirectory.TARGET_TOKENIZER);
            train(vocabulary, corpus, written);
            companions.add(written);
            for (Path file : List.copyOf(companions)) {
                copy(file, files);
            }
            copy(folder.resolve(ModelDirectory.CONFIG), files);
            tokenizer = ModelTokenizer.load(files);
            try (ModelTokenizer target = ModelTokenizer.trained(written, null, true)) {
                size = target.vocabularySize();
                start = target.bosId();
                end = target.eosId();
                pad = target.padId();
            }
        }
        JsonObject json =
                config.model()
                        .decoder()
                        .config(
                                bert,
                                size,
                                pad.orElseThrow(),
                                start.orElseThrow(),
                                end.orElseThrow());
        EncoderDecoder block;
        try (NDManager scratch = manager.newSubManager();
                LoadedModel encoder = Pretrained.loader().optManager(scratch).load(folder)) {
            block = FreshDecoder.create(json, encoder, manager);
        }
        GenerationConfig search =
                (config.decoding() == null ? GenerationConfig.DEFAULTS : config.decoding())
                        .withTokens(pad.getAsInt(), List.of(end.getAsInt()), start.getAsInt());
        return new PairsStart(LoadedModel.made(block, json, search, companions), tokenizer);
    }

    private static void copy(Path file, Path folder) throws IOException {
        Path target = folder.resolve(file.getFileName().toString());
        if (!file.equals(target)) {
            Files.copy(file, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void train(TokenizerTrainingConfig config, ParallelCorpus corpus, Path file)
            throws IOException {
        TokenizerTrainer trainer = new TokenizerTrainer(config);
        try (Stream<SentencePair> pairs = corpus.open()) {
            pairs.forEach(pair -> trainer.add(pair.target()));
        }
        try {
            trainer.train().write(file);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "no vocabulary can be learned from %s: %s"
                            .formatted(corpus.name(), e.getMessage()),
                    e);
        }
    }

    /** D, which one of the schedules needs. */
    int modelSize() {
        JsonObject config = model.config();
        JsonObject own = config.has("decoder") ? config.getAsJsonObject("decoder") : config;
        return Stream.of("d_model", "hidden_size", "n_embd")
                .filter(own::has)
                .map(key -> own.get(key).getAsInt())
                .findFirst()
                .orElse(512);
    }
}
