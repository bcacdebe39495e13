package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.ModelFiles;

/** The byte-pair encodings of GPT-2 and RoBERTa: {@code vocab.json} and {@code merges.txt}. */
final class ByteLevelFiles {

    private ByteLevelFiles() {}

    /** Returns the tokenizer that the files of a folder and their configuration stand for. */
    static JsonObject tokenizer(ModelFiles files, TokenizerSettings settings) throws IOException {
        JsonObject vocabulary = TokenizerFiles.object(files.file("vocab.json"));
        JsonObject model =
                JsonParts.part(
                        "BPE",
                        "dropout",
                        null,
                        "unk_token",
                        null,
                        "continuing_subword_prefix",
                        "",
                        "end_of_word_suffix",
                        "",
                        "fuse_unk",
                        false,
                        "byte_fallback",
                        false,
                        "vocab",
                        vocabulary,
                        "merges",
                        merges(files.file("merges.txt"), vocabulary));
        boolean composed = settings.family() == TokenizerFamily.GPT_NEOX;
        return JsonParts.tokenizer(
                composed ? JsonParts.part("NFC") : null,
                byteLevel(settings.flag("add_prefix_space", false), true),
                byteLevel(true, true),
                model);
    }

    static JsonObject byteLevel(boolean addPrefixSpace, boolean trimOffsets) {
        return JsonParts.part(
                "ByteLevel",
                "add_prefix_space",
                addPrefixSpace,
                "trim_offsets",
                trimOffsets,
                "use_regex",
                true);
    }

    private static JsonArray merges(Path file, JsonObject vocabulary) throws IOException {
        String text;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(TokenizerFiles.read(file));
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("merges " + file + " are not UTF-8; is the file damaged?", e);
        }
        JsonArray merges = new JsonArray();
        int number = 0;
        for (String line : text.split("\r?\n")) {
            number++;
            if (line.isEmpty() || line.startsWith("#version")) {
                continue;
            }
            String[] pair = line.split(" ", -1);
            if (pair.length != 2
                    || !vocabulary.has(pair[0])
                    || !vocabulary.has(pair[1])
                    || !vocabulary.has(pair[0] + pair[1])) {
                throw new IOException(
                        ("line %s of %s must be two tokens of vocab.json that"
                                        + " make a third, got %s")
                                .formatted(number, file, line));
            }
            merges.add(JsonParts.list(pair[0], pair[1]));
        }
        return merges;
    }
}
