package org.attn4j.models.sentence;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;

/** Reads {@code modules.json}, which lists the modules of a sentence-transformers model. */
final class SentenceModules {

    static final String FILE = "modules.json";

    private SentenceModules() {}

    /** Returns the modules in their order; an encoder alone is pooled to the mean. */
    static List<SentenceModule> read(ModelFiles files) throws IOException {
        if (!files.has(FILE)) {
            return List.of(new SentenceModule("Transformer", "", files));
        }
        Path file = files.file(FILE);
        List<SentenceModule> modules = new ArrayList<>();
        for (JsonElement element : JsonFiles.readArray(file)) {
            modules.add(module(files, file, element));
        }
        if (modules.isEmpty() || !modules.get(0).kind().equals("Transformer")) {
            throw new CheckpointFormatException(
                    file + " must begin with a module of the type Transformer, got " + modules);
        }
        return modules;
    }

    private static SentenceModule module(ModelFiles files, Path file, JsonElement element)
            throws IOException {
        if (!(element instanceof JsonObject module)
                || !module.has("type")
                || !module.has("path")
                || !module.get("type").isJsonPrimitive()
                || !module.get("path").isJsonPrimitive()) {
            throw new CheckpointFormatException(file + " has a module without type or path");
        }
        String type = module.get("type").getAsString();
        String path = module.get("path").getAsString();
        if (path.startsWith("/") || List.of(path.split("[/\\\\]")).contains("..")) {
            throw new CheckpointFormatException(
                    file + " names " + path + ", which is outside of the model's folder");
        }
        return new SentenceModule(type.substring(type.lastIndexOf('.') + 1), path, files.in(path));
    }
}
