package org.attn4j.retrieval;

import java.util.List;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Similarity;
import org.attn4j.models.tokenizer.TextReading;

/** Settings and an embedder of letters, for indexes without a model. */
final class TestIndexes {

    private TestIndexes() {}

    static IndexSettings settings(Similarity similarity, Quantization quantization, int dimension) {
        return new IndexSettings(
                new ModelIdentity("letters", "", "1", "", false, "", "", dimension, similarity),
                8,
                0,
                false,
                quantization,
                WordAnalysis.ENGLISH);
    }

    static IndexSettings settings() {
        return settings(Similarity.COSINE, Quantization.NONE, 26);
    }

    /** How often each letter occurs. */
    static float[] letters(String text) {
        float[] counts = new float[26];
        text.toLowerCase(java.util.Locale.ROOT)
                .chars()
                .filter(it -> it >= 'a' && it <= 'z')
                .forEach(it -> counts[it - 'a']++);
        return counts;
    }

    static List<Outcome<float[]>> embed(List<String> texts) {
        return texts.stream()
                .map(it -> new Outcome<>(letters(it), TextReading.whole(it.length())))
                .toList();
    }
}
