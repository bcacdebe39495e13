package org.attn4j.models.model.sentence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.ModelWithHead;

/**
 * A sentence-transformers model: an encoder, a pooling, and the modules behind it (dense layers,
 * norms).
 *
 * <p>As a block it takes {@code input_ids} and {@code attention_mask} and gives the embeddings (B,
 * E), so that it can be trained. Its children are {@code encoder} and the modules behind the
 * pooling.
 */
public final class SentenceModel extends AbstractBlock {

    /** The name of the child that is the encoder. */
    public static final String ENCODER = "encoder";

    private static final byte VERSION = 1;
    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");
    private static final List<String> KNOWN = List.of("Pooling", "Dense", "LayerNorm", "Normalize");

    /** PyTorch's default, which no configuration changes. */
    private static final double NORM_EPSILON = 1e-5;

    private static final WeightTable NORM_WEIGHTS =
            WeightTable.builder().add("norm.*", "*").build();

    private final PretrainedModel encoder;
    private final String encoderPath;
    private final Pooling pooling;
    private final JsonObject poolingConfig; // as it was read; null of a new one
    private final String poolingPath;
    private final List<Step> steps;

    /**
     * What follows the pooling, in its order.
     *
     * @param kind its class in sentence-transformers
     * @param name of the child
     * @param block from (B, E) to (B, E')
     * @param config its {@code config.json}; null for none
     * @param weights the names of its tensors; null if it has none
     * @param path where it is in the model's folder
     */
    private record Step(
            String kind,
            String name,
            Block block,
            JsonObject config,
            WeightTable weights,
            String path) {

        static Step normalize(String name, JsonObject config, String path) {
            Block block =
                    new LambdaBlock(
                            in -> new NDList(SentenceVectors.normalized(in.singletonOrThrow())));
            return new Step("Normalize", name, block, config, null, path);
        }
    }

    /**
     * Creates a model without modules behind the pooling but the normalisation.
     *
     * @param encoder the encoder; of an {@link ModelWithHead} the head is not used, another model
     *     must give {@code last_hidden_state}
     * @param pooling how states become one vector
     * @param normalize whether vectors get the length 1
     */
    public SentenceModel(PretrainedModel encoder, Pooling pooling, boolean normalize) {
        this(
                encoder,
                "",
                pooling,
                null,
                "1_Pooling",
                normalize
                        ? List.of(Step.normalize("normalize_0", null, "2_Normalize"))
                        : List.of());
    }

