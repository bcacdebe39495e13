package org.attn4j.models.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.config.Records;

/**
 * The tokenizer of a model: texts to the ids that the model reads, and ids to text.
 *
 * <p>It is read from a model's folder: {@code tokenizer.json}, or else the older {@code vocab.txt},
 * {@code vocab.json} with {@code merges.txt}, or SentencePiece files; models that are trained here
 * may have {@code source_tokenizer.json} and {@code target_tokenizer.json}, or the latter beside
 * the files of a published encoder. All of them are run by Hugging Face's tokenizers library; no
 * engine is needed.
 *
 * <p>What a published model calls special, such as {@code [MASK]}, is found in texts as
 * transformers finds it. For a model that is trained here a text is always text: {@code </s>}
 * inside it is segmented like any other word.
 *
 * <p>A tokenizer may be used by several threads at once.
 */
public final class ModelTokenizer implements AutoCloseable {

    private final Segmenter source;
    private final Segmenter target;
    private final TokenizerProfile profile;
    private final Languages languages;

    ModelTokenizer(
            Segmenter source, Segmenter target, TokenizerProfile profile, Languages languages) {
        this.source = source;
        this.target = target;
        this.profile = profile;
        this.languages = languages;
    }

    /**
     * Loads the tokenizer of a model.
     *
     * @param folder the model's folder
     * @return the tokenizer; close it after use
     * @throws IOException if the folder has no tokenizer, a file cannot be read or is damaged, or
     *     the native library for this platform is missing
     */
    public static ModelTokenizer load(Path folder) throws IOException {
        return load(ModelFiles.of(folder));
    }

    /**
     * Loads the tokenizer of a model that may be a module of a larger one.
     *
     * @param files the files of its folder
     * @return the tokenizer; close it
     * @throws IOException for the reasons of {@link #load(Path)}
     */
    public static ModelTokenizer load(ModelFiles files) throws IOException {
        return TokenizerFiles.load(files);
    }

    /** This tokenizer with another vocabulary for what the model writes; itself for null. */
    ModelTokenizer writing(Segmenter vocabulary) {
        return vocabulary == null
                ? this
                : new ModelTokenizer(
                        source, vocabulary, Records.with(profile, "cleanUp", false), null);
    }

