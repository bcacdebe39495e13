package org.attn4j.models.model;

import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.LoadReport;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;

/**
 * A model in memory: the block with its weights, its configuration, and the folder that it came
 * from, which holds the tokenizer. A model that was made rather than read comes from no folder; it
 * has the files of its tokenizer instead, and is saved with them.
 */
public final class LoadedModel implements AutoCloseable, ModelStore {

    /**
     * What a model directory may hold beside configuration and weights, and {@link #save} keeps.
     */
    private static final Set<String> COMPANIONS =
            Set.of(
                    "added_tokens.json",
                    "config_sentence_transformers.json",
                    "generation_config.json",
                    "merges.txt",
                    "modules.json",
                    "sentence_bert_config.json",
                    "sentencepiece.bpe.model",
                    "source.spm",
                    "source_tokenizer.json",
                    "source_vocabulary.txt",
                    "special_tokens_map.json",
                    "spiece.model",
                    "spm.model",
                    "target.spm",
                    "target_tokenizer.json",
                    "target_vocab.json",
                    "target_vocabulary.txt",
                    "tokenizer.json",
                    "tokenizer.model",
                    "tokenizer_config.json",
                    "vocab.json",
                    "vocab.txt");

    private final PretrainedModel model;
    private final JsonObject config;
    private final JsonObject generationConfig; // null for none
    private final ModelDirectory directory; // null for a model that was made
    private final List<Path> companions; // of a model that was made
    private final LoadReport report;
    private final UnknownSettings unknownSettings;
    private final NDManager manager;
    private final boolean ownsManager;
    private Adapter adapter; // null without
    private Path adapterFolder; // null of an adapter that was made, and without one

    LoadedModel(
            PretrainedModel model,
            ModelDirectory directory,
            LoadReport report,
            UnknownSettings unknownSettings,
            NDManager manager,
            boolean ownsManager) {
        this.model = model;
        this.config = directory.config();
        this.generationConfig = null;
        this.directory = directory;
        this.companions = List.of();
        this.report = report;
        this.unknownSettings = unknownSettings;
        this.manager = manager;
        this.ownsManager = ownsManager;
    }

    private LoadedModel(
            PretrainedModel model,
            JsonObject config,
            JsonObject generationConfig,
            List<Path> companions,
            NDManager manager,
            boolean ownsManager) {
        this.model = model;
        this.config = config;
        this.generationConfig = generationConfig;
        this.directory = null;
        this.companions = List.copyOf(companions);
        this.report = null;
        this.unknownSettings = new UnknownSettings(List.of(), List.of());
        this.manager = manager;
        this.ownsManager = ownsManager;
    }

    /**
     * Makes a model of a block that was made rather than read, such as one to be trained from the
     * beginning.
     *
     * @param model the block, with its weights, which stay where they are
     * @param config its {@code config.json}
     * @param generation how it generates by default, or null for no {@code generation_config.json}
     * @param companions the files of its tokenizer, which are saved under their names; may be none
     * @return the model
     */
    public static LoadedModel made(
            PretrainedModel model,
            JsonObject config,
            GenerationConfig generation,
            List<Path> companions) {
        JsonObject settings = generation == null ? null : GenerationConfigJson.json(generation);
        NDManager manager = model.getParameters().valueAt(0).getArray().getManager();
        return new LoadedModel(model, config, settings, companions, manager, false);
    }

    private LoadedModel(
            LoadedModel other,
            PretrainedModel model,
            JsonObject config,
            JsonObject generationConfig) {
        this.model = model;
        this.config = config;
        this.generationConfig = generationConfig;
        this.directory = other.directory == null ? null : other.directory.with(config);
        this.companions = other.companions;
        this.report = other.report;
        this.unknownSettings = other.unknownSettings;
        this.manager = other.manager;
        this.ownsManager = other.ownsManager;
        this.adapter = other.adapter;
        this.adapterFolder = other.adapterFolder;
    }

    /**
     * Another block in the place of this one's, with its configuration; closing one closes both.
     */
    LoadedModel replaced(PretrainedModel other, JsonObject otherConfig) {
        return new LoadedModel(this, other, otherConfig, generationConfig);
    }

    /**
     * Returns this model with other settings of generation, with which it is saved too.
     *
     * @param settings the content of {@code generation_config.json}
     * @return the same model; closing one closes both
     */
    public LoadedModel withGenerationConfig(JsonObject settings) {
        return new LoadedModel(this, model, config, settings.deepCopy());
    }

    /** A model with random weights. */
    static LoadedModel made(
            PretrainedModel model,
            JsonObject config,
            List<Path> companions,
            NDManager manager,
            boolean ownsManager) {
        return new LoadedModel(model, config, null, companions, manager, ownsManager);
    }

    /**
     * Returns the model itself.
     *
     * @return the block, its parameters frozen unless it was loaded to be trained
     */
    public PretrainedModel model() {
        return model;
    }

    /**
     * Returns the model as a class of its family.
     *
     * @param <T> the class
     * @param type the class, such as {@code ModelWithHead}
     * @return the block
     * @throws IllegalArgumentException if the model is of another class
     */
    public <T> T model(Class<T> type) {
        if (!type.isInstance(model)) {
            throw new IllegalArgumentException(
                    "the model is " + model.architecture() + ", which is no " + type.getName());
        }
        return type.cast(model);
    }

