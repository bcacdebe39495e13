package org.attn4j.models.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.util.Progress;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.ConvertedContent;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.config.ConfigBounds;
import org.attn4j.models.config.ConfigReader;

/**
 * Writes a published model anew: its weights in another float type, in files of another size, and
 * everything else as it is.
 *
 * <p>Tensors go from file to file piece by piece, so that no model is too large. The family need
 * not be one that is known here; where it is, shards are filled in the order of the model, as
 * transformers fills them. The folder appears when all of it is written.
 */
public final class ModelConversion {

    private static final Map<TensorType, String> NAMES =
            Map.of(
                    TensorType.F64, "float64",
                    TensorType.F32, "float32",
                    TensorType.F16, "float16",
                    TensorType.BF16, "bfloat16");

    private static final List<String> TYPE_KEYS = List.of("torch_dtype", "dtype");

    private static final Pattern NONE = Pattern.compile("(?!)");
    private static final Pattern T5_PRECISE = Pattern.compile(".*\\.wo\\.weight");
    private static final Pattern DEEPSEEK_PRECISE = Pattern.compile(".*e_score_correction_bias");

    private final TensorType type;
    private final long shardBytes;
    private final Progress progress; // null for nobody

    private ModelConversion(Builder builder) {
        type = builder.type;
        shardBytes = builder.shardBytes;
        progress = builder.progress;
    }

    /**
     * Returns a builder.
     *
     * @return a builder of a conversion that keeps types and splits above 5 GB
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What a conversion wrote.
     *
     * @param tensors how many tensors the model has
     * @param parameters how many numbers they hold
     * @param bytesBefore what the tensors took
     * @param bytesAfter what they take now
     * @param files the names of the files that hold them
     * @param overflowed the tensors in which finite numbers became infinite, since they were too
     *     large for the type
     */
    public record Result(
            int tensors,
            long parameters,
            long bytesBefore,
            long bytesAfter,
            List<String> files,
            List<String> overflowed) {

        public Result {
            files = List.copyOf(files);
            overflowed = List.copyOf(overflowed);
        }
    }

    /**
     * Converts a model.
     *
     * @param source a folder with {@code config.json} and safetensors
     * @param target the folder to make; if it exists it must be empty
     * @return what was written
     * @throws FileAlreadyExistsException if the target exists and holds anything
     * @throws IOException if the source cannot be read or the target not written; there is then no
     *     target
     */
    public Result convert(Path source, Path target) throws IOException {
        requireRoom(target);
        ModelDirectory directory = ModelDirectory.open(source);
        try (TensorSource weights = directory.weights()) {
            List<TensorContent> contents = new ArrayList<>();
            Pattern precise = precise(directory.config());
            long before = 0;
            for (String name : inModelOrder(directory.config(), weights)) {
                before += weights.content(name).bytes();
                contents.add(new Told(converted(weights.content(name), precise), progress));
            }
            List<String> files = new ArrayList<>();
            if (progress != null) {
                progress.reset("convert", contents.stream().mapToLong(TensorContent::bytes).sum());
                progress.start(0);
            }
            AtomicDirectory.write(
                    target,
                    folder -> {
                        carry(directory.files(), folder);
                        writeConfig(directory, folder);
                        SafetensorsWriter.builder()
                                .optMetadata(metadata(weights))
                                .optMaxShardBytes(shardBytes)
                                .build()
                                .writeModel(folder, contents);
                        files.addAll(weightFiles(folder));
                    });
            if (progress != null) {
                progress.end();
            }
            return result(contents, before, files);
        }
    }

    private static Result result(List<TensorContent> contents, long before, List<String> files) {
        long parameters = 0;
        long after = 0;
        List<String> overflowed = new ArrayList<>();
        for (TensorContent content : contents) {
            parameters += content.shape().size();
            after += content.bytes();
            if (((Told) content).content() instanceof ConvertedContent converted
                    && converted.overflowed() > 0) {
                overflowed.add(content.name());
            }
        }
        return new Result(contents.size(), parameters, before, after, files, overflowed);
    }

