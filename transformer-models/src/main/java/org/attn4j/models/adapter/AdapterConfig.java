package org.attn4j.models.adapter;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Records;
import org.attn4j.models.config.Settings;

/**
 * What an adapter updates and how: the {@code adapter_config.json} of PEFT's LoRA, and of DoRA.
 *
 * @param r the rank of an update
 * @param alpha what an update is multiplied by is {@code alpha / r}
 * @param dropout how many elements of the input of an update become 0 while it is trained
 * @param rslora whether it is {@code alpha / √r} instead (Kalajdzievski 2023)
 * @param dora whether magnitudes are trained beside (Liu et al. 2024)
 * @param targetModules the modules that are updated
 * @param excludeModules modules that are not, whatever the targets say; null for none
 * @param modulesToSave the ends of the names of modules that are trained whole, such as heads
 * @param rankPattern ranks of modules by regular expressions of their names, or ends of names
 * @param alphaPattern alphas of modules by the same
 * @param layersToTransform the numbers of the layers whose modules are updated; none for all
 * @param layersPattern the names of the lists that layers are counted in; none for any
 * @param bias which biases of the model are trained
 * @param initialization how the matrices begin
 * @param taskType PEFT's name of what the model is for, such as {@code SEQ_CLS}; null if unknown
 * @param baseModel the folder, or name on the Hub, of the model; null if unknown
 */
