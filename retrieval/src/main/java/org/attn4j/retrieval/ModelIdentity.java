package org.attn4j.retrieval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;
import org.attn4j.common.Digests;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.task.Similarity;

/**
 * What the vectors of an index were made with: vectors of another model do not compare with them.
 *
 * @param model where the model is found, a folder or a name of the Hub
 * @param digest of all its files that vectors depend on
 * @param pooling how states become one vector; empty for the model's own modules
 * @param normalize whether vectors got the length 1
 * @param documentPrompt what was put before passages
 * @param queryPrompt what is put before queries
 * @param dimension how many numbers a vector has
 * @param similarity how vectors are compared
 */
public record ModelIdentity(
        String model,
        String digest,
        String pooling,
        boolean normalize,
        String documentPrompt,
        String queryPrompt,
        int dimension,
        Similarity similarity) {

    private static final Pattern COMPUTING =
            Pattern.compile(
                    "(.*/)?(config|modules|tokenizer|tokenizer_config|special_tokens_map|added_tokens"
                            + "|vocab|sentence_\\w+_config|config_sentence_transformers)\\.json"
                            + "|(.*/)?(.*\\.safetensors|.*\\.safetensors\\.index\\.json|vocab\\.txt|merges\\.txt|.*\\.model)");

    /** The state of a training run changes while its model does not. */
    private static final String TRAINING = "training/";

    /**
     * Returns what changes with anything that a model computes by: its configuration, weights,
     * tokenizer and modules.
     *
     * @param files the files of its folder
     * @return a SHA-256 of their names and digests
     * @throws IOException if one may not be opened or cannot be read
     */
    public static String digest(ModelFiles files) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String name : files.names()) {
            if (COMPUTING.matcher(name).matches() && !name.startsWith(TRAINING)) {
                all.append(name).append(' ').append(Digests.sha256(files.file(name))).append('\n');
            }
        }
        return Digests.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns what differs from another identity so that vectors do not compare.
     *
     * @param other the other
     * @return the name of what differs and both values; null if nothing does
     */
    String difference(ModelIdentity other) {
        if (!digest.equals(other.digest)) {
            return "the model %s, not with %s".formatted(model, other.model);
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