    /**
     * Returns where the weights live.
     *
     * @return the manager; its engine and device are the model's
     */
    public NDManager manager() {
        return manager;
    }

    /**
     * Returns the folder that the model came from.
     *
     * @return the folder, with tokenizer and settings of generation if there are any
     * @throws IllegalStateException if the model was made rather than read
     */
    public ModelDirectory directory() {
        if (directory == null) {
            throw new IllegalStateException(
                    "the model was made and not read from a folder: save it and load it from there");
        }
        return directory;
    }

    /**
     * Returns the files that make the model a sentence model: {@code modules.json} and what is
     * beside it. An adapter that was trained for sentences brings its own.
     *
     * @return the folder of the encoder, in that of the whole sentence model
     * @throws IllegalStateException if the model was made rather than read
     */
    public ModelFiles sentenceFiles() {
        ModelFiles own = directory().files();
        return brought().orElse(own);
    }

    private Optional<ModelFiles> brought() {
        return Optional.ofNullable(adapterFolder)
                .map(ModelFiles::of)
                .filter(files -> files.has(SentenceModule.FILE));
    }

    /**
     * Returns the configuration, with the architecture that was loaded.
     *
     * @return the content of {@code config.json}, a copy
     */
    public JsonObject config() {
        JsonObject copy = config.deepCopy();
        JsonArray architectures = new JsonArray();
        architectures.add(model.architecture());
        if (!architectures.equals(copy.get("architectures"))) {
            copy.add("architectures", architectures);
        }
        return copy;
    }

    /**
     * Returns the settings of generation.
     *
     * @return the content of {@code generation_config.json} if it is there, without {@link
     *     #unknownSettings()}
     * @throws IOException if it is malformed
     */
    public Optional<JsonObject> generationConfig() throws IOException {
        if (directory == null || generationConfig != null) {
            return Optional.ofNullable(generationConfig).map(JsonObject::deepCopy);
        }
        Optional<JsonObject> settings = directory.generationConfig();
        settings.ifPresent(it -> unknownSettingsOfGeneration().forEach(it::remove));
        return settings;
    }

    /**
     * Returns the settings that are passed over because they are not known here.
     *
     * @return their names; none unless {@link Pretrained.Loader#optAllowUnknownSettings} allows
     *     them
     */
    public List<String> unknownSettings() {
        return unknownSettings.names();
    }

    /**
     * Returns those of {@link #unknownSettings()} that are about generation.
     *
     * @return their names
     */
    public List<String> unknownSettingsOfGeneration() {
        return unknownSettings.ofGeneration();
    }

    /**
     * Returns what loading found.
     *
     * @return the report; null of a model that was made, or has random weights
     */
    public LoadReport report() {
        return report;
    }

    /**
     * Runs the model.
     *
     * @param in the inputs by name; results live on their manager
     * @return the outputs by name
     */
    public ModelOutputs run(ModelInputs in) {
        NDManager scope = in.arrays().values().iterator().next().getManager();
        return model.run(new ParameterStore(scope, false), in, false);
    }

    /**
     * Saves the model as it was read: configuration, weights under the names and in the types of
     * the file, and copies of the tokenizer's and the other files that came with it. Tensors of the
     * file that no model needs are copied too, as long as the file is there. A model that is a
     * module of a larger one is saved where it was in that, with the other modules' settings. Of a
     * model with an adapter the adapter is saved, in PEFT's files, in place of the weights.
     *
     * @param target the folder, made if it is not there
     * @throws IOException if a file cannot be written; files there before are then whole
     */
    @Override
    public void save(Path target) throws IOException {
        save(target, report == null ? Map.of() : report.stored());
    }

    /**
     * Returns what saves and loads the weights exactly, whatever the types and names of the file
     * that they came from: what a training run needs that is to go on where it stopped.
     *
     * @return a store that writes every parameter in its own type
     */
    public ModelStore exact() {
        return new ModelStore() {
            @Override
            public void save(Path target) throws IOException {
                LoadedModel.this.save(target, Map.of());
            }

            @Override
            public void load(Path saved) throws IOException {
                LoadedModel.this.load(saved);
            }
        };
    }

    /**
     * Puts a new adapter onto the model, to be trained; the model itself is frozen. From then on
     * {@link #save} writes the adapter, not the model, and {@link #load} reads one.
     *
     * <p>What the files of the model lacked, such as a new head, is trained whole and saved with
     * the adapter, as PEFT does with the heads of its tasks.
     *
     * @param wanted what is updated and how; the task and the base model are filled in where they
     *     are null
     * @throws IllegalArgumentException if it names no module of the model
     * @throws IllegalStateException if there is an adapter already, or the weights come from no
     *     files, so that nothing would hold them
     */
    public void adapt(AdapterConfig wanted) {
        if (adapter != null) {
            throw new IllegalStateException("the model has an adapter already: merge it first");
        }
        if (report == null) {
            throw new IllegalStateException(
                    "an adapter needs a model whose weights are those of its files, since it is"
                            + " saved without them: give a checkpoint to begin with");
        }
        Path folder = directory().path().toAbsolutePath().normalize();
        AdapterConfig whole =
                wanted.withModel(model.architecture(), folder.toString(), newTensors());
        adapter = Adapter.create(whole, model, model.weights());
    }