    /**
     * Finds the files of a tokenizer, such as another model can be saved with.
     *
     * @param folder a model's folder
     * @return those that are there, of all layouts that {@link #load(Path)} reads
     */
    public static List<Path> files(Path folder) {
        return TokenizerFiles.NAMES.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    /**
     * Opens files that were made by {@link TokenizerTrainer}. The special tokens are those that
     * {@code tokenizer_config.json} or {@code special_tokens_map.json} beside the first file name;
     * without such a file, those with a usual name.
     *
     * @param source the {@code tokenizer.json} of what is read
     * @param target that of what is written; null for the same
     * @param sourceEnds whether what is read ends with the end token, as what is written does
     * @return the tokenizer; close it after use
     * @throws IOException if a file cannot be read or is not a tokenizer, or the native library for
     *     this platform is missing
     */
    public static ModelTokenizer trained(Path source, Path target, boolean sourceEnds)
            throws IOException {
        return TrainedTokenizers.open(source, sourceEnds, target);
    }

    /**
     * Returns the ids of a text without special tokens.
     *
     * @param text the text, of any length
     * @return the token ids; empty for an empty text
     */
    public int[] ids(String text) {
        return ids(source, text);
    }

    /**
     * Returns the ids of what a model shall write, without special tokens.
     *
     * @param text the text, of any length
     * @return the token ids; empty for an empty text
     */
    public int[] targetIds(String text) {
        return ids(target == null ? source : target, text);
    }

    private static int[] ids(Segmenter segmenter, String text) {
        long[] ids = segmenter.segment(TextPair.of(text), false).ids();
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * Encodes a text with its special tokens.
     *
     * @param text the text
     * @return the tokens
     */
    public TokenizedText encode(String text) {
        return encode(TextPair.of(text), EncodeOptions.DEFAULT);
    }

    /**
     * Encodes two texts as one sequence.
     *
     * @param text the first text
     * @param pair the second text
     * @return the tokens
     */
    public TokenizedText encode(String text, String pair) {
        return encode(new TextPair(text, pair), EncodeOptions.DEFAULT);
    }

    /**
     * Encodes a text.
     *
     * @param text the text
     * @param options whether special tokens are added, and what is cut off
     * @return the tokens
     */
    public TokenizedText encode(String text, EncodeOptions options) {
        return encode(TextPair.of(text), options);
    }

    /**
     * Encodes a text or a pair.
     *
     * @param text the text or the pair
     * @param options whether special tokens are added, and what is cut off
     * @return the tokens
     * @throws IllegalArgumentException if the limit leaves no room for what may not be cut
     * @throws IllegalStateException if a text is too long for the tokenizer, and has no position
     *     where it can be cut without other tokens
     */
    public TokenizedText encode(TextPair text, EncodeOptions options) {
        TokenizedText full = full(text, options, languages == null ? null : languages.source());
        return new Windowing(full, options, profile.truncationSide()).truncated();
    }

    /**
     * Encodes a text that is divided into words, such as those of a tagged sentence: the words with
     * a space between them, as running text has it. The word of a token is then the word that its
     * first character is of, white space apart, and -1 for a token of none.
     *
     * @param words the words
     * @param options whether special tokens are added, and what is cut off
     * @return the tokens; their offsets are those in the words joined by spaces
     */
    public TokenizedText encodeWords(List<String> words, EncodeOptions options) {
        String text = String.join(" ", words);
        int[] wordAt = new int[text.length()];
        Arrays.fill(wordAt, -1);
        int start = 0;
        for (int word = 0; word < words.size(); word++) {
            int end = start + words.get(word).length();
            Arrays.fill(wordAt, start, end, word);
            start = end + 1;
        }
        TokenizedText tokens = encode(text, options);
        for (int i = 0; i < tokens.length(); i++) {
            int at = tokens.offsets()[i][0];
            int end = tokens.offsets()[i][1];
            while (at < end && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            tokens.wordIds()[i] = at < end && !tokens.special()[i] ? wordAt[at] : -1;
        }
        return tokens;
    }

    private TokenizedText full(TextPair text, EncodeOptions options, String language) {
        if (language != null && options.addSpecialTokens()) {
            return languages.wrap(source.segment(text, false), language, source);
        }
        return source.segment(text, options.addSpecialTokens());
    }

    /**
     * Encodes a text that is longer than the model reads at once: windows of {@code maxLength}
     * tokens over the text that may be cut, {@code stride} tokens in common. Each has the special
     * tokens and, of a pair, the other text.
     *
     * @param text the text or the pair
     * @param options the limit; a pair needs {@link Truncation#ONLY_FIRST} or {@link
     *     Truncation#ONLY_SECOND}
     * @return the windows in order; one if all fits
     * @throws IllegalArgumentException if the limit leaves no room for what may not be cut, or for
     *     more than the stride
     */
    public List<TokenizedText> windows(TextPair text, EncodeOptions options) {
        TokenizedText full = full(text, options, languages == null ? null : languages.source());
        return new Windowing(full, options, profile.truncationSide()).windows();
    }

    /**
     * Encodes what a model shall write: with the target language's vocabulary and tokens, where a
     * model has them.
     *
     * @param text the text
     * @param options whether special tokens are added, and what is cut off
     * @return the tokens
     */
    public TokenizedText encodeTarget(String text, EncodeOptions options) {
        TextPair alone = TextPair.of(text);
        TokenizedText full;
        if (target != null) {
            full = target.segment(alone, options.addSpecialTokens());
        } else {
            full = full(alone, options, languages == null ? null : languages.target());
        }
        return new Windowing(full, options, profile.truncationSide()).truncated();
    }

    /**
     * Encodes texts to rows of one length.
     *
     * @param texts the texts and pairs
     * @param options special tokens, limit and padding
     * @return the rows
     * @throws IllegalArgumentException if there are no texts, or rows differ in length and the
     *     tokenizer has no padding token
     */
    public TokenizedBatch encodeBatch(List<TextPair> texts, EncodeOptions options) {
        List<TokenizedText> rows = new ArrayList<>(texts.size());
        for (TextPair text : texts) {
            rows.add(encode(text, options));
        }
        return pad(rows, options);
    }

    /**
     * Pads sequences to one length.
     *
     * @param rows the sequences, such as windows
     * @param options the padding
     * @return the rows
     * @throws IllegalArgumentException if there are no rows, or they differ in length and the
     *     tokenizer has no padding token
     */
    public TokenizedBatch pad(List<TokenizedText> rows, EncodeOptions options) {
        int length = options.padTo();
        for (TokenizedText row : rows) {
            length = Math.max(length, row.length());
        }
        int multiple = options.padToMultipleOf();
        int padded = Math.multiplyExact((length + multiple - 1) / multiple, multiple);
        if (rows.stream().allMatch(row -> row.length() == padded)) {
            return new TokenizedBatch(rows, profile.inputNames());
        }
        Side side = options.paddingSide() == null ? profile.paddingSide() : options.paddingSide();
        String pad = profile.special().get("pad");
        long padId =
                padId().orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the tokenizer has no padding token, so that texts"
                                                        + " of different lengths cannot stand in one"
                                                        + " batch; name a pad_token in"
                                                        + " tokenizer_config.json"));
        List<TokenizedText> same = new ArrayList<>(rows.size());
        for (TokenizedText row : rows) {
            same.add(row.padded(padded, side, padId, pad, profile.padTypeId()));
        }
        return new TokenizedBatch(same, profile.inputNames());
    }

    /**
     * Restores a text from ids. Special tokens, and ids that have no token, are left out.
     *
     * @param ids the token ids
     * @return the text
     */
    public String decode(int[] ids) {
        return decode(Arrays.stream(ids).asLongStream().toArray(), true);
    }

    /**
     * Restores a text from ids, with spaces before punctuation as the model's configuration wants
     * them.
     *
     * @param ids the token ids; those without a token are left out
     * @param skipSpecialTokens whether special tokens are left out
     * @return the text
     */
    public String decode(long[] ids, boolean skipSpecialTokens) {
        return decode(ids, skipSpecialTokens, profile.cleanUp());
    }

    /**
     * Restores a text from ids.
     *
     * @param ids the token ids; those without a token are left out
     * @param skipSpecialTokens whether special tokens are left out
     * @param cleanUp whether spaces before punctuation and English contractions are taken out
     * @return the text
     */
    public String decode(long[] ids, boolean skipSpecialTokens, boolean cleanUp) {
        Segmenter vocabulary = target == null ? source : target;
        String text = vocabulary.join(ids, skipSpecialTokens);
        return cleanUp ? cleanUp(text) : text;
    }

    /**
     * Tells which words of a decoded text the tokens are of. A token stands where the text of the
     * tokens before it ends, as far as that is the beginning of the whole.
     *
     * @param ids the token ids
     * @param written the words of the text that {@link #decode(int[])} restores from them
     * @return the number of each token's word; -1 for special tokens, and for ids without a token
     */
    public int[] words(int[] ids, TextWords written) {
        String text = decode(ids);
        int[] words = new int[ids.length];
        int begin = 0;
        for (int i = 0; i < ids.length; i++) {
            String before = decode(Arrays.copyOf(ids, i));
            begin = Math.max(begin, common(before, text));
            words[i] = isText(ids[i]) ? written.wordFrom(begin) : -1;
        }
        return words;
    }

    /** The number of characters with which both begin. */
    private static int common(String text, String other) {
        int differs = Arrays.mismatch(text.toCharArray(), other.toCharArray());
        return differs < 0 ? text.length() : differs;
    }

    private boolean isText(int id) {
        long[] alone = {id};
        return tokenOrNull(id) != null
                && (decode(alone, false).isEmpty() || !decode(alone, true).isEmpty());
    }

    private static String cleanUp(String text) {
        return text.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }

    /**
     * Joins tokens to a text, also such as the vocabulary does not have: what transformers calls
     * {@code convert_tokens_to_string}.
     *
     * @param tokens the tokens as they are written in the vocabulary
     * @return the text
     */
    public String join(List<String> tokens) {
        return (target == null ? source : target).join(tokens);
    }

    /**
     * Returns what begins the tokens that continue a word.
     *
     * @return the prefix, such as {@code ##}; empty if the vocabulary marks them by none
     */
    public String continuingPrefix() {
        return source.continuingPrefix();
    }

    /**
     * Returns the number of ids: one more than the largest id that has a token.
     *
     * @return the number of ids
     */
    public int vocabularySize() {
        return source.size();
    }

    /**
     * Returns the number of ids of what a model writes.
     *
     * @return the number of ids
     */
    public int targetVocabularySize() {
        return (target == null ? source : target).size();
    }

    /**
     * Finds the id of a token.
     *
     * @param token the token as it is written in the vocabulary
     * @return the id, if the vocabulary has the token
     */
    public OptionalInt idOf(String token) {
        int id = token == null ? -1 : source.idOf(token);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Finds the id of a token that the model writes.
     *
     * @param token the token as it is written in the vocabulary
     * @return the id, if the vocabulary has the token
     */
    public OptionalInt targetIdOf(String token) {
        int id = token == null ? -1 : (target == null ? source : target).idOf(token);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Returns the token of an id that the model reads as it is written in the vocabulary.
     *
     * @param id the id
     * @return the token, if the vocabulary has one
     */
    public Optional<String> sourceToken(long id) {
        return Optional.ofNullable(source.tokenOf(id));
    }

    /**
     * Returns the token of an id as it is written in the vocabulary.
     *
     * @param id the id
     * @return the token; {@code #57} for an id of 57 that a model can give and the vocabulary
     *     lacks, as where embeddings are padded to a round size
     */
    public String token(long id) {
        String token = tokenOrNull(id);
        return token == null ? "#" + id : token;
    }

    private String tokenOrNull(long id) {
        return (target == null ? source : target).tokenOf(id);
    }

    private OptionalInt special(String role) {
        return idOf(profile.special().get(role));
    }

    /**
     * Returns the id that fills short rows.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt padId() {
        return special("pad");
    }

    /**
     * Returns the id that starts a sequence.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt bosId() {
        return special("bos");
    }

    /**
     * Returns the id that ends a sequence.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt eosId() {
        return special("eos");
    }

    /**
     * Returns the id that stands first and is classified.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt clsId() {
        return special("cls");
    }

    /**
     * Returns the id between two texts.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt sepId() {
        return special("sep");
    }

    /**
     * Returns the id of a hidden token.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt maskId() {
        return special("mask");
    }

    /**
     * Returns the id of what the vocabulary cannot write.
     *
     * @return the id, if the model has such a token
     */
    public OptionalInt unkId() {
        return special("unk");
    }

    /**
     * Returns the special tokens as they are written, by {@code bos}, {@code eos}, {@code unk},
     * {@code sep}, {@code pad}, {@code cls} and {@code mask}, as far as the model has them.
     *
     * @return the special tokens
     */
    public Map<String, String> specialTokens() {
        return profile.special();
    }

    /**
     * Returns the most tokens that the model's configuration allows.
     *
     * @return the number of tokens, special ones included, if there is a limit
     */
    public OptionalInt maxLength() {
        return profile.maxLength() == 0 ? OptionalInt.empty() : OptionalInt.of(profile.maxLength());
    }

    /**
     * Returns the most tokens that the model's configuration allows and the model has positions
     * for.
     *
     * @param positions how many tokens there are positions for, if there is a limit
     * @return the lesser of the limits, if there is one
     */
    public OptionalInt maxLength(OptionalInt positions) {
        OptionalInt allowed = maxLength();
        return allowed.isPresent() && positions.isPresent()
                ? OptionalInt.of(Math.min(allowed.getAsInt(), positions.getAsInt()))
                : allowed.isPresent() ? allowed : positions;
    }

    /**
     * Returns where batches are padded.
     *
     * @return the side
     */
    public Side paddingSide() {
        return profile.paddingSide();
    }

    /**
     * Returns what the model is called with: {@code input_ids}, {@code attention_mask} and, for
     * models with segments, {@code token_type_ids}.
     *
     * @return the names
     */
    public List<String> inputNames() {
        return profile.inputNames();
    }

    /**
     * Lists the languages that a model translates between, as its tokens name them: {@code en_XX}
     * for mBART, {@code >>fra<<} for Marian.
     *
     * @return the languages; empty if the model has no tokens for them
     */
    public List<String> languages() {
        return profile.languages();
    }

    /**
     * Returns this tokenizer for other languages. Both share what they hold: closing one closes the
     * other.
     *
     * @param sourceLanguage the language that is read, such as {@code en_XX}; null for that of the
     *     configuration
     * @param targetLanguage the language that is written, or null
     * @return the tokenizer
     * @throws IllegalArgumentException if the model has no such language
     */
    public ModelTokenizer withLanguages(String sourceLanguage, String targetLanguage) {
        Require.that(
                languages != null,
                "the tokenizer must be of a model such as mBART, whose texts are marked"
                        + " with their languages, got a model without");
        Languages others = languages.with(sourceLanguage, targetLanguage, profile.languages());
        return new ModelTokenizer(source, target, profile, others);
    }

    /** Frees what the tokenizer holds outside the Java heap. Closing twice does nothing. */
    @Override
    public void close() {
        source.close();
        if (target != null) {
            target.close();
        }
    }
}
