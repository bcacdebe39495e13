package org.attn4j.models.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.attention.ops.Adaptable;
import org.attn4j.attention.ops.LowRankUpdate;
import org.attn4j.attention.ops.Packable;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.Sha256Sums;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorLayout;
import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.checkpoint.WeightTable;

/**
 * A low-rank adapter (Hu et al. 2022, LoRA; Liu et al. 2024, DoRA) on a model, in PEFT's files:
 * {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * <p>Its updates are children of the maps that they update, so that the model computes, and is
 * trained, with them. Modules are named as in Hugging Face's files, by the model's table of
 * weights; a fused one shares A among its parts.
 *
 * <pre>{@code
 * Adapter adapter = Adapter.load(Path.of("my-adapter"), model, model.weights());
 * adapter.merge(); // or train it further, and save it
 * }</pre>
 */
public final class Adapter {

    /** The name of the configuration. */
    public static final String CONFIG = "adapter_config.json";

    /** The name of the weights. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final Pattern NAMED =
            Pattern.compile(
                    ".*\\.(?:lora_[AB]\\.([^.]+)\\.weight|lora_embedding_[AB]\\.([^.]+)"
                            + "|lora_magnitude_vector\\.([^.]+)(?:\\.weight)?)");

    private final AdapterConfig config;
    private final Block model;
    private final List<TargetModule> modules;
    private final Tensors tensors;

    private Adapter(
            AdapterConfig config, Block model, List<TargetModule> modules, Tensors tensors) {
        this.config = config;
        this.model = model;
        this.modules = modules;
        this.tensors = tensors;
    }

    /**
     * Returns whether a folder holds an adapter.
     *
     * @param folder the folder
     * @return whether it has an {@code adapter_config.json}
     */
    public static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /**
     * Puts a new adapter onto a model, to be trained. The model itself is frozen, but for what the
     * configuration trains whole, and for the task's head.
     *
     * @param config what is updated and how
     * @param model the model, initialised
     * @param table its table of weights
     * @return the adapter
     * @throws IllegalArgumentException if the configuration names no module of the model, or one
     *     that is no map
     */
    public static Adapter create(AdapterConfig config, Block model, WeightTable table) {
        Adapter adapter = attach(config.withHeads(), model, table);
        adapter.train();
        return adapter;
    }

    /**
     * Puts an adapter onto a model.
     *
     * @param folder the folder with the adapter's files
     * @param model the model, initialised
     * @param table its table of weights
     * @return the adapter
     * @throws CheckpointFormatException if a file is malformed, or the adapter is of a kind that is
     *     not known here
     * @throws IOException if a file cannot be read, or the adapter does not fit the model
     */
    public static Adapter load(Path folder, Block model, WeightTable table) throws IOException {
        AdapterConfig config = AdapterConfig.read(folder);
        Adapter adapter;
        try {
            adapter = attach(config, model, table);
        } catch (IllegalArgumentException e) {
            throw new CheckpointFormatException(folder.resolve(CONFIG) + ": " + e.getMessage(), e);
        }
        try {
            adapter.read(folder);
        } catch (IOException | RuntimeException e) {
            adapter.detach();
            throw e;
        }
        return adapter;
    }

    private static Adapter attach(AdapterConfig config, Block model, WeightTable table) {
        Packable.unpackAll(model); // what is trained whole changes the weights themselves
        List<TargetModule> all = TargetModule.of(model, table);
        List<TargetModule> modules = targets(config, all);
        Set<String> adapted = new HashSet<>();
        Tensors tensors = new Tensors();
        for (TargetModule module : modules) {
            adapted.add(module.name());
            attach(config, module);
            tensors.add(module, config.dora());
        }
        for (WeightTable.Tensor tensor : table.tensorsOf(model)) {
            if (trainsWhole(config, tensor.name(), adapted)) {
                tensors.addWhole(tensor, adapted);
            }
        }
        AdapterConfig resolved =
                config.targetModules().allLinear()
                        ? config.withTargetModules(
                                ModuleNames.of(adapted.stream().sorted().toArray(String[]::new)))
                        : config;
        return new Adapter(resolved, model, modules, tensors);
    }

