package org.attn4j.models.model.sentence;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;

/** Reads {@code modules.json}, which lists the modules of a sentence-transformers model. */
final class SentenceModules {

    static final String FILE = "modules.json";

    private static final String PACKAGE = "sentence_transformers.";

    /** Before version 1 each family had a class of its own for its encoder. */
    private static final Set<String> ENCODERS =
            Set.of(
                    "Transformer",
                    "ALBERT",
                    "BERT",
                    "CamemBERT",
                    "DistilBERT",
                    "RoBERTa",
                    "XLMRoBERTa");

    private SentenceModules() {}

    /** Returns the modules in their order; an encoder alone is pooled to the mean. */
    static List<SentenceModule> read(ModelFiles files) throws IOException {
        List<SentenceModule> modules = list(files);
        if (modules.isEmpty() || !modules.get(0).kind().equals("Transformer")) {
            throw new CheckpointFormatException(
                    "%s must begin with a module of the type Transformer, got %s"
                            .formatted(
                                    files.file(FILE),
                                    modules.stream().map(SentenceModule::kind).toList()));
        }
        return modules;
    }

    /** Returns where the encoder is. */
    static ModelFiles encoder(ModelFiles files) throws IOException {
        return list(files).stream()
                .findFirst()
                .filter(module -> module.kind().equals("Transformer"))
                .map(SentenceModule::files)
                .orElse(files);
    }

    private static List<SentenceModule> list(ModelFiles files) throws IOException {
        if (!files.has(FILE)) {
            return List.of(new SentenceModule("Transformer", "", files));
        }
        Path file = files.file(FILE);
        List<SentenceModule> modules = new ArrayList<>();
        for (JsonElement element : JsonFiles.readArray(file)) {
            modules.add(module(files, file, element));
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
        if (!path.matches("[^/\\\\\\p{Cntrl}][^\\\\\\p{Cntrl}]*|")
                || List.of(path.split("/")).contains("..")) {
            throw new CheckpointFormatException(
                    "%s names %s, which is no folder of the model"
                            .formatted(file, module.get("path")));
        }
        String place = Path.of(path).normalize().toString();
        return new SentenceModule(kind(type), place, files.in(place));
    }

    /** A class of somebody else's is none of those that are known, whatever its name. */
    private static String kind(String type) {
        if (!type.startsWith(PACKAGE)) {
            return type;
        }
        String name = type.substring(type.lastIndexOf('.') + 1);
        return ENCODERS.contains(name) ? "Transformer" : name;
    }
}
