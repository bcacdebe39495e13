package org.attn4j.models.model;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;

/**
 * A family of published models: reads its {@code config.json} and makes its models. Families are
 * found by Java's {@link java.util.ServiceLoader}, so that others can be added from outside.
 */
public interface ModelFamily {

    /**
     * Returns which configurations are of this family.
     *
     * @return the values of {@code model_type}
     */
    Set<String> modelTypes();

    /**
     * Returns which models the family has.
     *
     * @return the names of their classes in transformers, the base model first
     */
    List<String> architectures();

    /**
     * Makes a model, without weights yet.
     *
     * @param config the configuration, of one of {@link #modelTypes()}
     * @param architecture which model, one of {@link #architectures()}
     * @return the model
     * @throws IllegalArgumentException if a setting is missing, unknown, malformed or not supported
     */
    PretrainedModel create(ConfigReader config, String architecture);
}
