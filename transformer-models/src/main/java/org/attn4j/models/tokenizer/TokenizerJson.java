package org.attn4j.models.tokenizer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.attn4j.common.Require;

/**
 * A tokenizer in Hugging Face's {@code tokenizer.json} format, ready to be written or used. The
 * special tokens stand among its added tokens.
 */
public final class TokenizerJson {

    static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

    private final JsonObject root;
    private final SpecialTokens specialTokens;

    private TokenizerJson(JsonObject root, SpecialTokens specialTokens) {
        this.root = root;
        this.specialTokens = specialTokens;
    }

    /**
     * Makes a tokenizer of a byte-pair encoding. Special tokens get the first ids.
     *
     * @param bpe the merges
     * @param config how the text is prepared, and the special tokens
     * @return the tokenizer
     */
    public static TokenizerJson of(BpeModel bpe, TokenizerTrainingConfig config) {
        List<String> tokens = config.specialTokens().names();
        tokens.addAll(bpe.tokens());
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.add("dropout", JsonNull.INSTANCE);
        model.addProperty("unk_token", config.specialTokens().unk());
        model.add("continuing_subword_prefix", JsonNull.INSTANCE);
        model.addProperty("end_of_word_suffix", bpe.endOfWord());
        model.addProperty("fuse_unk", true);
        model.addProperty("byte_fallback", false);
        model.addProperty("ignore_merges", false);
        model.add("vocab", ids(tokens));
        JsonArray merges = new JsonArray();
        for (BpeModel.Merge merge : bpe.merges()) {
            JsonArray pair = new JsonArray();
            pair.add(merge.left());
            pair.add(merge.right());
            merges.add(pair);
        }
        model.add("merges", merges);
        Vocabulary vocabulary = new Vocabulary(tokens, config.specialTokens());
        return of(vocabulary, model, config.normalizer(), config.preTokenizer());
    }

    static TokenizerJson of(Vocabulary vocabulary, TokenizerTrainingConfig config) {
        return of(vocabulary, config.normalizer(), config.preTokenizer());
    }

    /**
     * Makes a tokenizer of whole words or characters.
     *
     * @param vocabulary the words or characters and their ids
     * @param normalizer what happens to a text first
     * @param preTokenizer how a text is cut into words or characters
     * @return the tokenizer
     */
    public static TokenizerJson of(
            Vocabulary vocabulary, TextNormalizer normalizer, PreTokenizer preTokenizer) {
        String unk = vocabulary.specialTokens().unk();
        Require.that(unk != null, "a vocabulary of words needs an unknown token, got none");
        JsonObject model = new JsonObject();
        model.addProperty("type", "WordLevel");
        model.add("vocab", ids(vocabulary.tokens()));
        model.addProperty("unk_token", unk);
        return of(vocabulary, model, normalizer, preTokenizer);
    }

    private static TokenizerJson of(
            Vocabulary vocabulary,
            JsonObject model,
            TextNormalizer normalizer,
            PreTokenizer preTokenizer) {
        boolean subwords = model.get("type").getAsString().equals("BPE");
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("truncation", JsonNull.INSTANCE);
        root.add("padding", JsonNull.INSTANCE);
        root.add("added_tokens", addedTokens(vocabulary));
        root.add("normalizer", normalizer.toJson(preTokenizer.marksWords()));
        root.add("pre_tokenizer", preTokenizer.toJson());
        root.add("post_processor", JsonNull.INSTANCE);
        root.add("decoder", preTokenizer.decoder(subwords));
        root.add("model", model);
        return new TokenizerJson(root, vocabulary.specialTokens());
    }

    private static JsonObject ids(List<String> tokens) {
        JsonObject ids = new JsonObject();
        for (int id = 0; id < tokens.size(); id++) {
            ids.addProperty(tokens.get(id), id);
        }
        return ids;
    }

