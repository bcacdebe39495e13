package org.attn4j.retrieval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.attn4j.common.Digests;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.task.Similarity;

/**
 * What the vectors of an index were made with: vectors of another model do not compare with them.
 *
 * @param model where the model is found, a folder or a name of the Hub
 * @param adapter the folder of the adapter that was put onto it; empty for none
 * @param digest of all files that vectors depend on
 * @param pooling how states become one vector; empty for the model's own modules
 * @param normalize whether vectors got the length 1
 * @param documentPrompt what was put before passages
 * @param queryPrompt what is put before queries
 * @param dimension how many numbers a vector has
 * @param similarity how vectors are compared
 */
public record ModelIdentity(
        String model,
        String adapter,
        String digest,
        String pooling,
        boolean normalize,
        String documentPrompt,
        String queryPrompt,
        int dimension,
        Similarity similarity) {

    private static final Pattern COMPUTING =
            Pattern.compile(
                    "(.*/)?(config|adapter_config|modules|tokenizer|tokenizer_config|special_tokens_map|added_tokens"
                            + "|vocab|sentence_\\w+_config|config_sentence_transformers)\\.json"
                            + "|(.*/)?(.*\\.safetensors|.*\\.safetensors\\.index\\.json|vocab\\.txt|merges\\.txt|.*\\.model)");

    /** The state of a training run changes while its model does not. */
    private static final String TRAINING = "training/";

    /**
     * Returns what changes with anything that a model computes by: its configuration, weights,
     * tokenizer and modules, and its adapter.
     *
     * @param folder the model's folder
     * @param adapter the adapter's folder; null for none
     * @return a SHA-256 of the names and digests of their files
     * @throws IOException if one may not be opened or cannot be read
     */
    public static String digest(Path folder, Path adapter) throws IOException {
        StringBuilder all = new StringBuilder();
        addDigests(ModelFiles.of(folder), all);
        if (adapter != null) {
            addDigests(ModelFiles.of(adapter), all.append("adapter\n"));
        }
        return Digests.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void addDigests(ModelFiles files, StringBuilder all) throws IOException {
        for (String name : files.names()) {
            if (COMPUTING.matcher(name).matches() && !name.startsWith(TRAINING)) {
                all.append(name).append(' ').append(Digests.sha256(files.file(name))).append('\n');
            }
        }
    }

    private String name() {
        return adapter.isEmpty() ? model : "%s and the adapter %s".formatted(model, adapter);
    }

    /**
     * Returns what differs from another identity so that vectors do not compare.
     *
     * @param other the other
     * @return the name of what differs and both values; null if nothing does
     */
    String difference(ModelIdentity other) {
        if (!digest.equals(other.digest)) {
            return "the model %s, not with %s".formatted(name(), other.name());
        }
        if (!pooling.equals(other.pooling) || normalize != other.normalize) {
            return "pooling '%s' and normalize=%s, not with '%s' and %s"
                    .formatted(pooling, normalize, other.pooling, other.normalize);
        }
        if (!documentPrompt.equals(other.documentPrompt)) {
            return "the prompt '%s', not with '%s'".formatted(documentPrompt, other.documentPrompt);
        }
        return dimension == other.dimension && Objects.equals(similarity, other.similarity)
                ? null
                : "vectors of %s numbers compared by %s, not of %s by %s"
                        .formatted(dimension, similarity, other.dimension, other.similarity);
    }
}
