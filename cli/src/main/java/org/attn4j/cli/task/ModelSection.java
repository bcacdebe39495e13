package org.attn4j.cli.task;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.Pretrained;

/**
 * The section {@code model} of a run that trains a model of any family.
 *
 * @param from the model that it begins with: a folder, {@code org/name[@revision]} of the Hub, or
 *     {@code maven:NAME}; empty for one made of {@code config} alone
 * @param architecture which of the family's models, such as {@code BertForMaskedLM}; empty for that
 *     of the task
 * @param initialize whether the weights of {@code from} are taken, or its configuration alone
 * @param config keys of {@code config.json}: all of them, {@code model_type} first, or those that
 *     change {@code from}'s
 * @param lora an adapter that is trained in place of the model; null to train the model
 */
public record ModelSection(
        String from,
        String architecture,
        Initialize initialize,
        JsonObject config,
        AdapterConfig lora) {

    /** What becomes of the weights of {@code from}. */
    public enum Initialize {
        /** They are where training begins. */
        WEIGHTS,
        /** The weights are random; of {@code from} the configuration and tokenizer count. */
        RANDOM
    }

    /** The keys of a section for an adapter. */
    public static final RecordCodec<AdapterConfig> LORA =
            AdapterConfig.camelCase(AdapterConfig.of(8, 16)).derived("taskType", "baseModel");

    /** No model yet. */
    public static final ModelSection DEFAULT =
            new ModelSection("", "", Initialize.WEIGHTS, new JsonObject());

    public ModelSection {
        Require.that(
                lora == null || !from.isEmpty() && initialize == Initialize.WEIGHTS,
                "lora needs 'from' with its weights, since an adapter is saved without them, got"
                        + " from='%s', initialize=%s",
                from,
                initialize.name().toLowerCase(Locale.ROOT));
    }

    /** A section of a model that is trained itself. */
    public ModelSection(
            String from, String architecture, Initialize initialize, JsonObject config) {
        this(from, architecture, initialize, config, null);
    }

    /** Tells a codec of the keys that no type tells. */
    public static <C extends Record> RecordCodec<C> register(RecordCodec<C> codec) {
        return codec.form(
                        "model.config",
                        "a section of keys of config.json",
                        JsonElement::getAsJsonObject,
                        JsonObject::deepCopy)
                .section("model.lora", LORA::read, LORA::write);
    }

    /** Where the model's files are that a run begins or goes on with; empty for none. */
    public Optional<Path> folder(RunContext context) throws IOException {
        Optional<Path> checkpoint = context.files();
        if (checkpoint.isPresent()) {
            return checkpoint;
        }
        return from.isEmpty() ? Optional.empty() : Optional.of(MavenModels.locate(from, null));
    }

    /**
     * Makes the model, to be trained. A run that goes on has it from its checkpoint.
     *
     * @param manager the manager of the weights
     * @param ending which architecture the task wants by the end of its name, an expression such as
     *     {@code ForMaskedLM}
     * @param changes what the task changes in {@code config.json}, such as the classes
     * @param companions the files of the tokenizer, for a model made of {@code config} alone
     */
    public LoadedModel open(
            RunContext context,
            NDManager manager,
            String ending,
            UnaryOperator<JsonObject> changes,
            List<Path> companions)
            throws IOException {
        Pretrained.Loader loader = Pretrained.loader().optManager(manager).optTrainable(true);
        Optional<LoadedModel> resumed = context.resumed(loader);
        if (resumed.isPresent()) {
            return resumed.get();
        }
        UnaryOperator<JsonObject> all = json -> changes.apply(changed(json));
        if (from.isEmpty()) {
            Require.that(
                    config.has("model_type"),
                    "model needs 'from' (a folder or org/name), or 'config' with model_type, got"
                            + " neither");
            return loader.optArchitecture(architectureOf(config, ending))
                    .optConfig(changes)
                    .create(config, companions);
        }
        Path folder = MavenModels.locate(from, null);
        JsonObject own = changed(ModelDirectory.open(folder).config());
        LoadedModel model =
                loader.optArchitecture(architectureOf(own, ending))
                        .optConfig(all)
                        .optRandomWeights(initialize == Initialize.RANDOM)
                        .optNewHead(true)
                        .load(folder);
        if (lora != null) {
            model.adapt(named(lora, from));
        }
        return model;
    }

    /** Refuses batches of longer rows than the model has positions for. */
    public static void requirePositions(LoadedModel model, BatchingConfig batching) {
        int most = model.model().maxTokens().orElse(Integer.MAX_VALUE);
        Require.that(
                batching.maxLength() <= most,
                "batching.maxLength must not exceed the %s positions of the model, got %s",
                most,
                batching.maxLength());
    }

    /** An adapter that names its model as the configuration does, unless that is a folder. */
    public static AdapterConfig named(AdapterConfig lora, String from) {
        return Files.exists(Path.of(from)) ? lora : lora.with("baseModel", from);
    }

    /** A configuration with the keys of this section. */
    public JsonObject changed(JsonObject json) {
        config.entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    private String architectureOf(JsonObject json, String ending) {
        if (!architecture.isEmpty()) {
            return architecture;
        }
        String type = json.has("model_type") ? json.get("model_type").getAsString() : "";
        List<String> known =
                ModelFamilies.find(type).map(ModelFamily::architectures).orElse(List.of());
        return known.stream()
                .filter(name -> name.matches(".*(?:" + ending + ")"))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "model: the family '%s' has no %s that is known here: %s"
                                                .formatted(
                                                        type, ending, String.join(", ", known))));
    }
}
