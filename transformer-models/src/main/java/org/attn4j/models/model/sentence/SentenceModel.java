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

    private static final byte VERSION = 1;
    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");
    private static final List<String> KNOWN = List.of("Pooling", "Dense", "LayerNorm", "Normalize");

    /** PyTorch's default, which no configuration changes. */
    private static final double NORM_EPSILON = 1e-5;

    private static final WeightTable NORM_WEIGHTS =
            WeightTable.builder().add("norm.*", "*").build();

    private final PretrainedModel encoder;
    private final Pooling pooling;
    private final List<Step> steps;

    /**
     * What follows the pooling, in its order.
     *
     * @param name of the child
     * @param block from (B, E) to (B, E')
     * @param weights the names of its tensors; null if it has none
     * @param path where it is in the model's folder
     */
    private record Step(String name, Block block, WeightTable weights, String path) {

        static Step normalize(String name) {
            Block block =
                    new LambdaBlock(
                            in -> new NDList(SentenceVectors.normalized(in.singletonOrThrow())));
            return new Step(name, block, null, null);
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
        this(encoder, pooling, normalize ? List.of(Step.normalize("normalize_0")) : List.of());
    }

    private SentenceModel(PretrainedModel encoder, Pooling pooling, List<Step> steps) {
        super(VERSION);
        this.encoder = addChildBlock("encoder", encoder);
        this.pooling = pooling;
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
        ModelFiles whole = model.directory().files().whole();
        Pooling pooling = null;
        List<Step> steps = new ArrayList<>();
        List<SentenceModule> modules = SentenceModule.read(whole);
        for (SentenceModule module : modules.subList(1, modules.size())) {
            if (!KNOWN.contains(module.kind())) {
                throw new CheckpointFormatException(
                        "%s: modules of the type %s are not known here, only Transformer, %s"
                                .formatted(
                                        whole.folder(), module.kind(), String.join(", ", KNOWN)));
            }
            boolean pools = module.kind().equals("Pooling");
            if (pools == (pooling != null)) {
                throw new CheckpointFormatException(
                        "%s: one Pooling must follow the Transformer, and all else the Pooling, got %s"
                                .formatted(
                                        whole.folder(),
                                        modules.stream().map(SentenceModule::kind).toList()));
            }
            if (pools) {
                pooling = read(module, Pooling::of);
            } else {
                steps.add(step(module, steps, model.manager()));
            }
        }
        return new SentenceModel(model.model(), pooling == null ? Pooling.MEAN : pooling, steps);
    }

    private static Step step(SentenceModule module, List<Step> before, NDManager manager)
            throws IOException {
        String kind = module.kind().toLowerCase(Locale.ROOT) + "_";
        String name = kind + before.stream().filter(it -> it.name().startsWith(kind)).count();
        switch (module.kind()) {
            case "Dense" -> {
                DenseModule block = read(module, DenseModule::new);
                Step step = new Step(name, block, DenseModule.WEIGHTS, module.path());
                return loaded(step, module, manager, block.input());
            }
            case "LayerNorm" -> {
                int size = read(module, SentenceModel::normSize);
                LayerNorm block = new LayerNorm(size, NORM_EPSILON);
                Step step = new Step(name, block, NORM_WEIGHTS, module.path());
                return loaded(step, module, manager, new Shape(1, size));
            }
            default -> {
                if (module.files().has(ModelDirectory.CONFIG)) {
                    read(module, DenseModule::requireSentence);
                }
                return Step.normalize(name);
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
     * Saves the weights of the modules behind the pooling, beside an encoder that {@link
     * LoadedModel#save} has saved with their settings.
     *
     * @param target the folder that the encoder was saved to
     * @throws IOException if a file cannot be written
     */
    public void saveModules(Path target) throws IOException {
        for (Step step : steps) {
            if (step.weights() != null) {
                Path folder = target.resolve(step.path());
                Files.createDirectories(folder);
                WeightLoader.save(step.block(), step.weights(), folder);
            }
        }
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
        Shape states =
                encoder instanceof ModelWithHead task
                        ? task.base().getOutputShapes(inputShapes)[0]
                        : encoder.getOutputShapes(inputShapes)[0];
        Shape vectors = new Shape(states.get(0), states.get(2) * pooling.modes().size());
        for (Step step : steps) {
            if (step.block() instanceof DenseModule module) {
                vectors = module.getOutputShapes(new Shape[] {vectors})[0];
            }
        }
        return new Shape[] {vectors};
    }
}
