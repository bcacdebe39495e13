package org.attn4j.models.model;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.attn4j.models.config.ConfigReader;

/** The families that can be loaded. */
public final class ModelFamilies {

    private static final String ENCODER = "EncoderModel";

    private ModelFamilies() {}

    /**
     * Returns all families.
     *
     * @return those of this library, and those that others provide as services
     */
    public static List<ModelFamily> all() {
        List<ModelFamily> families = new ArrayList<>();
        ServiceLoader.load(ModelFamily.class, ModelFamily.class.getClassLoader())
                .forEach(families::add);
        return families;
    }

    /**
     * Finds the family of a configuration.
     *
     * @param modelType its {@code model_type}
     * @return the family, if it can be loaded
     */
    public static Optional<ModelFamily> find(String modelType) {
        return all().stream().filter(family -> family.modelTypes().contains(modelType)).findFirst();
    }

    /**
     * Makes the model that a configuration describes, without weights yet.
     *
     * @param config the content of a {@code config.json}
     * @param architecture which of the family's models; null for the one that the configuration
     *     names, or the family's base model if it names none
     * @return the model
     * @throws IllegalArgumentException if the family or the model is not known, or the family
     *     refuses a setting
     */
    public static PretrainedModel create(JsonObject config, String architecture) {
        return create(new ConfigReader(config, "config.json"), architecture);
    }

    /**
     * Makes the model that a configuration describes, without weights yet. The reader then tells
     * what it met.
     *
     * @param reader of a {@code config.json}
     * @param architecture which of the family's models, as in {@link #create(JsonObject, String)}
     * @return the model
     * @throws IllegalArgumentException if the family or the model is not known, or the family
     *     refuses a setting
     */
    public static PretrainedModel create(ConfigReader reader, String architecture) {
        ModelFamily family = familyOf(reader);
        String type = reader.string("model_type", null);
        String wanted = architecture == null ? named(reader, family) : architecture;
        if (!family.architectures().contains(wanted)) {
            throw new IllegalArgumentException(
                    "%s is not a model of the family %s that is known here: %s"
                            .formatted(wanted, type, String.join(", ", family.architectures())));
        }
        return family.create(reader, wanted);
    }

    /**
     * The name of the model that gives the states of a text's tokens, in the family that a
     * configuration is of: the encoder of an encoder-decoder if it has one, else the base model.
     */
    static String encoderOf(JsonObject config) {
        List<String> names = of(config).architectures();
        return names.stream()
                .filter(name -> name.endsWith(ENCODER))
                .findFirst()
                .orElse(names.get(0));
    }

    /** The family that a configuration is of. */
    static ModelFamily of(JsonObject config) {
        return familyOf(new ConfigReader(config, "config.json"));
    }

    private static ModelFamily familyOf(ConfigReader reader) {
        String type = reader.string("model_type", null);
        if (type == null) {
            return byArchitecture(reader);
        }
        return find(type).orElseThrow(() -> new IllegalArgumentException(no(type)));
    }

    /** Converted checkpoints of models of no published family name what they are alone. */
    private static ModelFamily byArchitecture(ConfigReader reader) {
        List<String> names = reader.strings("architectures");
        return all().stream()
                .filter(family -> names != null && !names.isEmpty())
                .filter(family -> family.architectures().contains(names.get(0)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "config.json: model_type is missing, so the family is"
                                                + " unknown; add it"));
    }

    private static String named(ConfigReader reader, ModelFamily family) {
        List<String> names = reader.strings("architectures");
        return names == null || names.isEmpty() ? family.architectures().get(0) : names.get(0);
    }

    private static String no(String type) {
        Set<String> known = new TreeSet<>();
        all().forEach(family -> known.addAll(family.modelTypes()));
        return "config.json: model_type=%s is not a family that is known here: %s"
                .formatted(type, String.join(", ", known));
    }
}
