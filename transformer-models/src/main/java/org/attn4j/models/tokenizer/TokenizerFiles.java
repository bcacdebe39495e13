package org.attn4j.models.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelFiles;

/** Finds the files of a model's tokenizer and opens them. */
final class TokenizerFiles {

    private static final Pattern LANGUAGE =
            Pattern.compile("[a-z]{2,3}_[A-Z]{2}|[a-z]{3}_[A-Z][a-z]{3}|>>.+<<");

    /** What the files of a tokenizer are called. */
    static final List<String> NAMES =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.txt",
                    "vocab.json",
                    "merges.txt",
                    "spiece.model",
                    "spm.model",
                    "sentencepiece.bpe.model",
                    "tokenizer.model",
                    "source.spm",
                    "target.spm",
                    "target_vocab.json");

    private TokenizerFiles() {}

    static ModelTokenizer load(ModelFiles files) throws IOException {
        Path folder = files.folder();
        if (!Files.isDirectory(folder)) {
            throw new IOException("the model folder " + folder + " does not exist; check the path");
        }
        Optional<ModelTokenizer> trained = TrainedTokenizers.load(files);
        if (trained.isPresent()) {
            return trained.get();
        }
        TokenizerSettings settings = TokenizerSettings.read(files);
        try {
            return load(files, settings).writing(TrainedTokenizers.writtenBy(files));
        } catch (IllegalStateException | UnsupportedOperationException | ClassCastException e) {
            throw new IOException(
                    "the tokenizer in " + folder + " has a setting of an unexpected kind", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the tokenizer in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static ModelTokenizer load(ModelFiles files, TokenizerSettings settings)
            throws IOException {
        if (files.has("tokenizer.json")) {
            Path json = files.file("tokenizer.json");
            JsonObject root = parse(json);
            TokenizerJsonSettings.apply(root, settings);
            return open(root, "tokenizer file " + json, settings);
        }
        String named = settings.text("tokenizer_class", null);
        Require.that(
                named == null || TokenizerFamily.knows(named),
                "its tokenizer_class %s can be read from a tokenizer.json alone; write"
                        + " one with save_pretrained of its fast tokenizer",
                named);
        if (files.has("source.spm") && files.has("target.spm") && files.has("vocab.json")) {
            return marian(files, settings);
        }
        Path pieces = SentencePieceFiles.find(files);
        boolean older = files.has("vocab.txt") || files.has("merges.txt");
        if (pieces != null && !older) {
            Segmenter segmenter = SentencePieceFiles.open(pieces, settings);
            return tokenizer(
                    segmenter,
                    null,
                    settings,
                    false,
                    SentencePieceFiles.languages(settings.family()));
        }
        JsonObject root = converted(files, settings);
        TokenizerJsonSettings.addTokens(root, settings);
        root.add("post_processor", Templates.of(settings, root));
        return open(root, "the tokenizer in " + files.folder(), settings);
    }

    /** What the older files of a folder say, as the content of a tokenizer.json. */
    private static JsonObject converted(ModelFiles files, TokenizerSettings settings)
            throws IOException {
        if (files.has("vocab.txt")) {
            return WordPieceFiles.tokenizer(files.file("vocab.txt"), settings);
        } else if (files.has("vocab.json") && files.has("merges.txt")) {
            return ByteLevelFiles.tokenizer(files, settings);
        }
        throw new IOException(
                "folder "
                        + files.folder()
                        + " has no tokenizer: tokenizer.json is needed, or vocab.txt, vocab.json"
                        + " with merges.txt, spiece.model, sentencepiece.bpe.model,"
                        + " tokenizer.model, or source.spm with target.spm and vocab.json");
    }

    private static ModelTokenizer marian(ModelFiles files, TokenizerSettings settings)
            throws IOException {
        Path vocabulary = files.file("vocab.json");
        boolean separate = settings.flag("separate_vocabs", false);
        Path written = separate ? files.file("target_vocab.json") : vocabulary;
        Segmenter source =
                SentencePieceFiles.marian(files.file("source.spm"), vocabulary, settings);
        Segmenter target;
        try {
            target = SentencePieceFiles.marian(files.file("target.spm"), written, settings);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        List<String> languages =
                separate
                        ? List.of()
                        : IntStream.range(0, source.size())
                                .mapToObj(source::tokenOf)
                                .filter(token -> token != null && LANGUAGE.matcher(token).matches())
                                .filter(token -> token.startsWith(">>"))
                                .toList();
        return tokenizer(source, target, settings, false, languages);
    }

    /** The family of a folder whose configuration tells none, by its files. */
    static TokenizerFamily familyOf(ModelFiles files) {
        if (files.has("tokenizer.json")) {
            return TokenizerFamily.GENERIC;
        } else if (files.has("vocab.txt")) {
            return TokenizerFamily.BERT;
        } else if (files.has("source.spm")) {
            return TokenizerFamily.MARIAN;
        } else if (files.has("merges.txt")) {
            return TokenizerFamily.GPT2;
        } else if (files.has("sentencepiece.bpe.model")) {
            return TokenizerFamily.XLM_ROBERTA;
        } else if (files.has("tokenizer.model")) {
            return TokenizerFamily.LLAMA;
        }
        return TokenizerFamily.GENERIC;
    }

    private static JsonObject parse(Path file) throws IOException {
        JsonObject root = object(file);
        if (root.get("model") instanceof JsonObject) {
            return root;
        }
        throw new IOException("tokenizer file " + file + " must hold an object with a model");
    }

    /** Reads a JSON object of any size up to 256 MB. */
    static JsonObject object(Path file) throws IOException {
        try {
            JsonElement root =
                    JsonParser.parseString(new String(read(file), StandardCharsets.UTF_8));
            if (root.isJsonObject()) {
                return root.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            throw new IOException("tokenizer file " + file + " is not JSON: " + e.getMessage(), e);
        }
        throw new IOException("tokenizer file " + file + " must hold a JSON object");
    }

    static byte[] read(Path file) throws IOException {
        return ModelFiles.read(file, ModelFiles.MAX_BYTES);
    }

    private static ModelTokenizer open(JsonObject root, String what, TokenizerSettings settings)
            throws IOException {
        boolean bpe = TokenizerJsonSettings.isBpe(root);
        List<String> languages = languages(root);
        return tokenizer(LibrarySegmenter.open(root, what), null, settings, bpe, languages);
    }

    private static ModelTokenizer tokenizer(
            Segmenter source,
            Segmenter target,
            TokenizerSettings settings,
            boolean bpe,
            List<String> languages) {
        Map<String, String> special = new LinkedHashMap<>();
        settings.named().forEach((role, token) -> special.put(role, token.content()));
        if (settings.tellsNothing()) {
            special.putAll(SpecialTokenNames.usual(source));
        }
        return new ModelTokenizer(
                source,
                target,
                profile(settings, special, bpe, languages),
                marks(settings, special, languages));
    }

    private static TokenizerProfile profile(
            TokenizerSettings settings,
            Map<String, String> special,
            boolean bpe,
            List<String> languages) {
        String padding = settings.text("padding_side", null);
        // Cleaning up is made for word pieces; of byte-level text it would take real spaces.
        boolean cleanUp = settings.flag("clean_up_tokenization_spaces", false) && !bpe;
        return new TokenizerProfile(
                Map.copyOf(special),
                settings.maxLength(),
                padding == null
                        ? settings.family().paddingSide()
                        : Side.of(padding, "padding_side"),
                Side.of(settings.text("truncation_side", "right"), "truncation_side"),
                settings.integer("pad_token_type_id", 0),
                cleanUp,
                settings.inputNames(),
                languages);
    }

    private static Languages marks(
            TokenizerSettings settings, Map<String, String> special, List<String> languages) {
        TokenizerFamily family = settings.family();
        boolean marked = family == TokenizerFamily.MBART || family == TokenizerFamily.MBART50;
        if (!marked || languages.isEmpty()) {
            return null;
        }
        return new Languages(
                        languages.contains("en_XX") ? "en_XX" : languages.get(0),
                        null,
                        family == TokenizerFamily.MBART50,
                        special.get("eos"))
                .with(settings.text("src_lang", null), settings.text("tgt_lang", null), languages);
    }

    private static List<String> languages(JsonObject root) {
        return root.get("added_tokens") instanceof JsonArray tokens
                ? tokens.asList().stream()
                        .map(token -> SpecialToken.of(token, false))
                        .filter(token -> token != null)
                        .map(SpecialToken::content)
                        .filter(token -> LANGUAGE.matcher(token).matches())
                        .toList()
                : List.of();
    }
}