    private static boolean trainsWhole(AdapterConfig config, String tensor, Set<String> adapted) {
        if (config.saves(tensor)) {
            return true;
        }
        return switch (config.bias()) {
            case NONE -> false;
            case ALL -> tensor.endsWith(".bias");
            case LORA_ONLY ->
                    tensor.endsWith(".bias") && adapted.contains(Tensors.moduleOf(tensor));
        };
    }

    private static List<TargetModule> targets(AdapterConfig config, List<TargetModule> all) {
        boolean linear = config.targetModules().allLinear();
        List<TargetModule> chosen = new ArrayList<>();
        for (TargetModule module : all) {
            boolean wanted =
                    linear
                            ? module.isLinear() && !isHead(config, module, all)
                            : config.targets(module.name());
            if (wanted && !config.excludes(module.name())) {
                Require.that(
                        module.isAdaptable(),
                        "target_modules must name linear maps and embeddings of tokens, got %s,"
                                + " which is neither",
                        module.name());
                chosen.add(module);
            }
        }
        Require.that(
                !chosen.isEmpty(),
                "target_modules must name modules of the model, got %s; it has %s",
                config.targetModules(),
                some(all));
        return chosen;
    }

    /** The head of a classifier of texts, which stands for the output of a language model. */
    private static boolean isHead(
            AdapterConfig config, TargetModule module, List<TargetModule> all) {
        if (!"SEQ_CLS".equals(config.taskType())) {
            return false;
        }
        boolean score = all.stream().anyMatch(it -> it.name().equals("score"));
        return module.name().equals(score ? "score" : "classifier");
    }

