package org.attn4j.models.sentence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.head.EncoderTaskModel;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.pretrained.ConfigReader;
import org.attn4j.models.pretrained.LoadedModel;
import org.attn4j.models.pretrained.ModelInputs;
import org.attn4j.models.pretrained.PretrainedModel;

/**
 * A sentence-transformers model: an encoder, a pooling, and the modules behind it (dense layers,
 * normalisation).
 *
 * <p>As a block it takes {@code input_ids} and {@code attention_mask} and gives the embeddings (B,
 * E), so that it can be trained. Its children are {@code encoder} and the dense modules.
 */
public final class SentenceModel extends AbstractBlock {

    private static final byte VERSION = 1;
    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");

    private final PretrainedModel encoder;
    private final Pooling pooling;
    private final List<DenseModule> dense;
    private final boolean normalize;

    /**
     * Creates a model without dense modules.
     *
     * @param encoder the encoder; of an {@link EncoderTaskModel} the head is not used, another
     *     model must give {@code last_hidden_state}
     * @param pooling how states become one vector
     * @param normalize whether vectors get the length 1
     */
    public SentenceModel(PretrainedModel encoder, Pooling pooling, boolean normalize) {
        this(encoder, pooling, List.of(), normalize);
    }

    private SentenceModel(
            PretrainedModel encoder, Pooling pooling, List<DenseModule> dense, boolean normalize) {
        super(VERSION);
        this.encoder = addChildBlock("encoder", encoder);
        this.pooling = pooling;
        this.dense = List.copyOf(dense);
        this.normalize = normalize;
        for (int i = 0; i < dense.size(); i++) {
            addChildBlock("dense_" + i, dense.get(i));
        }
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
        PretrainedModel encoder = model.model();
        Pooling pooling = Pooling.MEAN;
        List<DenseModule> dense = new ArrayList<>();
        boolean normalize = false;
        for (SentenceModule module : SentenceModules.read(model.directory().files())) {
            switch (module.kind()) {
                case "Transformer" -> {
                    // It is the encoder.
                }
                case "Pooling" -> pooling = read(module, Pooling::of);
                case "Dense" -> dense.add(dense(module, model.manager()));
                case "Normalize" -> normalize = true;
                default ->
                        throw new CheckpointFormatException(
                                model.directory().path()
                                        + ": modules of the type "
                                        + module.kind()
                                        + " are not known here, only Transformer, Pooling, Dense and Normalize");
            }
        }
        return new SentenceModel(encoder, pooling, dense, normalize);
    }

    private static DenseModule dense(SentenceModule module, NDManager manager) throws IOException {
        DenseModule block = read(module, DenseModule::new);
        try (TensorSource weights = TensorSource.open(module.files())) {
            WeightLoader.load(
                    block, manager, weights, DenseModule.WEIGHTS, Strictness.STRICT, block.input());
        }
        block.freezeParameters(true);
        return block;
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
        for (DenseModule module : dense) {
            vectors = Layers.apply(module, parameters, vectors, training);
        }
        return new SentenceVectors(
                states, pooled, normalize ? SentenceVectors.normalized(vectors) : vectors);
    }

    private NDArray states(ParameterStore parameters, ModelInputs in, boolean training) {
        return encoder instanceof EncoderTaskModel task
                ? task.encoder().encode(parameters, in, training).states()
                : encoder.run(parameters, in, training).require("last_hidden_state");
    }

    /**
     * Saves the dense modules beside an encoder that {@link LoadedModel#save} has saved.
     *
     * @param model the model that this one was made of
     * @param target the folder that the encoder was saved to
     * @throws IOException if a file cannot be written
     */
    public void saveModules(LoadedModel model, Path target) throws IOException {
        int next = 0;
        for (SentenceModule module : SentenceModules.read(model.directory().files())) {
            if (module.kind().equals("Dense")) {
                Path folder = target.resolve(module.path());
                Files.createDirectories(folder);
                WeightLoader.save(dense.get(next++), DenseModule.WEIGHTS, folder);
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
                encoder instanceof EncoderTaskModel task ? task.encoder().inputNames() : INPUTS;
        ModelInputs in = ModelInputs.ofList(names, inputs);
        return new NDList(embed(parameters, in, training).embeddings());
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, inputShapes);
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape states =
                encoder instanceof EncoderTaskModel task
                        ? task.encoder().getOutputShapes(inputShapes)[0]
                        : encoder.getOutputShapes(inputShapes)[0];
        Shape vectors = new Shape(states.get(0), states.get(2) * pooling.modes().size());
        for (DenseModule module : dense) {
            vectors = module.getOutputShapes(new Shape[] {vectors})[0];
        }
        return new Shape[] {vectors};
    }
}
