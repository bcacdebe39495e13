package org.attn4j.models.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The normalizer of a tokenizer.json, run alone. */
final class LibraryNormalizer {

    private LibraryNormalizer() {}

    /**
     * Normalises texts. To the library's vocabulary each is one unknown token, which bears the
     * text.
     *
     * @throws IllegalArgumentException if the library does not take the normalizer
     */
    static List<String> normalize(JsonElement normalizer, List<String> texts) {
        JsonArray unknown = JsonParts.list(JsonParts.list(Character.toString(0x10FFFF), 0));
        String json =
                JsonParts.tokenizer(
                                normalizer,
                                null,
                                null,
                                JsonParts.part("Unigram", "unk_id", 0, "vocab", unknown))
                        .toString();
        List<String> normalised = new ArrayList<>(texts.size());
        try (HuggingFaceTokenizer library = LibrarySegmenter.openNative(json, "its normalizer")) {
            for (String text : texts) {
                String clean = TokenTable.clean(text, false);
                normalised.add(String.join("", library.encode(clean, false, false).getTokens()));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return normalised;
    }
}