    private static JsonArray addedTokens(Vocabulary vocabulary) {
        JsonArray added = new JsonArray();
        vocabulary.specialTokens().names().stream()
                .map(vocabulary.tokens()::indexOf)
                .sorted()
                .forEach(
                        id -> {
                            JsonObject token = new JsonObject();
                            token.addProperty("id", id);
                            token.addProperty("content", vocabulary.tokens().get(id));
                            token.addProperty("single_word", false);
                            token.addProperty("lstrip", false);
                            token.addProperty("rstrip", false);
                            token.addProperty("normalized", false);
                            token.addProperty("special", true);
                            added.add(token);
                        });
        return added;
    }

    /**
     * Returns the special tokens.
     *
     * @return the special tokens
     */
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /**
     * Returns the number of tokens.
     *
     * @return the number of tokens
     */
    public int vocabularySize() {
        return root.getAsJsonObject("model").getAsJsonObject("vocab").size();
    }

    /**
     * Returns the JSON text.
     *
     * @return the contents of a tokenizer.json
     */
    @Override
    public String toString() {
        return GSON.toJson(root) + "\n";
    }

    /**
     * Writes the tokenizer. The file is written aside and then moved into position.
     *
     * @param file the file, by custom named {@code tokenizer.json}
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        write(file, toString());
    }

    /**
     * Returns this tokenizer with special tokens around every text: the start token before it and
     * the end token after it, of a pair after each of the two. With a mask among the special tokens
     * the second text is a segment of its own, as in BERT.
     *
     * @param start whether texts begin with the start token
     * @param end whether they end with the end token
     * @return the tokenizer
     */
    public TokenizerJson framed(boolean start, boolean end) {
        String before = start ? "bos:0 " : "";
        String single = before + "$A:0" + (end ? " eos:0" : "");
        String segment = specialTokens.mask() == null ? ":0" : ":1";
        String pair = single + " $B" + segment + (end ? " eos" + segment : "");
        TextTemplate template =
                TextTemplate.parse(
                        single,
                        pair,
                        role -> role.equals("bos") ? specialTokens.bos() : specialTokens.eos());
        JsonObject framed = root.deepCopy();
        framed.add("post_processor", Templates.json(template, Vocabularies.allIds(framed)));
        return new TokenizerJson(framed, specialTokens);
    }

    /**
     * Writes {@code tokenizer.json} and the {@code tokenizer_config.json} that tells other tools
     * the special tokens.
     *
     * @param directory an existing directory
     * @throws IOException if a file cannot be written
     */
    public void save(Path directory) throws IOException {
        JsonObject names = new JsonObject();
        names.addProperty("tokenizer_class", "PreTrainedTokenizerFast");
        names.addProperty("pad_token", specialTokens.pad());
        names.addProperty("bos_token", specialTokens.bos());
        names.addProperty("eos_token", specialTokens.eos());
        names.addProperty("unk_token", specialTokens.unk());
        if (specialTokens.mask() != null) {
            names.addProperty("cls_token", specialTokens.bos());
            names.addProperty("sep_token", specialTokens.eos());
            names.addProperty("mask_token", specialTokens.mask());
        }
        names.addProperty("clean_up_tokenization_spaces", false);
        write(directory.resolve("tokenizer.json"));
        write(directory.resolve("tokenizer_config.json"), GSON.toJson(names) + "\n");
    }

    private static void write(Path file, String text) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(aside, text);
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    /**
     * Opens this tokenizer for use.
     *
     * @return the tokenizer; close it after use
     * @throws IOException if the native library is not there
     */
    public ModelTokenizer open() throws IOException {
        return TrainedTokenizers.tokenizer(open(false), null);
    }

    /** Opens it with or without an end token after texts. */
    LibrarySegmenter open(boolean ends) throws IOException {
        TokenTable table = TokenTable.of(root, specialTokens, false);
        return LibrarySegmenter.openPlain(root.deepCopy(), "the trained tokenizer", table, ends);
    }
}
