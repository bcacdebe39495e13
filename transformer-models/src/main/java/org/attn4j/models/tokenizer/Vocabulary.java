package org.attn4j.models.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelFiles;

/**
 * A list of tokens whose position is their id.
 *
 * @param tokens the tokens, special tokens among them
 * @param specialTokens which of them are special
 */
public record Vocabulary(List<String> tokens, SpecialTokens specialTokens) {

    private static final int MAX_BYTES = 256 << 20;

    public Vocabulary {
        tokens = List.copyOf(tokens);
        Map<String, Integer> ids = new HashMap<>();
        for (String token : tokens) {
            Integer first = ids.putIfAbsent(token, ids.size());
            if (first != null) {
                throw new IllegalArgumentException(
                        ("each token must occur once in a vocabulary, got \"%s\""
                                        + " as line %s and line %s")
                                .formatted(token, first + 1, ids.size() + 1));
            }
        }
        for (String name : specialTokens.names()) {
            Require.that(
                    ids.containsKey(name),
                    "the vocabulary of %s tokens must hold its special tokens, got none named %s",
                    tokens.size(),
                    name);
        }
    }

    /**
     * Reads a plain vocabulary file: UTF-8, one token a line, the line's number from 0 its id. A
     * missing token for the unknown is added after the last, as toolkits do that leave it out of
     * the file.
     *
     * @param file the file
     * @param specialTokens the special tokens of the vocabulary
     * @return the vocabulary
     * @throws IOException if the file cannot be read or is not such a vocabulary
     */
    public static Vocabulary read(Path file, SpecialTokens specialTokens) throws IOException {
        List<String> tokens = new ArrayList<>(lines(file));
        String unk = specialTokens.unk();
        if (unk != null && !tokens.contains(unk)) {
            tokens.add(unk);
        }
        try {
            return new Vocabulary(tokens, specialTokens);
        } catch (IllegalArgumentException e) {
            throw new IOException("vocabulary file " + file + ": " + e.getMessage(), e);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        byte[] bytes = ModelFiles.read(file, ModelFiles.MAX_BYTES);
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("vocabulary file " + file + " is not UTF-8", e);
        }
        if (text.isEmpty()) {
            throw new IOException("vocabulary file " + file + " is empty");
        }
        if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - 1);
        }
        return Arrays.stream(text.split("\n", -1))
                .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
                .toList();
    }

    /**
     * Makes a tokenizer of this vocabulary. Each piece of the text is one token, or unknown.
     *
     * @param preTokenizer how a text is cut into pieces
     * @return the tokenizer
     */
    public TokenizerJson tokenizer(PreTokenizer preTokenizer) {
        return TokenizerJson.of(this, TextNormalizer.NONE, preTokenizer);
    }
}