    private static void requireRoom(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(target)) {
            try (Stream<Path> entries = Files.list(target)) {
                empty = entries.findAny().isEmpty();
            }
        }
        if (!empty) {
            throw new FileAlreadyExistsException(
                    target + " is there and not an empty folder; name another, or remove it first");
        }
    }

    /** The order of the model if its family is known here, then that of the files. */
    private static Set<String> inModelOrder(JsonObject config, TensorSource weights) {
        Set<String> names = new LinkedHashSet<>();
        try {
            ConfigBounds.check(config, weights);
            PretrainedModel model = ModelFamilies.create(config, null);
            for (String path : BlockParameters.of(model).byPath().keySet()) {
                model.weights().tensorOf(path).ifPresent(names::add);
            }
            names.retainAll(weights.names());
        } catch (IllegalArgumentException e) {
            names.clear(); // a model that others run
        }
        names.addAll(weights.names());
        return names;
    }

    private TensorContent converted(TensorContent content, Pattern precise) {
        boolean converts =
                type != null && content.type() != type && ConvertedContent.isFloat(content.type());
        if (!converts) {
            return content;
        }
        TensorType wanted = precise.matcher(content.name()).matches() ? TensorType.F32 : type;
        return content.type() == wanted ? content : new ConvertedContent(content, wanted);
    }

    /** Tensors that transformers keeps in float32, since their models fail with less. */
    private Pattern precise(JsonObject config) {
        String family = new ConfigReader(config, "config.json").string("model_type", "");
        return switch (family) {
            case "t5" -> type == TensorType.F16 ? T5_PRECISE : NONE;
            case "deepseek_v3" ->
                    type == TensorType.F16 || type == TensorType.BF16 ? DEEPSEEK_PRECISE : NONE;
            default -> NONE;
        };
    }

    /** Python's libraries refuse files without the mark of their framework. */
    private static Map<String, String> metadata(TensorSource weights) {
        Map<String, String> metadata = weights.metadata();
        return metadata.containsKey("format") ? metadata : Map.of("format", "pt");
    }

    private void writeConfig(ModelDirectory directory, Path folder) throws IOException {
        if (type == null) {
            directory.files().copy(ModelDirectory.CONFIG, folder.resolve(ModelDirectory.CONFIG));
            return;
        }
        JsonObject config = directory.config();
        if (TYPE_KEYS.stream().noneMatch(config::has)) {
            config.addProperty(TYPE_KEYS.get(0), NAMES.get(type));
        }
        setType(config);
        JsonFiles.write(folder.resolve(ModelDirectory.CONFIG), config);
    }

    /** In configurations within this one too, as of an encoder and a decoder. */
    private void setType(JsonObject config) {
        for (String key : TYPE_KEYS) {
            if (config.has(key)) {
                config.addProperty(key, NAMES.get(type));
            }
        }
        for (Map.Entry<String, JsonElement> entry : config.entrySet()) {
            if (entry.getValue() instanceof JsonObject inner && inner.has("model_type")) {
                setType(inner);
            }
        }
    }

    /** Copies tokenizers, settings, licences and the modules of sentence models. */
    private void carry(ModelFiles files, Path folder) throws IOException {
        for (String name : files.names()) {
            boolean module = name.contains("/");
            boolean weights = name.endsWith(".safetensors") || name.endsWith(".index.json");
            boolean papers = name.matches("(?i)(readme|licen[cs]e|notice|copying)[^/]*");
            if (module && name.endsWith("/model.safetensors")) {
                convertModule(files.file(name), folder.resolve(name).getParent());
            } else if (!weights
                    && !name.equals(ModelDirectory.CONFIG)
                    && (papers || Hub.isPartOfAModel(name))) {
                Path copy = folder.resolve(name);
                Files.createDirectories(copy.getParent());
                files.copy(name, copy);
            }
        }
    }

    private void convertModule(Path file, Path place) throws IOException {
        Files.createDirectories(place);
        try (TensorSource weights = TensorSource.open(file)) {
            SafetensorsWriter.builder()
                    .optMetadata(metadata(weights))
                    .build()
                    .write(
                            place.resolve(file.getFileName().toString()),
                            weights.names().stream()
                                    .map(name -> converted(weights.content(name), NONE))
                                    .toList());
        }
    }

    private static List<String> weightFiles(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    /** A tensor that tells when it is written. */
    private record Told(TensorContent content, Progress progress) implements TensorContent {

        @Override
        public String name() {
            return content.name();
        }

        @Override
        public TensorType type() {
            return content.type();
        }

        @Override
        public Shape shape() {
            return content.shape();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            content.writeTo(channel);
            if (progress != null) {
                progress.increment(bytes());
            }
        }
    }

    /** Builds a {@link ModelConversion}. */
    public static final class Builder {

        private TensorType type;
        private long shardBytes = SafetensorsWriter.DEFAULT_SHARD_BYTES;
        private Progress progress;

        private Builder() {}

        /**
         * Sets the type of the floats; integers and truth values stay what they are.
         *
         * @param type F64, F32, F16 or BF16; null to leave each tensor in its own
         * @return this builder
         * @throws IllegalArgumentException if it is another type
         */
        public Builder optType(TensorType type) {
            Require.that(
                    type == null || NAMES.containsKey(type),
                    "a model can be converted to F64, F32, F16 or BF16, got %s",
                    type);
            this.type = type;
            return this;
        }

        /**
         * Sets the most bytes of tensors in one file; a larger tensor has a file of its own.
         *
         * @param shardBytes the number of bytes, 5 GB by default
         * @return this builder
         */
        public Builder optShardBytes(long shardBytes) {
            Require.that(shardBytes >= 1, "shardBytes must be positive, got %s", shardBytes);
            this.shardBytes = shardBytes;
            return this;
        }

        /**
         * Sets who is told how many bytes of tensors are written.
         *
         * @param progress the listener, null for nobody
         * @return this builder
         */
        public Builder optProgress(Progress progress) {
            this.progress = progress;
            return this;
        }

        /**
         * Builds the conversion.
         *
         * @return the conversion
         */
        public ModelConversion build() {
            return new ModelConversion(this);
        }
    }
}
