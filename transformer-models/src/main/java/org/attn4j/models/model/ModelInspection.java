package org.attn4j.models.model;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.models.checkpoint.LoadReport;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.TensorInfo;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.config.ConfigBounds;
import org.attn4j.models.config.ConfigReader;

/**
 * What a model's folder holds, and which models can be made of it. Of the weights only the headers
 * are read, and no memory is taken for them.
 *
 * @param folder the folder
 * @param config the content of {@code config.json}
 * @param weights the tensors; empty if there are none that can be read
 * @param weightsProblem why there are none; null if there are
 * @param fits the models of the family, the one that the configuration names first; empty if the
 *     family is not known or there are no weights
 * @param problem why the family is not known, or the configuration not understood; null if it is
 * @param files the other files of the folder, by their paths in it
 */
public record ModelInspection(
        Path folder,
        JsonObject config,
        List<TensorInfo> weights,
        String weightsProblem,
        List<Fit> fits,
        String problem,
        List<String> files) {

    private static final Pattern NUMBER = Pattern.compile("\\.(\\d+)(?=\\.|$)");

    public ModelInspection {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(config, "config");
        weights = List.copyOf(weights);
        fits = List.copyOf(fits);
        files = List.copyOf(files);
    }

    /**
     * Whether a model can be made of the files.
     *
     * @param architecture its name
     * @param named whether the configuration names it
     * @param unknownSettings the settings that are passed over because they are not known here
     * @param report what fits and what does not; null if the configuration is refused
     * @param problem why the configuration is refused; null if it is not
     */
    public record Fit(
            String architecture,
            boolean named,
            List<String> unknownSettings,
            LoadReport report,
            String problem) {

        /**
         * Returns whether the model loads as it is.
         *
         * @return whether every parameter has its tensor, and every tensor its position
         */
        public boolean loads() {
            return report != null && report.isExact();
        }
    }

    /**
     * Tensors that belong together.
     *
     * @param name the beginning of their names, with {@code *} for the numbers of layers
     * @param layers how many numbers that stands for; 0 if for none
     * @param tensors how many tensors there are
     * @param parameters how many numbers they hold
     * @param bytes what they take
     */
    public record Part(String name, int layers, int tensors, long parameters, long bytes) {}

    /**
     * Looks into a folder.
     *
     * @param folder the folder, with {@code config.json}
     * @param manager an engine, by which models say what they need
     * @param allowUnknown whether models are made though settings are not known here, as {@link
     *     Pretrained.Loader#optAllowUnknownSettings} has it
     * @return what is there
     * @throws IOException if there is no such folder, or its configuration is missing or malformed
     */
    public static ModelInspection of(Path folder, NDManager manager, boolean allowUnknown)
            throws IOException {
        ModelDirectory directory = ModelDirectory.open(folder);
        JsonObject config = directory.config();
        List<TensorInfo> tensors = new ArrayList<>();
        List<Fit> fits = new ArrayList<>();
        String weightsProblem = null;
        String problem = null;
        try (TensorSource weights = directory.weights()) {
            weights.names().forEach(name -> tensors.add(weights.info(name)));
            problem = fit(config, weights, manager, allowUnknown, fits);
        } catch (IOException e) {
            weightsProblem = e.getMessage();
            problem = familyProblem(config);
        }
        return new ModelInspection(
                folder,
                config,
                tensors,
                weightsProblem,
                fits,
                problem,
                List.copyOf(directory.files().names()));
    }

    /** Tries every model of the family; says why there is no family. */
    private static String fit(
            JsonObject config,
            TensorSource weights,
            NDManager manager,
            boolean allowUnknown,
            List<Fit> fits) {
        List<String> named;
        ModelFamily family;
        try {
            ConfigReader reader = new ConfigReader(config, ModelDirectory.CONFIG);
            ConfigBounds.check(config, weights);
            named = Optional.ofNullable(reader.strings("architectures")).orElse(List.of());
            family = ModelFamilies.of(config);
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
        List<String> architectures = new ArrayList<>(named);
        if (named.isEmpty()) {
            named = family.architectures().subList(0, 1);
        }
        family.architectures().stream()
                .filter(it -> !architectures.contains(it))
                .forEach(architectures::add);
        for (String architecture : architectures) {
            ConfigReader reader = new ConfigReader(config, ModelDirectory.CONFIG, allowUnknown);
            fits.add(fit(reader, architecture, named.contains(architecture), weights, manager));
        }
        return null;
    }

    private static String familyProblem(JsonObject config) {
        try {
            ModelFamilies.of(config);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static Fit fit(
            ConfigReader reader,
            String architecture,
            boolean named,
            TensorSource weights,
            NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            PretrainedModel model = ModelFamilies.create(reader.withTensors(weights), architecture);
            LoadReport report =
                    WeightLoader.compare(
                            model, scratch, weights, model.weights(), model.smallestInput());
            return new Fit(architecture, named, reader.unknown(), report, null);
        } catch (IOException | IllegalArgumentException e) {
            return new Fit(architecture, named, reader.unknown(), null, e.getMessage());
        }
    }

    /**
     * Returns the model that the configuration names.
     *
     * @return its fit; nothing if the family is not known or there are no weights
     */
    public Optional<Fit> named() {
        return fits.stream().filter(Fit::named).findFirst();
    }

    /**
     * Counts what the tensors hold.
     *
     * @return the number of parameters and buffers
     */
    public long parameters() {
        return weights.stream().mapToLong(tensor -> tensor.shape().size()).sum();
    }

    /**
     * Counts what the tensors take.
     *
     * @return the number of bytes
     */
    public long bytes() {
        return weights.stream().mapToLong(TensorInfo::bytes).sum();
    }

    /**
     * Counts the parameters of each type.
     *
     * @return the numbers by type
     */
    public Map<TensorType, Long> types() {
        Map<TensorType, Long> types = new EnumMap<>(TensorType.class);
        weights.forEach(tensor -> types.merge(tensor.type(), tensor.shape().size(), Long::sum));
        return types;
    }

    /**
     * Groups the tensors: the layers of a stack are one part, everything else goes by the first two
     * words of its name.
     *
     * @return the parts, in the order of the files
     */
    public List<Part> parts() {
        Map<String, List<TensorInfo>> groups = new LinkedHashMap<>();
        weights.forEach(
                tensor ->
                        groups.computeIfAbsent(part(tensor.name()), name -> new ArrayList<>())
                                .add(tensor));
        List<Part> parts = new ArrayList<>();
        groups.forEach(
                (name, tensors) ->
                        parts.add(
                                new Part(
                                        name,
                                        layers(tensors),
                                        tensors.size(),
                                        tensors.stream().mapToLong(it -> it.shape().size()).sum(),
                                        tensors.stream().mapToLong(TensorInfo::bytes).sum())));
        return parts;
    }

    private static String part(String name) {
        Matcher number = NUMBER.matcher(name);
        if (number.find()) {
            return name.substring(0, number.start()) + ".*";
        }
        String[] words = name.split("\\.");
        return words.length < 3 ? words[0] : words[0] + "." + words[1];
    }

    private static int layers(List<TensorInfo> tensors) {
        TreeSet<String> numbers = new TreeSet<>();
        for (TensorInfo tensor : tensors) {
            Matcher number = NUMBER.matcher(tensor.name());
            if (number.find()) {
                numbers.add(number.group(1));
            }
        }
        return numbers.size();
    }
}
