package org.attn4j.models.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * A tokenizer.json run by Hugging Face's tokenizers library through DJL. It needs no engine.
 *
 * <p>A plain one takes texts for nothing but text: the name of a special token inside is segmented
 * like any other word, see {@link TokenTable}. It cuts a long text at white space, and a longer
 * word anywhere.
 */
final class LibrarySegmenter implements Segmenter {

    /** The most characters of a plain text that the library is given at once. */
    private static final int LONGEST_PIECE = 1 << 16;

    private final HuggingFaceTokenizer library;
    private final TokenTable table;
    private final NativeGuard guard;
    private final TextSlices slices; // null if plain
    private final int longest;
    private final JsonElement decoder; // null if tokens are joined by spaces
    private final String continuingPrefix;
    private final ReadWriteLock open = new ReentrantReadWriteLock();

    private LibrarySegmenter(
            HuggingFaceTokenizer library,
            TokenTable table,
            JsonObject root,
            NativeGuard guard,
            int longest,
            boolean plain) {
        this.library = library;
        this.table = table;
        this.guard = guard;
        this.longest = Math.min(longest, guard.longestText());
        slices = plain ? null : TextSlices.of(root, this.longest);
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
        return open(root, what, Integer.MAX_VALUE);
    }

    /**
     * Opens a tokenizer.
     *
     * @param longest the most characters that the library is given at once, if its own limit is not
     *     lower
     */
    static LibrarySegmenter open(JsonObject root, String what, int longest) throws IOException {
        try {
            root.remove("truncation");
            root.remove("padding");
            TokenTable table =
                    TokenTable.of(root, new SpecialTokens(null, null, null, null), false);
            NativeGuard guard = NativeGuard.check(root);
            String json = root.toString();
            return new LibrarySegmenter(openNative(json, what), table, root, guard, longest, false);
        } catch (IllegalArgumentException e) {
            throw new IOException(what + " is not a usable tokenizer: " + e.getMessage(), e);
        }
    }

    /**
     * Opens a plain tokenizer.
     *
     * @param table its tokens
     * @param ends whether the end token stands after texts where special tokens are asked for
     */
    static LibrarySegmenter openPlain(JsonObject root, String what, TokenTable table, boolean ends)
            throws IOException {
        String end = table.specialTokens().eos();
        Map<String, Integer> ids = end == null ? Map.of() : Map.of(end, table.idOf(end));
        TextTemplate template =
                ends && end != null && table.idOf(end) >= 0
                        ? TextTemplate.parse("$A:0 eos:0", "$A:0 eos:0 $B:0 eos:0", role -> end)
                        : TextTemplate.BARE;
        table.prepareForLibrary(root);
        NativeGuard guard = NativeGuard.check(root);
        root.add("post_processor", Templates.json(template, ids));
        return new LibrarySegmenter(
                openNative(root.toString(), what), table, root, guard, LONGEST_PIECE, true);
    }

