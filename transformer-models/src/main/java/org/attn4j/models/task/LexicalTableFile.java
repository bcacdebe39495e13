package org.attn4j.models.task;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.attn4j.models.generate.shortlist.LexicalTable;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * Lexical tables as Marian's {@code --shortlist} reads them ({@code lex.s2t}): on each line a token
 * of the target, one of the source and the probability of the first as translation of the second,
 * with spaces between. UTF-8, plain or gzip.
 *
 * <p>Marian passes over lines of the source token {@code NULL}; here they tell how frequent a
 * target token is. Lines with a token that the model lacks count for nothing.
 */
public final class LexicalTableFile {

    private static final String EMPTY_WORD = "NULL";
    private static final int MOST_CHARACTERS = 4096; // of a line
    private static final int MOST_SHOWN = 60;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final Path file;
    private final ModelTokenizer tokenizer;
    private final LexicalTable.Builder table;
    private final Map<String, Integer> sources = new HashMap<>();
    private long lines;
    private long known;

    private LexicalTableFile(Path file, ModelTokenizer tokenizer, int frequent, int best) {
        this.file = file;
        this.tokenizer = tokenizer;
        table = LexicalTable.builder(frequent, best);
    }

    /**
     * Reads a shortlist. Every source has the special tokens of the model and those of its
     * languages.
     *
     * @param file the table
     * @param tokenizer the model's
     * @param frequent how many of the most frequent target tokens every source has; a table without
     *     lines of {@code NULL} has the least ids in their place, as in Marian
     * @param best how many translations of a source's token
     * @return the shortlist
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is malformed, or of other tokens
     */
    public static Shortlist shortlist(Path file, ModelTokenizer tokenizer, int frequent, int best)
            throws IOException {
        int[] special =
                Stream.concat(
                                tokenizer.specialTokens().values().stream(),
                                tokenizer.languages().stream())
                        .flatMapToInt(token -> tokenizer.targetIdOf(token).stream())
                        .toArray();
        return Shortlist.of(
                read(file, tokenizer, frequent, best),
                frequent,
                best,
                special,
                tokenizer.targetVocabularySize());
    }

    /**
     * Reads a table, and holds no more of it than is asked for.
     *
     * @param file the table
     * @param tokenizer the model's
     * @param frequent how many of the most frequent target tokens are kept
     * @param best how many translations of a source's token are kept
     * @return the table
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is malformed, or of other tokens
     */
    public static LexicalTable read(Path file, ModelTokenizer tokenizer, int frequent, int best)
            throws IOException {
        LexicalTableFile read = new LexicalTableFile(file, tokenizer, frequent, best);
        try (Reader reader =
                new BufferedReader(
                        new InputStreamReader(opened(file), StandardCharsets.UTF_8.newDecoder()))) {
            read.readAll(reader);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    file + " is not UTF-8, as a lexical table must be", e);
        } catch (ZipException | EOFException e) {
            throw new IllegalArgumentException(file + " is a damaged gzip file", e);
        }
        return read.table.build();
    }

    private static InputStream opened(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        try {
            in.mark(2);
            boolean gzip = (in.read() << 8 | in.read()) == GZIP_MAGIC;
            in.reset();
            return gzip ? new GZIPInputStream(in) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private void readAll(Reader reader) throws IOException {
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            int own = id;
            tokenizer.sourceToken(id).ifPresent(token -> sources.put(token, own));
        }
        StringBuilder line = new StringBuilder();
        for (int next = reader.read(); next >= 0; next = reader.read()) {
            if (next == '\n') {
                read(line.toString());
                line.setLength(0);
            } else if (line.length() == MOST_CHARACTERS) {
                lines++;
                throw malformed(line, "has more than " + MOST_CHARACTERS + " characters");
            } else {
                line.append((char) next);
            }
        }
        if (!line.isEmpty()) {
            read(line.toString());
        }
        if (known == 0) {
            throw new IllegalArgumentException(
                    "%s has none of the model's tokens in its %s lines: make a table for this model"
                            .formatted(file, lines));
        }
    }

    private void read(String line) {
        lines++;
        StringTokenizer fields = new StringTokenizer(line, " \t\r");
        if (fields.countTokens() != 3) {
            throw malformed(line, "is not 'target source probability'");
        }
        String target = fields.nextToken();
        String source = fields.nextToken();
        double probability;
        try {
            probability = Double.parseDouble(fields.nextToken());
        } catch (NumberFormatException e) {
            probability = Double.NaN;
        }
        if (!(probability >= 0 && probability <= 1)) {
            throw malformed(line, "has no probability from 0 to 1 as its third word");
        }
        int id = tokenizer.targetIdOf(target).orElse(-1);
        if (id >= 0 && source.equals(EMPTY_WORD)) {
            table.addFrequency(id, probability);
        } else if (id >= 0 && sources.containsKey(source)) {
            table.add(sources.get(source), id, probability);
            known++;
        }
    }

    private IllegalArgumentException malformed(CharSequence line, String problem) {
        boolean all = line.length() <= MOST_SHOWN;
        return new IllegalArgumentException(
                "%s: line %s %s, got \"%s\""
                        .formatted(
                                file,
                                lines,
                                problem,
                                all ? line : line.subSequence(0, MOST_SHOWN) + "…"));
    }

    /**
     * Writes a table. A token with a space in it has no place there and is left out.
     *
     * @param table the table
     * @param tokenizer the model's
     * @param file is written, compressed if its name ends in {@code .gz}
     * @throws IOException if it cannot be written
     */
    public static void write(LexicalTable table, ModelTokenizer tokenizer, Path file)
            throws IOException {
        boolean gzip = file.toString().endsWith(".gz");
        try (OutputStream out = Files.newOutputStream(file);
                Writer writer =
                        new OutputStreamWriter(
                                gzip ? new GZIPOutputStream(out) : out, StandardCharsets.UTF_8)) {
            write(writer, tokenizer, EMPTY_WORD, table.frequent(), table.frequencies());
            for (int source = 0; source < table.sources(); source++) {
                String token = tokenizer.sourceToken(source).orElse("");
                if (isWritable(token)) {
                    write(
                            writer,
                            tokenizer,
                            token,
                            table.translations(source),
                            table.probabilities(source));
                }
            }
        }
    }

    private static void write(
            Writer writer,
            ModelTokenizer tokenizer,
            String source,
            int[] targets,
            float[] probabilities)
            throws IOException {
        for (int i = 0; i < targets.length; i++) {
            String target = tokenizer.token(targets[i]);
            if (isWritable(target)) {
                writer.write(target + " " + source + " " + probabilities[i] + "\n");
            }
        }
    }

    private static boolean isWritable(String token) {
        return !token.isEmpty()
                && !token.equals(EMPTY_WORD)
                && token.chars().noneMatch(it -> " \t\r\n".indexOf(it) >= 0);
    }
}
