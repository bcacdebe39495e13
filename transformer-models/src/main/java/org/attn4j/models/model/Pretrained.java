package org.attn4j.models.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.util.Progress;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.LoadReport;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.checkpoint.hub.HubModel;
import org.attn4j.models.checkpoint.hub.HubSettings;
import org.attn4j.models.config.ConfigBounds;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads published models.
 *
 * <pre>{@code
 * try (LoadedModel bert = Pretrained.load(Path.of("bert-base-uncased"));
 *         NDManager call = bert.manager().newSubManager()) {
 *     NDArray ids = call.create(new long[][] {{101, 7592, 102}});
 *     NDArray logits = bert.run(ModelInputs.of(ids)).require("logits");
 * }
 * }</pre>
 */
public final class Pretrained {

    private static final Logger LOGGER = LoggerFactory.getLogger(Pretrained.class);

    private Pretrained() {}

    /**
     * Loads a model for prediction, on DJL's default engine and device.
     *
     * @param directory a folder with {@code config.json} and safetensors
     * @return the model; close it
     * @throws IOException if a file is missing or malformed, the family or a setting of it is not
     *     known here, or the weights do not fit
     */
    public static LoadedModel load(Path directory) throws IOException {
        return loader().load(directory);
    }

    /**
     * Loads a model for prediction, from a folder or from the Hub.
     *
     * @param model a folder, or a name such as {@code org/name} or {@code org/name@revision}, which
     *     is fetched into the cache unless it is there
     * @return the model; close it
     * @throws IOException if it cannot be fetched, or for the reasons of {@link #load(Path)}
     */
    public static LoadedModel load(String model) throws IOException {
        return load(folder(model));
    }

    /**
     * Finds the folder of a model: what names a folder is one, anything else is fetched from the
     * Hub into the cache unless it is there.
     *
     * @param model a folder, or {@code org/name} or {@code org/name@revision}
     * @return the folder
     * @throws IOException if there is no such folder, or the model cannot be fetched
     */
    public static Path folder(String model) throws IOException {
        return folder(model, null);
    }

    /**
     * Finds the folder of a model, and tells how its files get on.
     *
     * @param model a folder, or {@code org/name} or {@code org/name@revision}
     * @param progress is told the bytes that have come of each file; null for nobody
     * @return the folder
     * @throws IOException if there is no such folder, or the model cannot be fetched
     */
    public static Path folder(String model, Progress progress) throws IOException {
        Path path = Path.of(model);
        return Files.exists(path) || !HubModel.isName(model)
                ? path
                : new Hub(HubSettings.fromEnvironment(), progress).model(HubModel.parse(model));
    }

    /**
     * Loads a model for the hidden states of its tokens alone: the family's base model or, of an
     * encoder-decoder, its encoder, whatever head the files are of, with a pooler that means
     * nothing if they have none.
     *
     * @param directory a folder with {@code config.json} and safetensors, or with a {@code
     *     modules.json} that names the folder within it where they are
     * @param loader how it is loaded
     * @return the model; close it
     * @throws IOException for the reasons of {@link #load(Path)}
     */
    public static LoadedModel loadEncoder(Path directory, Loader loader) throws IOException {
        ModelDirectory encoder =
                ModelDirectory.open(SentenceModule.encoder(ModelFiles.of(directory)));
        try {
            loader.optArchitecture(ModelFamilies.encoderOf(encoder.config()));
        } catch (IllegalArgumentException e) {
            throw new CheckpointFormatException(directory + ": " + e.getMessage(), e);
        }
        try {
            return loader.load(encoder);
        } catch (WeightMismatchException e) {
            LoadReport report = e.report();
            boolean onlyPooler =
                    report.missing().stream().allMatch(name -> name.contains("pooler."))
                            && report.unused().isEmpty()
                            && report.misshapen().isEmpty();
            if (!onlyPooler) {
                throw e;
            }
            return loader.optStrictness(new Strictness(true, false, false)).load(encoder);
        }
    }

    /**
     * Returns a loader, to choose the engine, another head, or a model to be trained.
     *
     * @return a loader with the defaults of {@link #load}
     */
    public static Loader loader() {
        return new Loader();
    }

    /** Says how a model is loaded. */
    public static final class Loader {