public record AdapterConfig(
        int r,
        double alpha,
        double dropout,
        boolean rslora,
        boolean dora,
        ModuleNames targetModules,
        ModuleNames excludeModules,
        List<String> modulesToSave,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        List<Integer> layersToTransform,
        List<String> layersPattern,
        Bias bias,
        Initialization initialization,
        String taskType,
        String baseModel) {

    /** Which biases of the model are trained. */
    public enum Bias {
        /** None. */
        NONE,
        /** All. */
        ALL,
        /** Those of the modules that are updated. */
        LORA_ONLY
    }

    /** How the matrices begin. */
    public enum Initialization {
        /** A uniform as that of a linear map, B zero: the model is at first what it was. */
        TRUE,
        /** Both random. */
        FALSE,
        /** A normal with a deviation of 1 / r, B zero. */
        GAUSSIAN
    }

    /** Fields of variants that compute something else, or start from another base model. */
    private static final Set<String> VARIANTS =
            Set.of(
                    "alora_invocation_tokens",
                    "arrow_config",
                    "corda_config",
                    "ensure_weight_tying",
                    "eva_config",
                    "kasa_config",
                    "layer_replication",
                    "loftq_config",
                    "lora_bias",
                    "lora_ga_config",
                    "megatron_config",
                    "monteclora_config",
                    "target_parameters",
                    "trainable_token_indices",
                    "use_bdlora",
                    "use_qalora",
                    "velora_config");

    /** Fields that say nothing of what is computed. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "auto_mapping",
                    "fan_in_fan_out", // the model's modules tell
                    "inference_mode",
                    "megatron_core",
                    "peft_type",
                    "peft_version",
                    "qalora_group_size",
                    "revision",
                    "runtime_config");

    /** PEFT's names of tasks by the ends of architectures. */
    private static final Map<String, String> TASKS =
            Map.of(
                    "ForSequenceClassification", "SEQ_CLS",
                    "ForTokenClassification", "TOKEN_CLS",
                    "ForQuestionAnswering", "QUESTION_ANS",
                    "ForCausalLM", "CAUSAL_LM",
                    "LMHeadModel", "CAUSAL_LM",
                    "ForConditionalGeneration", "SEQ_2_SEQ_LM",
                    "MTModel", "SEQ_2_SEQ_LM");

    private static final AdapterConfig USUAL =
            new AdapterConfig(
                    8,
                    8,
                    0,
                    false,
                    false,
                    ModuleNames.matching(ModuleNames.ALL_LINEAR),
                    null,
                    List.of(),
                    Map.of(),
                    Map.of(),
                    List.of(),
                    List.of(),
                    Bias.NONE,
                    Initialization.TRUE,
                    null,
                    null);

    private static final RecordCodec<AdapterConfig> CODEC =
            forms(RecordCodec.snakeCase(USUAL))
                    .key("alpha", "lora_alpha")
                    .key("dropout", "lora_dropout")
                    .key("rslora", "use_rslora")
                    .key("dora", "use_dora")
                    .key("initialization", "init_lora_weights")
                    .key("baseModel", "base_model_name_or_path")
                    .optional("excludeModules", "layersToTransform", "layersPattern")
                    .ignoring(key -> true); // what is left was looked at before

    public AdapterConfig {
        Require.that(r >= 1, "r must be at least 1, got r=%s", r);
        Require.that(
                alpha > 0 && alpha < Double.POSITIVE_INFINITY,
                "alpha must be above 0, got alpha=%s",
                alpha);
        Require.that(
                dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), got dropout=%s", dropout);
        Require.that(targetModules != null, "targetModules must be given, got targetModules=null");
        modulesToSave = List.copyOf(modulesToSave);
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        rankPattern.forEach(
                (name, rank) ->
                        Require.that(
                                rank >= 1,
                                "the rank of %s must be at least 1, got %s",
                                name,
                                rank));
        layersToTransform = List.copyOf(layersToTransform);
        layersPattern = List.copyOf(layersPattern);
        Require.that(
                targetModules.pattern() == null
                        || layersToTransform.isEmpty() && layersPattern.isEmpty(),
                "layersToTransform and layersPattern go with a list of targetModules, got"
                        + " targetModules=%s",
                targetModules);
        Require.that(
                layersPattern.isEmpty() || !layersToTransform.isEmpty(),
                "layersPattern needs layersToTransform, got layersPattern=%s",
                layersPattern);
    }

    /**
     * Returns the usual adapter: every linear map but the output's.
     *
     * @param r the rank
     * @param alpha the multiplier before it is divided by the rank
     * @return the configuration
     */
    public static AdapterConfig of(int r, double alpha) {
        return Records.with(USUAL, "r", r, "alpha", alpha);
    }

    /**
     * Returns this for other modules.
     *
     * @param names the modules that are updated
     * @return the changed configuration
     */
    public AdapterConfig withTargetModules(ModuleNames names) {
        return Records.with(this, "targetModules", names);
    }

    /**
     * Returns this with other values.
     *
     * @param namesAndValues the name of a component and its value, then those of the next
     * @return the changed configuration
     */
    public AdapterConfig with(Object... namesAndValues) {
        return Records.with(this, namesAndValues);
    }

    /**
     * Returns a codec for documents whose keys are the names of the components.
     *
     * @param defaults the values of what a document leaves out
     * @return the codec
     */
    public static RecordCodec<AdapterConfig> camelCase(AdapterConfig defaults) {
        return forms(RecordCodec.camelCase(defaults))
                .optional("excludeModules", "taskType", "baseModel");
    }

    private static RecordCodec<AdapterConfig> forms(RecordCodec<AdapterConfig> codec) {
        String names = "a list of module names, or a regular expression";
        return codec.form("targetModules", names, ModuleNames::read, ModuleNames::write)
                .form("excludeModules", names, ModuleNames::read, AdapterConfig::written)
                .form(
                        "alpha",
                        "a number",
                        JsonElement::getAsDouble,
                        (Double alpha) ->
                                new JsonPrimitive(
                                        alpha == Math.rint(alpha)
                                                ? (Number) alpha.longValue()
                                                : alpha))
                .form(
                        "initialization",
                        "true, false or gaussian",
                        AdapterConfig::initialization,
                        (Initialization value) ->
                                value == Initialization.GAUSSIAN
                                        ? new JsonPrimitive("gaussian")
                                        : new JsonPrimitive(value == Initialization.TRUE));
    }

    private static JsonElement written(ModuleNames names) {
        return names == null ? null : names.write();
    }

    private static Initialization initialization(JsonElement json) {
        String value = json.getAsString();
        for (Initialization each : Initialization.values()) {
            if (each.name().equalsIgnoreCase(value)) {
                return each;
            }
        }
        throw new IllegalArgumentException("it is " + value);
    }

    /**
     * Reads a configuration.
     *
     * @param folder the folder of an adapter
     * @return the configuration
     * @throws CheckpointFormatException if it is malformed, or of an adapter that is not known here
     * @throws IOException if it cannot be read
     */
    public static AdapterConfig read(Path folder) throws IOException {
        Path file = folder.resolve(Adapter.CONFIG);
        JsonObject json = JsonFiles.read(file);
        try {
            refuseVariants(json);
            return CODEC.read(new Settings(json, file.toString()));
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            throw new CheckpointFormatException(
                    message.startsWith(file.toString()) ? message : file + ": " + message, e);
        }
    }

    private static void refuseVariants(JsonObject json) {
        JsonElement type = json.get("peft_type");
        Require.that(
                type instanceof JsonPrimitive && type.getAsString().equals("LORA"),
                "peft_type must be LORA, the adapters that are known here, got peft_type=%s",
                type);
        Require.that(
                !isNothing(json.get("target_modules")),
                "target_modules must name the modules that are updated, got target_modules=%s",
                json.get("target_modules"));
        JsonObject known = CODEC.write(USUAL);
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            String name = entry.getKey();
            boolean read =
                    known.has(name)
                            || HARMLESS.contains(name)
                            || Set.of("exclude_modules", "layers_to_transform", "layers_pattern")
                                    .contains(name)
                            || Set.of("task_type", "base_model_name_or_path").contains(name);
            Require.that(
                    read || isNothing(entry.getValue()),
                    VARIANTS.contains(name)
                            ? "%s is not supported, got %s=%s"
                            : "%s is not known here, and might change what is computed, got %s=%s",
                    name,
                    name,
                    entry.getValue());
        }
        JsonElement begin = json.get("init_lora_weights");
        Require.that(
                isNothing(begin) || begin instanceof JsonPrimitive && isKnown(begin.getAsString()),
                "init_lora_weights must be true, false or gaussian, got init_lora_weights=%s:"
                        + " others may change the weights of the base model",
                begin);
    }

    private static boolean isKnown(String initialization) {
        return Set.of("true", "false", "gaussian").contains(initialization);
    }

    private static boolean isNothing(JsonElement value) {
        return value == null
                || value instanceof JsonNull
                || value instanceof JsonPrimitive flag && flag.isBoolean() && !flag.getAsBoolean()
                || value.isJsonObject() && value.getAsJsonObject().isEmpty()
                || value.isJsonArray() && value.getAsJsonArray().isEmpty();
    }

    /**
     * Writes the configuration as PEFT does.
     *
     * @param fanInFanOut whether modules store their weights transposed, as GPT-2's
     * @return the content of {@code adapter_config.json}
     */
    JsonObject json(boolean fanInFanOut) {
        JsonObject json = new JsonObject();
        json.addProperty("peft_type", "LORA");
        json.addProperty("inference_mode", true);
        json.addProperty("fan_in_fan_out", fanInFanOut);
        CODEC.write(this).entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    /** What the update of a module is multiplied by. */
    float scale(String module) {
        double own = of(module, alphaPattern, alpha);
        int rank = rank(module);
        return (float) (own / (rslora ? Math.sqrt(rank) : rank));
    }

    int rank(String module) {
        return of(module, rankPattern, r);
    }

    private static <T> T of(String module, Map<String, T> patterns, T otherwise) {
        return patterns.entrySet().stream()
                .filter(
                        pattern ->
                                ModuleNames.matches("(.*\\.)?(" + pattern.getKey() + ")", module))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(otherwise);
    }

    /** Whether a module is no target whatever the targets are. */
    boolean excludes(String module) {
        return excludeModules != null && excludeModules.matches(module)
                || modulesToSave.stream()
                        .anyMatch(
                                saved ->
                                        ModuleNames.matches(
                                                "(|.*\\.)" + saved + "(|\\..*)", module));
    }

    /** Whether a module is a target by its name, unless it is excluded. */
    boolean targets(String module) {
        return targetModules.matches(module)
                && (layersToTransform.isEmpty()
                        || targetModules.names().contains(module)
                        || layer(module));
    }

    private boolean layer(String module) {
        List<String> lists = layersPattern.isEmpty() ? List.of("[^.]*") : layersPattern;
        return lists.stream().anyMatch(list -> layersToTransform.contains(layer(module, list)));
    }

    /** The first number in a module's name that stands behind the name of a list; -1 for none. */
    private static int layer(String module, String list) {
        StringBuilder before = new StringBuilder();
        String[] parts = module.split("\\.");
        for (int i = 0; i < parts.length - 1; i++) {
            if (parts[i].matches("\\d{1,9}")
                    && ModuleNames.matches(".*?\\." + list + "\\.", before.toString())) {
                return Integer.parseInt(parts[i]);
            }
            before.append(parts[i]).append('.');
        }
        return -1;
    }

    /** Whether a tensor belongs to a module that is trained whole. */
    boolean saves(String tensor) {
        for (int dot = tensor.indexOf('.'); dot >= 0; dot = tensor.indexOf('.', dot + 1)) {
            if (modulesToSave.stream().anyMatch(tensor.substring(0, dot)::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns this for a model.
     *
     * @param architecture its class in transformers, which tells the task where none is given
     * @param base where it is, if this does not tell
     * @param whole tensors that are trained whole beside
     * @return the changed configuration
     */
    public AdapterConfig withModel(String architecture, String base, List<String> whole) {
        List<String> saved = new ArrayList<>(modulesToSave);
        for (String tensor : whole) {
            String module = tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
            if (!saves(tensor) && !module.isEmpty() && !saved.contains(module)) {
                saved.add(module);
            }
        }
        return Records.with(
                this,
                "modulesToSave",
                saved,
                "taskType",
                taskType == null ? taskOf(architecture) : taskType,
                "baseModel",
                baseModel == null ? base : baseModel);
    }

    /** PEFT's name of what models of a class are for; null if it has none. */
    private static String taskOf(String architecture) {
        for (Map.Entry<String, String> task : TASKS.entrySet()) {
            if (architecture.endsWith(task.getKey())) {
                return task.getValue();
            }
        }
        return null;
    }

    /** With the heads that PEFT trains for a task. */
    AdapterConfig withHeads() {
        List<String> heads =
                switch (taskType == null ? "" : taskType) {
                    case "SEQ_CLS", "TOKEN_CLS" -> List.of("classifier", "score");
                    case "QUESTION_ANS" -> List.of("qa_outputs");
                    default -> List.of();
                };
        List<String> all = new ArrayList<>(modulesToSave);
        heads.stream().filter(head -> !all.contains(head)).forEach(all::add);
        return Records.with(this, "modulesToSave", all);
    }
}