    private static String some(List<TargetModule> all) {
        List<String> names =
                all.stream().filter(TargetModule::isAdaptable).map(TargetModule::name).toList();
        return names.size() <= 8
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 8)) + " and " + (names.size() - 8) + " more";
    }

    private static void attach(AdapterConfig config, TargetModule module) {
        boolean embedding = module.isEmbedding();
        int rank = config.rank(module.name());
        NDArray first = module.parts().get(0).weight().getArray();
        long inputs = first.getShape().get(embedding ? 0 : 1);
        NDManager manager = first.getManager();
        Parameter down =
                parameter(
                        embedding ? "lora_embedding_A" : "lora_A",
                        new Shape(rank, inputs),
                        down(config, embedding, rank, inputs));
        down.initialize(manager, first.getDataType());
        for (Adaptable part : module.parts()) {
            NDArray weight = part.weight().getArray();
            long outputs = weight.getShape().get(embedding ? 1 : 0);
            Parameter up =
                    parameter(
                            embedding ? "lora_embedding_B" : "lora_B",
                            new Shape(outputs, rank),
                            up(config, embedding, rank));
            up.initialize(manager, weight.getDataType());
            Parameter magnitude = null;
            if (config.dora()) {
                magnitude =
                        parameter("lora_magnitude_vector", new Shape(outputs), Initializer.ONES);
                magnitude.initialize(manager, weight.getDataType());
            }
            LowRankUpdate update =
                    new LowRankUpdate(
                            down,
                            up,
                            magnitude,
                            config.scale(module.name()),
                            (float) config.dropout());
            if (magnitude != null) {
                update.beginMagnitude(weight, embedding);
            }
            part.adapt(update);
        }
    }

    private static Parameter parameter(String name, Shape shape, Initializer initializer) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.WEIGHT)
                .optShape(shape)
                .optInitializer(initializer)
                .build();
    }

    private static Initializer down(
            AdapterConfig config, boolean embedding, int rank, long inputs) {
        return switch (config.initialization()) {
            case GAUSSIAN -> embedding ? Initializer.ZEROS : normal(1.0 / rank);
            case TRUE -> embedding ? Initializer.ZEROS : uniform(inputs);
            case FALSE -> embedding ? normal(1) : uniform(inputs);
        };
    }

    private static Initializer up(AdapterConfig config, boolean embedding, int rank) {
        if (embedding) {
            return normal(1);
        }
        return config.initialization() == AdapterConfig.Initialization.FALSE
                ? uniform(rank)
                : Initializer.ZEROS;
    }

    private static Initializer normal(double deviation) {
        return (manager, shape, type) -> manager.randomNormal(0, (float) deviation, shape, type);
    }

    /** As PyTorch begins a linear map. */
    private static Initializer uniform(long inputs) {
        float bound = (float) (1 / Math.sqrt(inputs));
        return (manager, shape, type) -> manager.randomUniform(-bound, bound, shape, type);
    }

    /** Lets the adapter be trained, and freezes everything else. */
    public void train() {
        model.freezeParameters(true);
        tensors.values().forEach(parameter -> parameter.freeze(false));
    }

    /**
     * Reads the weights of an adapter of the same configuration.
     *
     * @param folder the folder
     * @throws IOException if they cannot be read or do not fit
     */
    public void read(Path folder) throws IOException {
        Sha256Sums.check(folder, name -> name.equals(WEIGHTS));
        try (TensorSource source = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            Set<String> names = new HashSet<>();
            for (String tensor : source.names()) {
                Matcher named = NAMED.matcher(tensor);
                if (named.matches()) {
                    for (int i = 1; i <= named.groupCount(); i++) {
                        names.add(named.group(i));
                    }
                }
            }
            names.remove(null);
            names.remove("weight"); // of a magnitude without a name
            WeightLoader.load(
                    tensors, null, source, tensors.table(names, source.names()), Strictness.STRICT);
        }
    }

    /**
     * Writes the adapter's two files.
     *
     * @param folder the folder, which exists
     * @throws IOException if they cannot be written
     */
    public void save(Path folder) throws IOException {
        boolean transposed = modules.stream().anyMatch(it -> it.layout().isTransposed());
        JsonFiles.write(folder.resolve(CONFIG), config.json(transposed));
        SafetensorsWriter.builder()
                .optMetadata(Map.of("format", "pt"))
                .build()
                .write(
                        folder.resolve(WEIGHTS),
                        WeightLoader.contents(tensors, tensors.table(Set.of(), Set.of())));
    }

    /** Folds the updates into the weights of the model, which then is a plain one again. */
    public void merge() {
        for (TargetModule module : modules) {
            for (Adaptable part : module.parts()) {
                NDArray weight = part.weight().getArray();
                try (NDManager scratch = weight.getManager().newSubManager()) {
                    overwrite(
                            weight,
                            part.update()
                                    .orElseThrow()
                                    .merged(scratch, weight, module.isEmbedding()));
                }
            }
        }
        detach();
        Packable.unpackAll(model); // a predicting model may have been packed since
    }

    private static void overwrite(NDArray weight, NDArray values) {
        boolean gradient = weight.hasGradient();
        if (gradient) {
            weight.setRequiresGradient(false);
        }
        weight.set(new NDIndex("..."), values);
        if (gradient) {
            weight.setRequiresGradient(true);
        }
    }

    /** Takes the updates off the model, which computes as before; what was trained whole stays. */
    public void detach() {
        for (TargetModule module : modules) {
            for (Adaptable part : module.parts()) {
                part.update().ifPresent(LowRankUpdate::clear);
                part.adapt(null);
            }
        }
    }

    /**
     * Returns whether a tensor of the model is the adapter's, trained whole and saved with it.
     *
     * @param tensor the name of the tensor
     * @return whether it is
     */
    public boolean holds(String tensor) {
        return tensors.hold(tensor);
    }

    /**
     * Returns the configuration.
     *
     * @return the configuration, with the names of the modules that {@code all-linear} stands for
     */
    public AdapterConfig config() {
        return config;
    }

    /**
     * Returns the names of the modules that are updated.
     *
     * @return the names, in the order of the model
     */
    public List<String> modules() {
        return modules.stream().map(TargetModule::name).toList();
    }

    /**
     * The parameters of the adapter under the names of its tensors: those of the updates, and those
     * of the model that are trained whole.
     */
    private static final class Tensors extends AbstractBlock {

        private final List<Rule> rules = new ArrayList<>();

        /** A tensor, other names that it goes by, and its parameters by their names here. */
        private record Rule(
                String tensor, List<String> others, TensorLayout layout, List<String> parameters) {}

        static String moduleOf(String tensor) {
            return tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
        }

        void add(TargetModule module, boolean dora) {
            String prefix = PREFIX + module.name() + ".";
            boolean embedding = module.isEmbedding();
            List<LowRankUpdate> updates =
                    module.parts().stream().map(part -> part.update().orElseThrow()).toList();
            add(
                    prefix + (embedding ? "lora_embedding_A" : "lora_A.weight"),
                    List.of(),
                    TensorLayouts.same(),
                    List.of(updates.get(0).down()));
            add(
                    prefix + (embedding ? "lora_embedding_B" : "lora_B.weight"),
                    List.of(),
                    embedding ? TensorLayouts.same() : module.ups(),
                    updates.stream().map(LowRankUpdate::up).toList());
            if (dora) {
                add(
                        prefix + "lora_magnitude_vector",
                        List.of(prefix + "lora_magnitude_vector.weight"),
                        embedding ? TensorLayouts.same() : module.magnitudes(),
                        updates.stream().map(LowRankUpdate::magnitude).toList());
            }
        }

        void addWhole(WeightTable.Tensor tensor, Set<String> adapted) {
            String module = moduleOf(tensor.name());
            String own = tensor.name().substring(module.isEmpty() ? 0 : module.length() + 1);
            String plain = PREFIX + tensor.name();
            String inside = PREFIX + module + ".base_layer." + own;
            add(
                    adapted.contains(module) ? inside : plain,
                    List.of(
                            adapted.contains(module) ? plain : inside,
                            PREFIX + module + ".modules_to_save.default." + own,
                            PREFIX + module + ".modules_to_save." + own),
                    tensor.layout(),
                    tensor.parameters());
        }

        private void add(
                String tensor, List<String> others, TensorLayout layout, List<Parameter> found) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < found.size(); i++) {
                String name = found.size() == 1 ? tensor : tensor + "#" + i;
                parameters.put(name, found.get(i));
                names.add(name);
            }
            rules.add(new Rule(tensor, others, layout, names));
        }

        boolean hold(String tensor) {
            return rules.stream()
                    .anyMatch(
                            rule ->
                                    rule.tensor().equals(PREFIX + tensor)
                                            || rule.others().contains(PREFIX + tensor));
        }

        List<Parameter> values() {
            return List.copyOf(parameters.values());
        }

        /**
         * The table, in which tensors may have a name of the adapter in theirs.
         *
         * @param adapters such names
         * @param found the tensors of a file
         */
        WeightTable table(Set<String> adapters, Set<String> found) {
            WeightTable.Builder table = WeightTable.builder();
            for (Rule rule : rules) {
                table.addFused(
                        rule.tensor(), rule.layout(), rule.parameters().toArray(String[]::new));
                rule.others().forEach(other -> table.alias(other, rule.tensor()));
                for (String adapter : adapters) {
                    table.alias(named(rule.tensor(), adapter), rule.tensor());
                    rule.others()
                            .forEach(other -> table.alias(named(other, adapter), rule.tensor()));
                }
            }
            return table.build();
        }

        private static String named(String tensor, String adapter) {
            return tensor.endsWith(".weight")
                    ? tensor.replaceFirst(
                            "\\.weight$", "." + Matcher.quoteReplacement(adapter) + ".weight")
                    : tensor + "." + adapter;
        }

        /** The model's parameters are. */
        @Override
        public boolean isInitialized() {
            return true;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            throw new UnsupportedOperationException("the parameters are the model's");
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return shapes;
        }
    }
}