    /** What the files lacked. A pooler counts where a head reads it, so not in a base model. */
    private List<String> newTensors() {
        List<String> tensors = new ArrayList<>(report.missing());
        report.misshapen().forEach(tensor -> tensors.add(tensor.tensor()));
        if (model.architecture().endsWith("Model")) {
            tensors.removeIf(tensor -> tensor.contains("pooler."));
        }
        return tensors;
    }

    /** Puts an adapter onto the model, whose tensors must be all that its own files lacked. */
    void adapt(Path folder) throws IOException {
        adapter = Adapter.load(folder, model, model.weights());
        adapterFolder = folder;
        List<String> lacking =
                newTensors().stream().filter(tensor -> !adapter.holds(tensor)).toList();
        if (!lacking.isEmpty()) {
            throw new WeightMismatchException(report);
        }
    }

    /**
     * Returns the adapter on the model.
     *
     * @return the adapter, if there is one
     */
    public Optional<Adapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    /** Folds the adapter into the weights, so that the model is a plain one and is saved as one. */
    public void merge() {
        if (adapter == null) {
            throw new IllegalStateException("the model has no adapter to be merged");
        }
        adapter.merge();
        adapter = null;
    }

    private void save(Path target, Map<String, List<LoadReport.Stored>> stored) throws IOException {
        if (directory == null) {
            saveMade(target);
            return;
        }
        Path folder = target.resolve(directory.files().path());
        Files.createDirectories(folder);
        boolean elsewhere = !Files.isSameFile(folder, directory.path());
        if (elsewhere) {
            copyCompanions(target);
        }
        if (generationConfig != null) {
            JsonFiles.write(folder.resolve(ModelDirectory.GENERATION_CONFIG), generationConfig);
        }
        JsonFiles.write(folder.resolve(ModelDirectory.CONFIG), config());
        if (adapter != null) {
            adapter.save(target);
            return;
        }
        List<TensorContent> contents =
                new ArrayList<>(WeightLoader.contents(model, model.weights(), stored));
        if (report == null || report.ignored().isEmpty() || !Files.exists(report.source())) {
            SafetensorsWriter.builder().build().writeModel(folder, contents);
            return;
        }
        try (TensorSource source = TensorSource.open(report.source())) {
            for (String name : report.ignored()) {
                if (source.names().contains(name)) {
                    contents.add(source.content(name));
                }
            }
            SafetensorsWriter.builder().build().writeModel(folder, contents);
        }
    }

    private void saveMade(Path target) throws IOException {
        Files.createDirectories(target);
        JsonFiles.write(target.resolve(ModelDirectory.CONFIG), config());
        if (generationConfig != null) {
            JsonFiles.write(target.resolve(ModelDirectory.GENERATION_CONFIG), generationConfig);
        }
        for (Path companion : companions) {
            Files.copy(
                    companion,
                    target.resolve(companion.getFileName().toString()),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        WeightLoader.save(model, model.weights(), target);
    }

    @Override
    public void load(Path saved) throws IOException {
        if (adapter != null) {
            adapter.read(saved);
            return;
        }
        Path folder = directory == null ? saved : saved.resolve(directory.files().path());
        try (TensorSource weights = ModelDirectory.open(folder).weights()) {
            WeightLoader.load(model, null, weights, model.weights(), Strictness.STRICT);
        }
    }

    private void copyCompanions(Path target) throws IOException {
        copyCompanions(directory.files(), target);
        Optional<ModelFiles> brought = brought();
        if (brought.isPresent() && !Files.isSameFile(adapterFolder, target)) {
            copyCompanions(brought.get(), target);
        }
    }

    private static void copyCompanions(ModelFiles encoder, Path target) throws IOException {
        ModelFiles files = encoder.whole();
        String own = encoder.path();
        Set<String> modules = new HashSet<>();
        for (SentenceModule module : SentenceModule.listed(files)) {
            modules.add(module.path());
        }
        modules.remove(own);
        for (String name : files.names()) {
            String last = name.substring(name.lastIndexOf('/') + 1);
            String folder = name.equals(last) ? "" : name.substring(0, name.lastIndexOf('/'));
            boolean ours = folder.isEmpty() || folder.equals(own);
            boolean config = last.equals(ModelDirectory.CONFIG);
            boolean weights = last.equals(SafetensorsWriter.MODEL_FILE) && modules.contains(folder);
            boolean module = config && !folder.equals(own) || weights;
            if (ours && COMPANIONS.contains(last) || module) {
                Path copy = target.resolve(name);
                Files.createDirectories(copy.getParent());
                files.copy(name, copy);
            }
        }
    }

    /** Frees the weights, unless the manager was the caller's. */
    @Override
    public void close() {
        if (ownsManager) {
            manager.close();
        }
    }
}
