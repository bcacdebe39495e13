package org.attn4j.models.model;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.config.ConfigReader;

/** What a folder with an adapter tells of the model that it belongs to. */
final class AdapterFolder {

    /** Heads whose rows are classes. */
    private static final Set<String> HEADS =
            Set.of(
                    "base_model.model.classifier.weight",
                    "base_model.model.classifier.out_proj.weight",
                    "base_model.model.score.weight");

    private AdapterFolder() {}

    /** Whether a folder holds an adapter and no model. */
    static boolean isAlone(Path folder) {
        return Adapter.isIn(folder)
                && !Files.exists(folder.resolve(SafetensorsWriter.MODEL_FILE))
                && !Files.exists(folder.resolve("model.safetensors.index.json"));
    }

    /** The folder of the model that an adapter names. */
    static Path base(Path folder) throws IOException {
        String base = AdapterConfig.read(folder).baseModel();
        Path file = folder.resolve(Adapter.CONFIG);
        if (base == null) {
            throw new CheckpointFormatException(
                    file
                            + ": it has no base_model_name_or_path: name the model, and this folder as its adapter");
        }
        Path found = Pretrained.folder(base);
        if (!Files.isDirectory(found)) {
            throw new NoSuchFileException(
                    file.toString(),
                    null,
                    "its base_model_name_or_path is %s, which is not there: name the model, and this folder as its adapter"
                            .formatted(base));
        }
        return found;
    }

    /**
     * The configuration of the model with an adapter.
     *
     * @param own that of the base model
     */
    static JsonObject config(Path folder, JsonObject own) throws IOException {
        Path file = folder.resolve(ModelDirectory.CONFIG);
        if (Files.exists(file)) {
            return JsonFiles.read(file);
        }
        OptionalLong classes = classes(folder);
        long known = new ConfigReader(own, ModelDirectory.CONFIG).labels().size();
        if (classes.isPresent() && known != classes.getAsLong()) {
            own.addProperty("num_labels", classes.getAsLong());
            own.remove("id2label");
            own.remove("label2id");
        }
        return own;
    }

    private static OptionalLong classes(Path folder) throws IOException {
        try (TensorSource weights = SafetensorsFile.open(folder.resolve(Adapter.WEIGHTS))) {
            return weights.names().stream()
                    .filter(HEADS::contains)
                    .map(name -> weights.info(name).shape())
                    .mapToLong(shape -> shape.get(0))
                    .findFirst();
        }
    }
}
