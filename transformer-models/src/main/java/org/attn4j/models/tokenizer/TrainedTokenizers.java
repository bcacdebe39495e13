package org.attn4j.models.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.config.Settings;

/**
 * Opens the tokenizers of models that are trained here: {@code tokenizer.json}, or {@code
 * source_tokenizer.json} and {@code target_tokenizer.json}, or the plain {@code
 * source_vocabulary.txt} and {@code target_vocabulary.txt} of converted checkpoints. They never
 * find a special token in a text.
 */
final class TrainedTokenizers {

    private static final String SOURCE_VOCABULARY = "source_vocabulary.txt";
    private static final String TARGET_VOCABULARY = "target_vocabulary.txt";

    private TrainedTokenizers() {}

    /** Opens the tokenizer of a folder, if it is one of a model that is trained here. */
    static Optional<ModelTokenizer> load(ModelFiles files) throws IOException {
        boolean plain = files.has(SOURCE_VOCABULARY) && files.has(TARGET_VOCABULARY);
        boolean two =
                files.has(ModelDirectory.SOURCE_TOKENIZER)
                        || files.has(ModelDirectory.TARGET_TOKENIZER) && !isPublished(files);
        Optional<Path> config = files.find(ModelDirectory.CONFIG);
        Settings model =
                new Settings(
                        config.isPresent() ? JsonFiles.read(config.get()) : new JsonObject(),
                        ModelDirectory.CONFIG);
        boolean ours =
                model.has("model_type")
                        ? model.get("model_type").getAsString().startsWith("attn4j-")
                        : model.has("source_vocab_size");
        if (!plain && !two && !(ours && files.has(ModelDirectory.TOKENIZER))) {
            return Optional.empty();
        }
        Boolean ends = model.value("source_has_eos", Boolean.class);
        boolean sourceEnds = ends == null || ends;
        if (plain) {
            return Optional.of(
                    tokenizer(
                            vocabulary(files.file(SOURCE_VOCABULARY), model).open(sourceEnds),
                            vocabulary(files.file(TARGET_VOCABULARY), model).open(true)));
        }
        if (!two) {
            return Optional.of(open(files.file(ModelDirectory.TOKENIZER), sourceEnds, null));
        }
        Path source = counterpart(files, ModelDirectory.SOURCE_TOKENIZER);
        Path target = counterpart(files, ModelDirectory.TARGET_TOKENIZER);
        return Optional.of(open(source, sourceEnds, target));
    }

    /** Whether what is read is read by a published model's tokenizer. */
    private static boolean isPublished(ModelFiles files) {
        return files.has(ModelDirectory.TOKENIZER) || files.has("vocab.txt");
    }

    /** Opens the vocabulary of what a published model was taught here to write, if it has one. */
    static Segmenter writtenBy(ModelFiles files) throws IOException {
        return files.has(ModelDirectory.TARGET_TOKENIZER)
                ? segmenter(files.file(ModelDirectory.TARGET_TOKENIZER), true)
                : null;
    }

    private static Path counterpart(ModelFiles files, String name) throws IOException {
        if (!files.has(name)) {
            throw new NoSuchFileException(
                    files.folder().toString(),
                    null,
                    "the folder has no %s, the counterpart of the tokenizer that is there"
                            .formatted(name));
        }
        return files.file(name);
    }

    /**
     * Opens files.
     *
     * @param ends whether sources end with the end token, as targets do
     * @param target null for that of the sources
     */
    static ModelTokenizer open(Path source, boolean ends, Path target) throws IOException {
        LibrarySegmenter first = segmenter(source, ends);
        try {
            return tokenizer(first, target == null ? null : segmenter(target, true));
        } catch (IOException | RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private static LibrarySegmenter segmenter(Path file, boolean ends) throws IOException {
        String text = new String(TokenizerFiles.read(file), StandardCharsets.UTF_8);
        return segmenter(text, "tokenizer file " + file, SpecialTokenNames.beside(file), ends);
    }

    /**
     * Opens the text of a file.
     *
     * @param named the special tokens; those that are not named are found by their usual names
     */
    static LibrarySegmenter segmenter(String text, String what, SpecialTokens named, boolean ends)
            throws IOException {
        try {
            JsonElement root = JsonParser.parseString(text);
            TokenTable table = TokenTable.of(root, named, true);
            return LibrarySegmenter.openPlain(root.getAsJsonObject(), what, table, ends);
        } catch (JsonParseException e) {
            throw new IOException(what + " is not JSON: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(what + " is not a usable tokenizer.json: " + e.getMessage(), e);
        }
    }

    static ModelTokenizer tokenizer(LibrarySegmenter source, LibrarySegmenter target) {
        SpecialTokens names = source.specialTokens();
        Map<String, String> special = new LinkedHashMap<>();
        special.put("pad", names.pad());
        special.put("bos", names.bos());
        special.put("eos", names.eos());
        special.put("unk", names.unk());
        special.values().removeIf(Objects::isNull);
        TokenizerProfile profile =
                new TokenizerProfile(
                        special,
                        0,
                        Side.RIGHT,
                        Side.RIGHT,
                        0,
                        false,
                        List.of("input_ids", "attention_mask"),
                        List.of());
        return new ModelTokenizer(source, target, profile, null);
    }

    /** Of characters if all tokens but the special ones are single characters, else of words. */
    private static TokenizerJson vocabulary(Path file, Settings model) throws IOException {
        List<String> lines = JsonFiles.text(file).lines().toList();
        SpecialTokens special =
                new SpecialTokens(
                        line(file, lines, model, "pad_token_id", 0),
                        line(file, lines, model, "bos_token_id", 1),
                        line(file, lines, model, "eos_token_id", 2),
                        SpecialTokens.DEFAULT.unk());
        Vocabulary vocabulary = Vocabulary.read(file, special);
        boolean characters =
                vocabulary.tokens().stream()
                        .filter(token -> !special.names().contains(token))
                        .allMatch(token -> token.codePointCount(0, token.length()) == 1);
        return vocabulary.tokenizer(characters ? PreTokenizer.CHARACTERS : PreTokenizer.WHITESPACE);
    }

    private static String line(
            Path file, List<String> lines, Settings model, String key, int otherwise)
            throws IOException {
        Integer given = model.value(key, Integer.class);
        int id = given == null ? otherwise : given;
        if (id < 0 || id >= lines.size()) {
            throw new IOException(
                    "%s has %s tokens, but config.json names token %s"
                            .formatted(file, lines.size(), id));
        }
        return lines.get(id);
    }
}
