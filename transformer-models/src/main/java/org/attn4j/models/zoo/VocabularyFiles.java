package org.attn4j.models.zoo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.tokenizer.PreTokenizer;
import org.attn4j.models.tokenizer.SpecialTokens;
import org.attn4j.models.tokenizer.TextTokenizer;
import org.attn4j.models.tokenizer.Vocabulary;

/**
 * The tokenizers of converted checkpoints that carry plain vocabulary files, {@code
 * source_vocabulary.txt} and {@code target_vocabulary.txt}: of characters if all tokens but the
 * special ones are single characters, else of words between white space.
 */
final class VocabularyFiles {

    private static final String SOURCE = "source_vocabulary.txt";
    private static final String TARGET = "target_vocabulary.txt";

    private VocabularyFiles() {}

    static boolean areIn(Path directory) {
        ModelFiles files = ModelFiles.of(directory);
        return files.has(SOURCE) && files.has(TARGET);
    }

    static TextTokenizer source(Path directory, TransformerConfig config) throws IOException {
        return tokenizer(ModelFiles.of(directory).file(SOURCE), config);
    }

    static TextTokenizer target(Path directory, TransformerConfig config) throws IOException {
        return tokenizer(ModelFiles.of(directory).file(TARGET), config);
    }

    private static TextTokenizer tokenizer(Path file, TransformerConfig config) throws IOException {
        List<String> lines = JsonFiles.text(file).lines().toList();
        SpecialTokens special =
                new SpecialTokens(
                        line(file, lines, config.padId()),
                        line(file, lines, config.bosId()),
                        line(file, lines, config.eosId()),
                        SpecialTokens.DEFAULT.unk());
        Vocabulary vocabulary = Vocabulary.read(file, special);
        boolean characters =
                vocabulary.tokens().stream()
                        .filter(token -> !special.names().contains(token))
                        .allMatch(token -> token.codePointCount(0, token.length()) == 1);
        return vocabulary
                .tokenizer(characters ? PreTokenizer.CHARACTERS : PreTokenizer.WHITESPACE)
                .open();
    }

    private static String line(Path file, List<String> lines, int id) throws IOException {
        if (id >= lines.size()) {
            throw new IOException(
                    file + " has " + lines.size() + " tokens, but config.json names token " + id);
        }
        return lines.get(id);
    }
}