        private String engine;
        private Device device;
        private NDManager manager;
        private String architecture;
        private boolean trainable;
        private boolean allowUnknown;
        private DataType dataType = DataType.FLOAT32;
        private Strictness strictness = Strictness.STRICT;
        private UnaryOperator<JsonObject> changes = UnaryOperator.identity();
        private boolean newHead;
        private boolean randomWeights;
        private PrunedHeads maskedHeads = PrunedHeads.NONE;
        private Path adapter; // null for none, or for the one that a folder holds
        private Precision precision; // null for weights as they are

        private Loader() {}

        /**
         * Sets the engine.
         *
         * @param engine the name of one of DJL's engines; null for the default
         * @return this loader
         */
        public Loader optEngine(String engine) {
            this.engine = engine;
            return this;
        }

        /**
         * Sets the device.
         *
         * @param device the device; null for the engine's default
         * @return this loader
         */
        public Loader optDevice(Device device) {
            this.device = device;
            return this;
        }

        /**
         * Sets the manager that owns the weights, and with it engine and device.
         *
         * @param manager the manager, which stays the caller's; null to make one
         * @return this loader
         */
        public Loader optManager(NDManager manager) {
            this.manager = manager;
            return this;
        }

        /**
         * Sets which of the family's models is made of the files, such as a classifier of a model
         * that was trained on masked tokens. Parameters that the files lack need {@link
         * #optStrictness}.
         *
         * @param architecture the name of a class in transformers; null for the one that the
         *     configuration names
         * @return this loader
         */
        public Loader optArchitecture(String architecture) {
            this.architecture = architecture;
            return this;
        }

        /**
         * Sets whether the parameters may be trained.
         *
         * @param trainable false, the default, freezes them
         * @return this loader
         */
        public Loader optTrainable(boolean trainable) {
            this.trainable = trainable;
            return this;
        }

        /**
         * Sets whether a model loads whose {@code config.json} or {@code generation_config.json}
         * has settings that are not known here. They are then passed over, at the caller's risk:
         * the model might compute something else than they ask for. A warning names them, and
         * {@link LoadedModel#unknownSettings()} does. Known settings at values that are not
         * supported stay refused.
         *
         * @param allow false, the default, refuses them by name
         * @return this loader
         */
        public Loader optAllowUnknownSettings(boolean allow) {
            this.allowUnknown = allow;
            return this;
        }

        /**
         * Sets the type that the weights are held and computed in, whatever the files hold. Half
         * precision takes half the memory; logits then are of it too.
         *
         * <p>DJL's PyTorch engine has no arrays of bfloat16 and ends the process at one, so files
         * that hold it become float32, or float16 where the weights are small enough.
         *
         * @param dataType {@link DataType#FLOAT32}, the default, or {@link DataType#FLOAT16}, which
         *     PyTorch computes in
         * @return this loader
         * @throws IllegalArgumentException if it is another
         */
        public Loader optDataType(DataType dataType) {
            Require.that(
                    dataType == DataType.FLOAT32 || dataType == DataType.FLOAT16,
                    "weights can be held as float32 or float16, got %s",
                    dataType);
            this.dataType = dataType;
            return this;
        }

        /**
         * Sets what may differ between the files and the model.
         *
         * @param strictness nothing by default; {@link Strictness#LOAD_WHAT_FITS} for a new head
         * @return this loader
         */
        public Loader optStrictness(Strictness strictness) {
            this.strictness = strictness;
            return this;
        }

        /**
         * Sets what is changed in the configuration before the model is made, such as the number of
         * classes. The model is saved with the changed one.
         *
         * @param changes from the content of {@code config.json} to that which counts
         * @return this loader
         */
        public Loader optConfig(UnaryOperator<JsonObject> changes) {
            this.changes = changes;
            return this;
        }

        /**
         * Sets whether the head, and a pooler, may be new: parameters of these that the files lack,
         * or have in another shape, are initialised, and tensors of another head are left out. A
         * warning names both. The base model must be there whole.
         *
         * @param newHead false, the default, follows {@link #optStrictness}
         * @return this loader
         */
        public Loader optNewHead(boolean newHead) {
            this.newHead = newHead;
            return this;
        }

        /**
         * Sets whether all weights are random rather than those of the files: a model of the same
         * configuration, to be trained from the beginning. The seed of the engine decides them.
         *
         * @param randomWeights false, the default, reads the weights
         * @return this loader
         */
        public Loader optRandomWeights(boolean randomWeights) {
            this.randomWeights = randomWeights;
            return this;
        }

