package org.attn4j.models.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.attn4j.models.checkpoint.ModelFiles;

/**
 * A tokenizer from a {@code tokenizer.json}, run by Hugging Face's tokenizers library through DJL's
 * {@link HuggingFaceTokenizer}. It needs no engine.
 *
 * <p>Its own truncation and padding are off, and it adds no special tokens. A text of more than
 * {@value #LONGEST_PIECE} characters, or of fewer where the file's expressions may be slow, is
 * segmented in several pieces, cut at white space so that words stay whole; a word longer than that
 * is cut itself.
 */
public final class HuggingFaceTextTokenizer implements TextTokenizer {

    private static final int MAX_BYTES = 256 << 20;
    private static final int LONGEST_PIECE = 1 << 16;

    private final HuggingFaceTokenizer tokenizer;
    private final TokenTable table;
    private final NativeGuard guard;
    private final int longestPiece;
    private final ReadWriteLock open = new ReentrantReadWriteLock();

    private HuggingFaceTextTokenizer(
            HuggingFaceTokenizer tokenizer, TokenTable table, NativeGuard guard) {
        this.tokenizer = tokenizer;
        this.table = table;
        this.guard = guard;
        longestPiece = Math.min(LONGEST_PIECE, guard.longestText());
    }

    /**
     * Loads a tokenizer. The special tokens are those that {@code tokenizer_config.json} or {@code
     * special_tokens_map.json} beside the file name; without such a file, those with a usual name.
     *
     * @param path a {@code tokenizer.json}, or the directory that holds it
     * @return the tokenizer; close it after use
     * @throws IOException if the file cannot be read or is not a tokenizer, or the native library
     *     for this platform is missing
     */
    public static HuggingFaceTextTokenizer load(Path path) throws IOException {
        return load(path, null);
    }

    /**
     * Loads a tokenizer whose special tokens are known.
     *
     * @param path a {@code tokenizer.json}, or the directory that holds it
     * @param specialTokens the special tokens; those that the vocabulary lacks get the id -1
     * @return the tokenizer; close it after use
     * @throws IOException if the file cannot be read or is not a tokenizer, or the native library
     *     for this platform is missing
     */
    public static HuggingFaceTextTokenizer load(Path path, SpecialTokens specialTokens)
            throws IOException {
        Path file = Files.isDirectory(path) ? ModelFiles.of(path).file("tokenizer.json") : path;
        String json = read(file);
        boolean find = specialTokens == null;
        SpecialTokens named = find ? SpecialTokenNames.beside(file) : specialTokens;
        return of(json, "tokenizer file " + file, named, find);
    }

    private static String read(Path file) throws IOException {
        return new String(ModelFiles.read(file, ModelFiles.MAX_BYTES), StandardCharsets.UTF_8);
    }

    static HuggingFaceTextTokenizer of(
            String json, String what, SpecialTokens named, boolean complete) throws IOException {
        try {
            JsonElement root = JsonParser.parseString(json);
            TokenTable table = TokenTable.of(root, named, complete);
            table.prepareForLibrary(root.getAsJsonObject());
            NativeGuard guard = NativeGuard.check(root.getAsJsonObject());
            return new HuggingFaceTextTokenizer(openNative(root.toString(), what), table, guard);
        } catch (JsonParseException e) {
            throw new IOException(what + " is not JSON: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(what + " is not a usable tokenizer.json: " + e.getMessage(), e);
        }
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
                    "the native library of Hugging Face's tokenizers could not be loaded on "
                            + System.getProperty("os.name")
                            + " "
                            + System.getProperty("os.arch")
                            + ": "
                            + rootMessage(e),
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

    /** {@inheritDoc} */
    @Override
    public int[] encode(String text) {
        String clean = TokenTable.clean(text);
        if (clean.length() <= longestPiece) {
            return encodePiece(clean);
        }
        int[] ids = new int[clean.length() / 4];
        int size = 0;
        for (int begin = 0; begin < clean.length(); ) {
            int end = endOfPiece(clean, begin);
            int[] piece = encodePiece(clean.substring(begin, end));
            if (size + piece.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(ids.length * 2, size + piece.length));
            }
            System.arraycopy(piece, 0, ids, size, piece.length);
            size += piece.length;
            begin = end;
        }
        return Arrays.copyOf(ids, size);
    }

    private int endOfPiece(String text, int begin) {
        int limit = begin + longestPiece;
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

    private int[] encodePiece(String text) {
        open.readLock().lock();
        try {
            return encodeNative(text);
        } finally {
            open.readLock().unlock();
        }
    }

    private int[] encodeNative(String text) {
        try {
            long[] ids = tokenizer.encode(text, false, false).getIds();
            return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
        } catch (RuntimeException e) {
            String why = TokenTable.readable(e.getMessage());
            throw new IllegalStateException("the tokenizer failed on a text: " + why, e);
        }
    }

    /** {@inheritDoc} */
    @Override
    public String decode(int[] ids) {
        long[] text = Arrays.stream(ids).filter(table::isText).asLongStream().toArray();
        guard.checkDecoded(Arrays.stream(text).mapToObj(table::tokenOrNull));
        open.readLock().lock();
        try {
            return tokenizer.decode(text, false);
        } finally {
            open.readLock().unlock();
        }
    }

    /** {@inheritDoc} */
    @Override
    public int vocabularySize() {
        return table.size();
    }

    /** {@inheritDoc} */
    @Override
    public int idOf(String token) {
        return table.idOf(token);
    }

    /** {@inheritDoc} */
    @Override
    public String token(int id) {
        return table.token(id);
    }

    /** {@inheritDoc} */
    @Override
    public int padId() {
        return table.idOf(table.specialTokens().pad());
    }

    /** {@inheritDoc} */
    @Override
    public int bosId() {
        return table.idOf(table.specialTokens().bos());
    }

    /** {@inheritDoc} */
    @Override
    public int eosId() {
        return table.idOf(table.specialTokens().eos());
    }

    /** {@inheritDoc} */
    @Override
    public int unkId() {
        return table.idOf(table.specialTokens().unk());
    }

    /** {@inheritDoc} */
    @Override
    public void close() {
        open.writeLock().lock();
        try {
            tokenizer.close();
        } finally {
            open.writeLock().unlock();
        }
    }
}
