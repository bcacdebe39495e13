package org.attn4j.models.model;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.generate.GenerationConfigJson;

/**
 * Settings of a model's files that are passed over because they are not known here.
 *
 * @param ofModel those that the family does not read
 * @param ofGeneration those that generation does not read, of {@code generation_config.json} or of
 *     a task in {@code task_specific_params}
 */
record UnknownSettings(List<String> ofModel, List<String> ofGeneration) {

    /**
     * Collects them.
     *
     * @param reader has read the configuration
     * @param directory the folder of the configuration
     * @throws IOException if the settings of generation cannot be read
     */
    static UnknownSettings of(ConfigReader reader, ModelDirectory directory) throws IOException {
        TreeSet<String> unknown = new TreeSet<>();
        directory
                .generationConfig()
                .ifPresent(file -> unknown.addAll(GenerationConfigJson.unsupported(file)));
        if (reader.get("task_specific_params") instanceof JsonObject tasks) {
            for (String task : tasks.keySet()) {
                if (tasks.get(task) instanceof JsonObject settings) {
                    unknown.addAll(GenerationConfigJson.unsupported(settings));
                }
            }
            unknown.remove(Generation.TASK_PREFIX);
        }
        unknown.removeAll(Generation.TEXT_SETTINGS);
        return new UnknownSettings(reader.unknown(), new ArrayList<>(unknown));
    }

    /** All of them. */
    List<String> names() {
        return Stream.concat(ofModel.stream(), ofGeneration.stream()).distinct().toList();
    }
}
