package org.attn4j.retrieval;

import org.attn4j.common.Require;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.task.Similarity;

/**
 * How an index is made. It is kept in the index, which is gone on with in the same way alone.
 *
 * @param model what makes the vectors
 * @param chunkTokens the most tokens of a passage
 * @param overlap the most tokens that neighbouring passages share
 * @param withTitle whether the document's title stands before each passage, for vectors and words
 * @param quantization how vectors are kept
 * @param words how BM25 finds words
 */
public record IndexSettings(
        ModelIdentity model,
        int chunkTokens,
        int overlap,
        boolean withTitle,
        Quantization quantization,
        WordAnalysis words) {

    private static final ModelIdentity NO_MODEL =
            new ModelIdentity("", "", "", "", false, "", "", 1, Similarity.COSINE);

    public IndexSettings {
        Require.atLeast("chunkTokens", chunkTokens, 1);
        Require.that(
                overlap >= 0 && overlap < chunkTokens,
                "overlap must be at least 0 and below chunkTokens, got overlap=%s, chunkTokens=%s",
                overlap,
                chunkTokens);
        Require.that(
                model.similarity() != Similarity.MANHATTAN,
                "Lucene has no Manhattan distance, which the model %s is compared by",
                model.model());
    }

    private static RecordCodec<IndexSettings> codec() {
        return RecordCodec.camelCase(
                new IndexSettings(NO_MODEL, 1, 0, false, Quantization.NONE, WordAnalysis.ENGLISH));
    }

    String json() {
        return codec().writeText(this);
    }

    static IndexSettings parse(String json, String place) {
        return codec().read(Settings.parse(json, place));
    }

    /** What differs so that an index of these settings is not gone on with by the others. */
    String difference(IndexSettings other) {
        String model = model().difference(other.model());
        if (model != null) {
            return model;
        }
        if (chunkTokens != other.chunkTokens || overlap != other.overlap) {
            return "passages of %s tokens that share %s, not of %s that share %s"
                    .formatted(chunkTokens, overlap, other.chunkTokens, other.overlap);
        }
        if (withTitle != other.withTitle) {
            return "titles %s passages".formatted(withTitle ? "before" : "left out of the");
        }
        return quantization == other.quantization && words == other.words
                ? null
                : "quantization %s and words %s, not %s and %s"
                        .formatted(quantization, words, other.quantization, other.words);
    }
}
