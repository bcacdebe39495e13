package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.attn4j.common.Require;

/** BERT's {@code vocab.txt}: a token on each line, its id the number of the line. */
final class WordPieceFiles {

    private WordPieceFiles() {}

    /** Returns the tokenizer that a vocabulary and its configuration stand for. */
    static JsonObject tokenizer(Path file, TokenizerSettings settings) throws IOException {
        JsonObject vocabulary = vocabulary(file);
        SpecialToken unk = settings.named().get("unk");
        if (unk == null || !vocabulary.has(unk.content())) {
            throw new IllegalArgumentException(
                    file.getFileName()
                            + " must have the unknown token "
                            + (unk == null ? "[UNK]" : unk.content()));
        }
        JsonObject model =
                JsonParts.part(
                        "WordPiece",
                        "unk_token",
                        unk.content(),
                        "continuing_subword_prefix",
                        "##",
                        "max_input_chars_per_word",
                        100,
                        "vocab",
                        vocabulary);
        boolean basic = settings.flag("do_basic_tokenize", true);
        JsonObject root =
                JsonParts.tokenizer(
                        basic ? normalizer(settings) : null,
                        JsonParts.part(basic ? "BertPreTokenizer" : "WhitespaceSplit"),
                        JsonParts.part("WordPiece", "prefix", "##", "cleanup", true),
                        model);
        neverSplit(root, settings, vocabulary);
        return root;
    }

    private static JsonObject vocabulary(Path file) throws IOException {
        JsonObject vocabulary = new JsonObject();
        ByteArrayInputStream bytes = new ByteArrayInputStream(TokenizerFiles.read(file));
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()))) {
            int id = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                vocabulary.addProperty(line, id++);
            }
        } catch (CharacterCodingException e) {
            throw new IOException("vocabulary " + file + " is not UTF-8; is it damaged?", e);
        }
        return vocabulary;
    }

    private static JsonObject normalizer(TokenizerSettings settings) {
        return JsonParts.part(
                "BertNormalizer",
                "clean_text",
                true,
                "handle_chinese_chars",
                settings.flag("tokenize_chinese_chars", true),
                "strip_accents",
                settings.value("strip_accents"),
                "lowercase",
                settings.flag("do_lower_case", true));
    }

    /** Words that are to stay whole are found before the text is cut at punctuation. */
    private static void neverSplit(
            JsonObject root, TokenizerSettings settings, JsonObject vocabulary) {
        if (!(settings.value("never_split") instanceof JsonArray words)) {
            return;
        }
        for (JsonElement word : words) {
            String content = word.getAsString();
            JsonElement id = vocabulary.get(content);
            Require.that(
                    id != null, "a word of never_split must be in the vocabulary, got %s", content);
            boolean special =
                    settings.named().values().stream().anyMatch(t -> t.content().equals(content));
            if (!special) {
                SpecialToken token = new SpecialToken(content, true, false, false, false, false);
                root.getAsJsonArray("added_tokens").add(token.toJson(id.getAsInt()));
            }
        }
    }
}