        /**
         * Sets an adapter that is put onto the model (PEFT's LoRA or DoRA). Its folder may hold a
         * {@code config.json} too, which then is that of the model; else a head takes its number of
         * classes from the adapter's. What the model's files lack must be in the adapter's.
         *
         * <p>A folder with an adapter alone is loaded in the same way, onto the base model that its
         * {@code adapter_config.json} names.
         *
         * @param folder the folder of the adapter; null for none
         * @return this loader
         */
        public Loader optAdapter(Path folder) {
            this.adapter = folder;
            return this;
        }

        /**
         * Sets heads that give zeros, to see what they are worth ({@code head_mask} of transformers
         * 4). The model is not to be trained or saved.
         *
         * @param heads the heads; none by default
         * @return this loader
         */
        public Loader optMaskedHeads(PrunedHeads heads) {
            this.maskedHeads = heads;
            return this;
        }

        /**
         * Packs the weights for prediction when they are loaded: it is faster then, and the weights
         * take their memory a second time. A model that is {@link #optTrainable trainable} is not
         * packed.
         *
         * @param precision what linear maps compute with; null, the default, packs nothing
         * @return this loader
         */
        public Loader optPrecision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /**
         * Packs the weights in float32 unless another precision is set: for models that only
         * predict.
         *
         * @return this loader
         */
        public Loader forPrediction() {
            return precision == null ? optPrecision(Precision.FP32) : this;
        }

        /**
         * Makes a model of a configuration alone, with random weights. The seed of the engine
         * decides them.
         *
         * @param config the content of a {@code config.json}
         * @param companions the files of its tokenizer and the like, which are saved under their
         *     names; may be none
         * @return the model; close it
         * @throws IllegalArgumentException if the family is not known here, or refuses a setting
         */
        public LoadedModel create(JsonObject config, List<Path> companions) {
            JsonObject changed = changes.apply(config.deepCopy());
            PretrainedModel model = ModelFamilies.create(changed, architecture);
            NDManager owner = manager == null ? newManager() : manager;
            try {
                initialize(model, owner);
                pack(model, owner);
                return LoadedModel.made(model, changed, companions, owner, manager == null);
            } catch (RuntimeException e) {
                closeOwn(owner);
                throw e;
            }
        }

        private void initialize(PretrainedModel model, NDManager owner) {
            model.initialize(owner, dataType, model.smallestInput());
            model.freezeParameters(!trainable);
        }

        private void pack(PretrainedModel model, NDManager owner) {
            if (precision != null && !trainable) {
                Packable.packAll(model, owner, precision);
            }
        }

        private void closeOwn(NDManager owner) {
            if (manager == null) {
                owner.close();
            }
        }

        /**
         * Loads the model.
         *
         * @param path a folder with {@code config.json} and safetensors
         * @return the model; close it
         * @throws IOException if a file is missing or malformed, the family or a setting of it is
         *     not known here, or the weights do not fit
         */
        public LoadedModel load(Path path) throws IOException {
            return adapter == null && AdapterFolder.isAlone(path)
                    ? load(ModelDirectory.open(AdapterFolder.base(path)), path)
                    : load(ModelDirectory.open(path));
        }

        private LoadedModel load(ModelDirectory stored) throws IOException {
            return adapter == null && AdapterFolder.isAlone(stored.path())
                    ? load(ModelDirectory.open(AdapterFolder.base(stored.path())), stored.path())
                    : load(stored, adapter);
        }

