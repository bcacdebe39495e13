package org.attn4j.models.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A tokenizer.json run by Hugging Face's tokenizers library. */
final class LibrarySegmenter implements Segmenter {

    private final HuggingFaceTokenizer library;
    private final TokenTable table;
    private final JsonElement decoder; // null if tokens are joined by spaces
    private final String continuingPrefix;
    private final ReadWriteLock open = new ReentrantReadWriteLock();

    private LibrarySegmenter(HuggingFaceTokenizer library, TokenTable table, JsonObject root) {
        this.library = library;
        this.table = table;
        JsonElement given = root.get("decoder");
        decoder = given == null || given.isJsonNull() ? null : given.deepCopy();
        JsonElement prefix = root.getAsJsonObject("model").get("continuing_subword_prefix");
        continuingPrefix = prefix == null || prefix.isJsonNull() ? "" : prefix.getAsString();
    }

    /**
     * Opens a tokenizer.
     *
     * @param root the content of its tokenizer.json
     * @param what what to call it in messages
     * @throws IOException if the library does not take it, or is missing
     */
    static LibrarySegmenter open(JsonObject root, String what) throws IOException {
        try {
            root.remove("truncation");
            root.remove("padding");
            TokenTable table =
                    TokenTable.of(root, new SpecialTokens(null, null, null, null), false);
            NativeGuard.check(root);
            String json = root.toString();
            return new LibrarySegmenter(
                    HuggingFaceTextTokenizer.openNative(json, what), table, root);
        } catch (IllegalArgumentException e) {
            throw new IOException(what + " is not a usable tokenizer: " + e.getMessage(), e);
        }
    }

    @Override
    public TokenizedText segment(TextPair text, boolean special) {
        String first = clean(text.text());
        String second = text.pair() == null ? null : clean(text.pair());
        open.readLock().lock();
        try {
            Encoding encoding =
                    second == null
                            ? library.encode(first, special, false)
                            : library.encode(first, second, special, false);
            return tokenized(encoding, new CharOffsets(first), new CharOffsets(second));
        } catch (RuntimeException e) {
            String why = TokenTable.readable(e.getMessage());
            throw new IllegalStateException("the tokenizer failed on a text: " + why, e);
        } finally {
            open.readLock().unlock();
        }
    }

    private static TokenizedText tokenized(
            Encoding encoding, CharOffsets first, CharOffsets second) {
        int n = encoding.getIds().length;
        int[] sequences = ints(encoding.getSequenceIds());
        boolean[] special = new boolean[n];
        int[][] offsets = new int[n][];
        CharSpan[] spans = encoding.getCharTokenSpans();
        for (int i = 0; i < n; i++) {
            special[i] = encoding.getSpecialTokenMask()[i] != 0;
            boolean added = sequences[i] < 0 || spans[i] == null;
            CharOffsets within = sequences[i] == 1 ? second : first;
            offsets[i] =
                    added
                            ? new int[2]
                            : new int[] {
                                within.at(spans[i].getStart()), within.at(spans[i].getEnd())
                            };
        }
        return new TokenizedText(
                encoding.getIds(),
                encoding.getTokens(),
                encoding.getTypeIds(),
                encoding.getAttentionMask(),
                special,
                offsets,
                ints(encoding.getWordIds()),
                sequences);
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    /** Lone surrogates are no text, and the library could not take them. */
    static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                StringBuilder clean = new StringBuilder(text.length());
                text.codePoints()
                        .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
                        .forEach(clean::appendCodePoint);
                return clean.toString();
            }
        }
        return text;
    }

    @Override
    public String join(long[] ids, boolean skipSpecial) {
        long[] known = Arrays.stream(ids).filter(id -> tokenOf(id) != null).toArray();
        open.readLock().lock();
        try {
            return library.decode(known, skipSpecial);
        } finally {
            open.readLock().unlock();
        }
    }

    /** The library decodes ids alone, so the tokens get a vocabulary of their own. */
    @Override
    public String join(List<String> tokens) {
        if (decoder == null || tokens.isEmpty()) {
            return String.join(" ", tokens);
        }
        JsonObject vocabulary = new JsonObject();
        long[] ids = new long[tokens.size()];
        for (int i = 0; i < ids.length; i++) {
            String token = tokens.get(i);
            if (!vocabulary.has(token)) {
                vocabulary.addProperty(token, vocabulary.size());
            }
            ids[i] = vocabulary.get(token).getAsLong();
        }
        JsonObject model = new JsonObject();
        model.addProperty("type", "WordLevel");
        model.add("vocab", vocabulary);
        model.addProperty("unk_token", "");
        JsonObject root = new JsonObject();
        root.addProperty("version", "1.0");
        root.add("added_tokens", new JsonArray());
        root.add("decoder", decoder);
        root.add("model", model);
        String what = "a vocabulary of tokens to be joined";
        try (HuggingFaceTokenizer joiner =
                HuggingFaceTextTokenizer.openNative(root.toString(), what)) {
            return joiner.decode(ids, false);
        } catch (IOException e) {
            throw new IllegalStateException("tokens could not be joined: " + e.getMessage(), e);
        }
    }

    @Override
    public String continuingPrefix() {
        return continuingPrefix;
    }

    @Override
    public int size() {
        return table.size();
    }

    @Override
    public int idOf(String token) {
        return table.idOf(token);
    }

    @Override
    public String tokenOf(long id) {
        return table.tokenOrNull(id);
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            library.close();
        } finally {
            open.writeLock().unlock();
        }
    }

    /** The library counts code points, Java counts chars. */
    private static final class CharOffsets {

        private final int[] chars;

        CharOffsets(String text) {
            int points = text == null ? 0 : text.codePointCount(0, text.length());
            boolean same = text == null || points == text.length();
            chars = same ? null : new int[points + 1];
            for (int point = 0, at = 0; !same && point <= points; point++) {
                chars[point] = at;
                at += point < points ? Character.charCount(text.codePointAt(at)) : 0;
            }
        }

        int at(int point) {
            return chars == null ? point : chars[point];
        }
    }
}
