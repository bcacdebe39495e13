package org.attn4j.models.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A module of a sentence-transformers model, as {@code modules.json} lists them.
 *
 * @param kind the name of its class in sentence-transformers, such as {@code Transformer} and
 *     {@code Pooling}, or the whole type if it is of another package
 * @param path where its files are in the model's folder; empty for that folder itself
 * @param files its files
 */
public record SentenceModule(String kind, String path, ModelFiles files) {

    /** The file that lists the modules. */
    public static final String FILE = "modules.json";

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

    /**
     * Reads the modules in their order.
     *
     * @param files the model's folder
     * @return the modules, the encoder first; the encoder alone where there is no {@code
     *     modules.json}
     * @throws IOException if the file is malformed or does not begin with an encoder
     */
    public static List<SentenceModule> read(ModelFiles files) throws IOException {
        List<SentenceModule> modules = listed(files);
        if (modules.isEmpty() || !modules.get(0).kind().equals("Transformer")) {
            throw new CheckpointFormatException(
                    "%s must begin with a module of the type Transformer, got %s"
                            .formatted(
                                    files.file(FILE),
                                    modules.stream().map(SentenceModule::kind).toList()));
        }
        return modules;
    }

    /**
     * Finds the encoder of a model.
     *
     * @param files the model's folder
     * @return the folder of the encoder; the same unless {@code modules.json} names another
     * @throws IOException if the file is malformed
     */
    public static ModelFiles encoder(ModelFiles files) throws IOException {
        return listed(files).stream()
                .findFirst()
                .filter(module -> module.kind().equals("Transformer"))
                .map(SentenceModule::files)
                .orElse(files);
    }

    /**
     * Reads the modules in their order, whatever they are.
     *
     * @param files the model's folder
     * @return the modules; an encoder alone where there is no {@code modules.json}
     * @throws IOException if the file is malformed
     */
    public static List<SentenceModule> listed(ModelFiles files) throws IOException {
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
        String folder = Path.of(path).normalize().toString();
        return new SentenceModule(kind(type), folder, files.in(folder));
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