    /**
     * Makes a model of an encoder, to be trained, with a new linear layer behind the pooling.
     *
     * @param model the encoder; the layer is made on its manager
     * @param pooling how states become one vector
     * @param size how many numbers the layer gives; no activation follows it
     * @param normalize whether vectors get the length 1
     * @return the model, the random weights of the layer decided by the engine's seed
     */
    public static SentenceModel withDense(
            LoadedModel model, Pooling pooling, int size, boolean normalize) {
        SentenceModel bare = new SentenceModel(model.model(), pooling, false);
        JsonObject config = new JsonObject();
        config.addProperty(
                "in_features", bare.getOutputShapes(model.model().smallestInput())[0].get(1));
        config.addProperty("out_features", size);
        config.addProperty("bias", true);
        config.addProperty("activation_function", "torch.nn.modules.linear.Identity");
        DenseModule block = new DenseModule(new ConfigReader(config, "Dense"));
        block.initialize(model.manager(), DataType.FLOAT32, block.input());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("Dense", "dense_0", block, config, DenseModule.WEIGHTS, "2_Dense"));
        if (normalize) {
            steps.add(Step.normalize("normalize_0", null, "3_Normalize"));
        }
        return new SentenceModel(model.model(), "", pooling, null, "1_Pooling", steps);
    }

    private SentenceModel(
            PretrainedModel encoder,
            String encoderPath,
            Pooling pooling,
            JsonObject poolingConfig,
            String poolingPath,
            List<Step> steps) {
        super(VERSION);
        this.encoder = addChildBlock(ENCODER, encoder);
        this.encoderPath = encoderPath;
        this.pooling = pooling;
        this.poolingConfig = poolingConfig;
        this.poolingPath = poolingPath;
        this.steps = List.copyOf(steps);
        steps.forEach(step -> addChildBlock(step.name(), step.block()));
    }

    /**
     * Makes a sentence model of an encoder that is loaded, as the {@code modules.json} beside it
     * tells; without one, the mean of the states.
     *
     * @param model the encoder
     * @return the model, on the encoder's manager
     * @throws IOException if a module is not known here, malformed or missing
     */
    public static SentenceModel of(LoadedModel model) throws IOException {
        ModelFiles whole = model.sentenceFiles().whole();
        SentenceModule pools = null;
        List<Step> steps = new ArrayList<>();
        List<SentenceModule> modules = SentenceModule.read(whole);
        for (SentenceModule module : modules.subList(1, modules.size())) {
            if (!KNOWN.contains(module.kind())) {
                throw new CheckpointFormatException(
                        "%s: modules of the type %s are not known here, only Transformer, %s"
                                .formatted(
                                        whole.folder(), module.kind(), String.join(", ", KNOWN)));
            }
            boolean isPooling = module.kind().equals("Pooling");
            if (isPooling == (pools != null)) {
                throw new CheckpointFormatException(
                        "%s: one Pooling must follow the Transformer, and all else the Pooling, got %s"
                                .formatted(
                                        whole.folder(),
                                        modules.stream().map(SentenceModule::kind).toList()));
            }
            if (isPooling) {
                pools = module;
            } else {
                steps.add(step(module, steps, model.manager()));
            }
        }
        if (pools == null) {
            return new SentenceModel(model.model(), Pooling.MEAN, false);
        }
        return new SentenceModel(
                model.model(),
                modules.get(0).path(),
                read(pools, Pooling::of),
                config(pools),
                pools.path(),
                steps);
    }

    private static Step step(SentenceModule module, List<Step> before, NDManager manager)
            throws IOException {
        String kind = module.kind().toLowerCase(Locale.ROOT) + "_";
        String name = kind + before.stream().filter(it -> it.name().startsWith(kind)).count();
        switch (module.kind()) {
            case "Dense" -> {
                DenseModule block = read(module, DenseModule::new);
                Step step =
                        new Step(
                                module.kind(),
                                name,
                                block,
                                config(module),
                                DenseModule.WEIGHTS,
                                module.path());
                return loaded(step, module, manager, block.input());
            }
            case "LayerNorm" -> {
                int size = read(module, SentenceModel::normSize);
                LayerNorm block = new LayerNorm(size, NORM_EPSILON);
                Step step =
                        new Step(
                                module.kind(),
                                name,
                                block,
                                config(module),
                                NORM_WEIGHTS,
                                module.path());
                return loaded(step, module, manager, new Shape(1, size));
            }
            default -> {
                boolean told = module.files().has(ModelDirectory.CONFIG);
                if (told) {
                    read(module, DenseModule::requireSentence);
                }
                return Step.normalize(name, told ? config(module) : null, module.path());
            }
        }
    }

    private static Step loaded(Step step, SentenceModule module, NDManager manager, Shape input)
            throws IOException {
        Block block = step.block();
        try (TensorSource weights = TensorSource.open(module.files())) {
            WeightLoader.load(block, manager, weights, step.weights(), Strictness.STRICT, input);
        }
        block.freezeParameters(true);
        return step;
    }

    private static int normSize(ConfigReader config) {
        int size = config.integer("dimension");
        config.finish();
        return size;
    }

    private static JsonObject config(SentenceModule module) throws IOException {
        return JsonFiles.read(module.files().file(ModelDirectory.CONFIG));
    }

    private static <T> T read(SentenceModule module, Function<ConfigReader, T> parse)
            throws IOException {
        Path file = module.files().file(ModelDirectory.CONFIG);
        try {
            return parse.apply(new ConfigReader(JsonFiles.read(file), file.toString()));
        } catch (IllegalArgumentException e) {
            throw new CheckpointFormatException(e.getMessage(), e);
        }
    }

    /**
     * Embeds sentences.
     *
     * @param parameters where the parameters are found
     * @param in the encoder's inputs
     * @param training whether dropout applies
     * @return the vectors, on the manager of the inputs
     */
    public SentenceVectors embed(ParameterStore parameters, ModelInputs in, boolean training) {
        NDArray states = states(parameters, in, training); // (B, T, D)
        NDArray pooled = pooling.pool(states, in.get("attention_mask")); // (B, D)
        NDArray vectors = pooled;
        for (Step step : steps) {
            vectors = Layers.apply(step.block(), parameters, vectors, training);
        }
        return new SentenceVectors(states, pooled, vectors);
    }

    private NDArray states(ParameterStore parameters, ModelInputs in, boolean training) {
        return encoder instanceof ModelWithHead task
                ? task.base().encode(parameters, in, training).states()
                : encoder.run(parameters, in, training).require("last_hidden_state");
    }

    /**
     * Saves the modules behind the encoder, and {@code modules.json}, beside an encoder that {@link
     * LoadedModel#save} has saved.
     *
     * @param target the folder that the encoder was saved to
     * @throws IOException if a file cannot be written
     */
    public void saveModules(Path target) throws IOException {
        JsonArray modules = new JsonArray();
        add(modules, "Transformer", encoderPath);
        add(modules, "Pooling", poolingPath);
        writeConfig(
                target.resolve(poolingPath),
                poolingConfig == null ? pooling.json(stateSize()) : poolingConfig);
        for (Step step : steps) {
            add(modules, step.kind(), step.path());
            Path folder = target.resolve(step.path());
            if (step.config() != null) {
                writeConfig(folder, step.config());
            }
            if (step.weights() != null) {
                WeightLoader.save(step.block(), step.weights(), folder);
            }
        }
        JsonFiles.write(target.resolve(SentenceModule.FILE), modules);
    }

    private long stateSize() {
        return statesOf(encoder.smallestInput()).get(2);
    }

    private static void writeConfig(Path folder, JsonObject config) throws IOException {
        Files.createDirectories(folder);
        JsonFiles.write(folder.resolve(ModelDirectory.CONFIG), config);
    }

    private static void add(JsonArray modules, String kind, String path) {
        JsonObject module = new JsonObject();
        module.addProperty("idx", modules.size());
        module.addProperty("name", String.valueOf(modules.size()));
        module.addProperty("path", path);
        module.addProperty("type", "sentence_transformers.models." + kind);
        modules.add(module);
    }

    /**
     * Loads the weights of the modules behind the encoder from where {@link #saveModules} wrote
     * them.
     *
     * @param saved the folder
     * @throws IOException if a file is missing or does not fit
     */
    public void loadModules(Path saved) throws IOException {
        for (Step step : steps) {
            if (step.weights() != null) {
                try (TensorSource weights = TensorSource.open(saved.resolve(step.path()))) {
                    WeightLoader.load(
                            step.block(), null, weights, step.weights(), Strictness.STRICT);
                }
            }
        }
    }

    /**
     * Returns where the encoder is in the model's folder.
     *
     * @return the path; empty for the folder itself
     */
    public String encoderPath() {
        return encoderPath;
    }

    /**
     * Returns how many numbers a vector has.
     *
     * @return E
     */
    public int embeddingSize() {
        return Math.toIntExact(getOutputShapes(encoder.smallestInput())[0].get(1));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes the encoder's inputs in their order and gives embeddings (B, E).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        List<String> names =
                encoder instanceof ModelWithHead task ? task.base().inputNames() : INPUTS;
        ModelInputs in = ModelInputs.ofList(names, inputs);
        return new NDList(embed(parameters, in, training).embeddings());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, inputShapes);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape states = statesOf(inputShapes);
        Shape vectors = new Shape(states.get(0), states.get(2) * pooling.modes().size());
        for (Step step : steps) {
            if (step.block() instanceof DenseModule module) {
                vectors = module.getOutputShapes(new Shape[] {vectors})[0];
            }
        }
        return new Shape[] {vectors};
    }

    private Shape statesOf(Shape... inputShapes) {
        return encoder instanceof ModelWithHead task
                ? task.base().getOutputShapes(inputShapes)[0]
                : encoder.getOutputShapes(inputShapes)[0];
    }
}