    static synchronized HuggingFaceTokenizer openNative(String json, String what)
            throws IOException {
        // On a machine with a GPU the library would look for a CUDA build of itself on the network.
        boolean choose =
                System.getenv("RUST_FLAVOR") == null && System.getProperty("RUST_FLAVOR") == null;
        if (choose) {
            System.setProperty("RUST_FLAVOR", "cpu");
        }
        try {
            InputStream in = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
            Map<String, String> options =
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
            return HuggingFaceTokenizer.newInstance(in, options);
        } catch (LinkageError | EngineException e) {
            throw new IOException(
                    ("the native library of Hugging Face's tokenizers could not"
                                    + " be loaded on %s %s: %s")
                            .formatted(
                                    System.getProperty("os.name"),
                                    System.getProperty("os.arch"),
                                    rootMessage(e)),
                    e);
        } catch (RuntimeException e) {
            String why = TokenTable.readable(e.getMessage());
            throw new IOException(what + " is not a usable tokenizer.json: " + why, e);
        } finally {
            if (choose) {
                System.clearProperty("RUST_FLAVOR");
            }
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    @Override
    public TokenizedText segment(TextPair text, boolean special) {
        String first = TokenTable.clean(text.text(), slices == null);
        String second = text.pair() == null ? null : TokenTable.clean(text.pair(), slices == null);
        open.readLock().lock();
        try {
            if (slices == null) {
                return plain(first, second, special);
            }
            int[] firstSlices = slices.begins(first);
            int[] secondSlices = second == null ? new int[] {0} : slices.begins(second);
            TokenizedText begun =
                    encode(slice(first, firstSlices, 0), slice(second, secondSlices, 0), special);
            TokenizedText whole = extended(begun, 0, first, firstSlices);
            return second == null ? whole : extended(whole, 1, second, secondSlices);
        } catch (RuntimeException e) {
            String why = TokenTable.readable(e.getMessage());
            throw new IllegalStateException("the tokenizer failed on a text: " + why, e);
        } finally {
            open.readLock().unlock();
        }
    }

    private TokenizedText plain(String first, String second, boolean special) {
        if (second != null || first.length() <= longest) {
            return named(encode(first, second, special));
        }
        List<TokenizedText> pieces = new ArrayList<>();
        for (int begin = 0; begin < first.length(); ) {
            int end = endOfPiece(first, begin);
            TokenizedText piece =
                    encode(first.substring(begin, end), null, special && end == first.length());
            for (int[] offsets : piece.offsets()) {
                offsets[0] += begin;
                offsets[1] += begin;
            }
            pieces.add(piece);
            begin = end;
        }
        return named(TokenizedText.concat(pieces));
    }

    private int endOfPiece(String text, int begin) {
        int limit = begin + longest;
        if (limit >= text.length()) {
            return text.length();
        }
        for (int end = limit; end > begin; end--) {
            if (PreTokenizer.isWhiteSpace(text.charAt(end))) {
                return end;
            }
        }
        return Character.isLowSurrogate(text.charAt(limit)) ? limit - 1 : limit;
    }

    /** Special tokens bear other names in the library. */
    private TokenizedText named(TokenizedText text) {
        for (int i = 0; i < text.length(); i++) {
            text.tokens()[i] = table.tokenOrNull(text.ids()[i]);
        }
        return text;
    }

    private TokenizedText encode(String first, String second, boolean special) {
        Encoding encoding =
                second == null
                        ? library.encode(first, special, false)
                        : library.encode(first, second, special, false);
        return tokenized(encoding, new CharOffsets(first), new CharOffsets(second));
    }

    private static String slice(String text, int[] begins, int i) {
        if (text == null || begins.length == 1) {
            return text;
        }
        int shared = i == 0 ? 0 : 1;
        int end = i + 1 == begins.length ? text.length() : begins[i + 1];
        return text.substring(begins[i] - shared, end);
    }

    /** Puts the tokens of a text's further slices after those of its first. */
    private TokenizedText extended(TokenizedText begun, int sequence, String text, int[] begins) {
        if (begins.length == 1) {
            return begun;
        }
        int last = begun.length() - 1;
        while (last >= 0 && begun.sequenceIds()[last] != sequence) {
            last--;
        }
        if (last < 0) {
            throw new IllegalStateException("its template leaves out the text");
        }
        List<TokenizedText> parts = new ArrayList<>();
        parts.add(begun.select(IntStream.rangeClosed(0, last).toArray()));
        int word = begun.wordIds()[last];
        for (int i = 1; i < begins.length; i++) {
            TokenizedText slice = encode(slice(text, begins, i), null, false);
            int[] own =
                    IntStream.range(0, slice.length())
                            .filter(token -> slice.offsets()[token][0] > 0)
                            .toArray();
            TokenizedText part = slice.select(own);
            for (int token = 0; token < own.length; token++) {
                part.offsets()[token][0] += begins[i] - 1;
                part.offsets()[token][1] += begins[i] - 1;
                part.wordIds()[token] += word;
                part.sequenceIds()[token] = sequence;
                part.typeIds()[token] = begun.typeIds()[last];
            }
            word = own.length == 0 ? word : part.wordIds()[own.length - 1];
            parts.add(part);
        }
        parts.add(begun.select(IntStream.range(last + 1, begun.length()).toArray()));
        return TokenizedText.concat(parts);
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

    @Override
    public String join(long[] ids, boolean skipSpecial) {
        boolean text = slices == null && skipSpecial;
        long[] known =
                Arrays.stream(ids)
                        .filter(id -> text ? table.isText(id) : tokenOf(id) != null)
                        .toArray();
        guard.checkDecoded(Arrays.stream(known).mapToObj(this::tokenOf));
        open.readLock().lock();
        try {
            String joined = library.decode(known, skipSpecial && slices != null);
            return slices == null ? TokenTable.readable(joined) : joined;
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
        guard.checkDecoded(tokens.stream());
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
        try (HuggingFaceTokenizer joiner = openNative(root.toString(), what)) {
            return joiner.decode(ids, false);
        } catch (IOException e) {
            throw new IllegalStateException("tokens could not be joined: " + e.getMessage(), e);
        }
    }

    @Override
    public String continuingPrefix() {
        return continuingPrefix;
    }

    SpecialTokens specialTokens() {
        return table.specialTokens();
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