        private LoadedModel load(ModelDirectory stored, Path adapterFolder) throws IOException {
            JsonObject own =
                    adapterFolder == null
                            ? stored.config()
                            : AdapterFolder.config(adapterFolder, stored.config());
            ModelDirectory directory = stored.with(changes.apply(own));
            Require.that(
                    adapterFolder == null || maskedHeads.equals(PrunedHeads.NONE),
                    "heads cannot be taken away under an adapter: merge it into the model first");
            if (randomWeights) {
                return random(directory);
            }
            try (TensorSource weights = directory.weights()) {
                ConfigReader reader =
                        new ConfigReader(directory.config(), ModelDirectory.CONFIG, allowUnknown);
                PretrainedModel model = model(directory, weights, reader);
                UnknownSettings unknown = unknown(directory, reader);
                NDManager owner = manager == null ? newManager() : manager;
                try {
                    LoadReport report =
                            WeightLoader.load(
                                    model,
                                    owner,
                                    weights,
                                    model.weights(),
                                    newHead || adapterFolder != null
                                            ? Strictness.LOAD_WHAT_FITS
                                            : strictness,
                                    dataType,
                                    model.smallestInput());
                    if (newHead && adapterFolder == null) {
                        requireBase(model, report);
                    }
                    model.freezeParameters(!trainable);
                    AttentionHeads.mask(model, maskedHeads);
                    LoadedModel loaded =
                            new LoadedModel(
                                    model, directory, report, unknown, owner, manager == null);
                    if (adapterFolder != null) {
                        loaded.adapt(adapterFolder);
                        if (trainable) {
                            loaded.adapter().orElseThrow().train();
                        }
                        pack(model, owner);
                        Path generation = adapterFolder.resolve(ModelDirectory.GENERATION_CONFIG);
                        if (Files.exists(generation)) {
                            return loaded.withGenerationConfig(JsonFiles.read(generation));
                        }
                    } else {
                        pack(model, owner);
                    }
                    return loaded;
                } catch (IOException | RuntimeException e) {
                    closeOwn(owner);
                    throw e;
                }
            }
        }

        private LoadedModel random(ModelDirectory directory) throws IOException {
            ConfigReader reader =
                    new ConfigReader(directory.config(), ModelDirectory.CONFIG, allowUnknown);
            PretrainedModel model;
            try {
                model = ModelFamilies.create(reader, architecture);
            } catch (IllegalArgumentException e) {
                throw new CheckpointFormatException(directory.path() + ": " + e.getMessage(), e);
            }
            UnknownSettings unknown = unknown(directory, reader);
            NDManager owner = manager == null ? newManager() : manager;
            try {
                initialize(model, owner);
                pack(model, owner);
                return new LoadedModel(model, directory, null, unknown, owner, manager == null);
            } catch (RuntimeException e) {
                closeOwn(owner);
                throw e;
            }
        }

        /** Refuses a model of which more than the head is new, and tells what is. */
        private static void requireBase(PretrainedModel model, LoadReport report)
                throws WeightMismatchException {
            Set<String> base = new HashSet<>();
            for (String path : BlockParameters.of(model).byPath().keySet()) {
                if (path.startsWith("model.") && !path.contains("pooler.")) {
                    model.weights().tensorOf(path).ifPresent(base::add);
                }
            }
            Stream<String> lacking =
                    Stream.concat(
                            report.missing().stream(),
                            report.misshapen().stream().map(LoadReport.Misshapen::tensor));
            if (lacking.anyMatch(base::contains)) {
                throw new WeightMismatchException(report);
            }
            if (!report.isExact()) {
                LOGGER.warn(
                        "{} is trained with new weights where these do not fit: {}",
                        model.architecture(),
                        report.message());
            }
        }

        private NDManager newManager() {
            return engine == null
                    ? NDManager.newBaseManager(device)
                    : NDManager.newBaseManager(device, engine);
        }

        private PretrainedModel model(
                ModelDirectory directory, TensorSource weights, ConfigReader reader)
                throws CheckpointFormatException {
            try {
                ConfigBounds.check(directory.config(), weights);
                PretrainedModel model =
                        ModelFamilies.create(reader.withTensors(weights), architecture);
                if (trainable && !reader.trainingOnly().isEmpty()) {
                    throw new IllegalArgumentException(
                            "%s: training does not heed %s; set it to 0 to train without"
                                    .formatted(
                                            ModelDirectory.CONFIG,
                                            String.join(", ", reader.trainingOnly())));
                }
                return model;
            } catch (IllegalArgumentException e) {
                throw new CheckpointFormatException(directory.path() + ": " + e.getMessage(), e);
            }
        }

        /** The settings that are passed over, of which a warning tells. */
        private UnknownSettings unknown(ModelDirectory directory, ConfigReader reader)
                throws IOException {
            UnknownSettings unknown =
                    allowUnknown
                            ? UnknownSettings.of(reader, directory)
                            : new UnknownSettings(List.of(), List.of());
            if (!unknown.names().isEmpty()) {
                LOGGER.warn(
                        "{}: settings that are not known here are passed over, so the model might"
                                + " compute something else than they ask for: {}",
                        directory.path(),
                        String.join(", ", unknown.names()));
            }
            return unknown;
        }
    }
}
