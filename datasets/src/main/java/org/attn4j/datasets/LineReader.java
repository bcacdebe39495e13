package org.attn4j.datasets;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads a text in UTF-8, plain or gzip, strictly and in bounded memory: line by line, or as it is.
 *
 * <p>A line ends with {@code \n} or {@code \r\n}; nothing else separates lines, so that line
 * numbers are those of {@code wc} and of every aligned tool. A byte order mark at the start is
 * dropped.
 */
public final class LineReader implements Closeable {

    private static final int[] UTF8_MARK = {0xEF, 0xBB, 0xBF};

    private final String name;
    private final LineLimit limit;
    private final InputStream in;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private byte[] line = new byte[256];
    private String ending = "";
    private long number;
    private boolean tooLong;

    private LineReader(String name, LineLimit limit, InputStream in) {
        this.name = name;
        this.limit = limit;
        this.in = in;
    }

    /**
     * Opens a file.
     *
     * @param path the file
     * @param limit how long a line may be
     * @return its reader, at the first line
     * @throws CorpusException if there is no such file, or it is neither plain UTF-8 nor gzip
     * @throws IOException if reading fails
     */
    public static LineReader open(Path path, LineLimit limit) throws IOException {
        if (Files.isDirectory(path)) {
            throw new CorpusException(path + " is a folder: give a text file");
        }
        InputStream in;
        try {
            in = Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new CorpusException(path + " does not exist: check the path", e);
        } catch (AccessDeniedException e) {
            throw new CorpusException(path + " may not be read: check its permissions", e);
        }
        try {
            return of(in, path.toString(), limit);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Reads a stream that is no file.
     *
     * @param in the stream
     * @param name what messages call it, for example {@code standard input}
     * @param limit how long a line may be
     * @return its reader, at the first line
     * @throws CorpusException if it is neither plain UTF-8 nor gzip
     * @throws IOException if reading fails
     */
    public static LineReader of(InputStream in, String name, LineLimit limit) throws IOException {
        return new LineReader(
                name, limit, decompressed(name, new BufferedInputStream(in, 1 << 16)));
    }

    private static CorpusException unreadable(String name, IOException e) {
        return new CorpusException(name + " cannot be read: " + e.getMessage(), e);
    }

    private static InputStream decompressed(String name, BufferedInputStream in)
            throws IOException {
        int[] head;
        try {
            head = peek(in, 4);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
        if (startsWith(head, 0x1F, 0x8B)) {
            BufferedInputStream text;
            try {
                text = new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16);
                head = peek(text, 4);
            } catch (EOFException | ZipException e) {
                throw new CorpusException(name + " is a damaged gzip file: fetch it again", e);
            }
            return withoutMark(name, text, head);
        }
        return withoutMark(name, in, head);
    }

    private static InputStream withoutMark(String name, BufferedInputStream in, int[] head)
            throws IOException {
        String other = null;
        if (startsWith(head, 0xFF, 0xFE) || startsWith(head, 0xFE, 0xFF)) {
            throw new CorpusException(
                    name
                            + " is UTF-16, not UTF-8: convert it, for example with"
                            + " iconv -f UTF-16 -t UTF-8");
        } else if (startsWith(head, 'P', 'K', 3, 4)) {
            other = "a zip archive";
        } else if (startsWith(head, 'B', 'Z', 'h')) {
            other = "a bzip2 file";
        } else if (startsWith(head, 0xFD, '7', 'z', 'X')) {
            other = "an xz file";
        } else if (startsWith(head, 0x28, 0xB5, 0x2F, 0xFD)) {
            other = "a zstd file";
        }
        if (other != null) {
            throw new CorpusException(
                    name + " is " + other + ": unpack it (plain text and gzip are read)");
        }
        if (startsWith(head, UTF8_MARK)) {
            in.skipNBytes(UTF8_MARK.length);
        }
        return in;
    }

    private static int[] peek(BufferedInputStream in, int count) throws IOException {
        int[] head = new int[count];
        int length = 0;
        in.mark(count);
        // No magic number has a line end; behind one, who types would be waited for.
        for (int next = 0; length < count && next != '\n'; length++) {
            next = in.read();
            if (next < 0) {
                break;
            }
            head[length] = next;
        }
        in.reset();
        return Arrays.copyOf(head, length);
    }

    private static boolean startsWith(int[] head, int... magic) {
        return head.length >= magic.length
                && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
    }

    /**
     * Reads the next line.
     *
     * @return the line without its end, {@code ""} for one over a limit that skips, or null after
     *     the last
     * @throws CorpusException if it is not UTF-8, holds a NUL character or is over a limit that
     *     refuses; the message names file and line
     * @throws IOException if reading fails
     */
    public String next() throws IOException {
        int length = 0;
        boolean any = false;
        tooLong = false;
        ending = "";
        long mostBytes = 3L * limit.characters() + 1; // 3 bytes a UTF-16 unit, and a \r
        while (true) {
            if (position == filled && !fill()) {
                if (!any) {
                    return null;
                }
                break;
            }
            any = true;
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            int count = end - position;
            if (length + (long) count > mostBytes) {
                tooLong = true;
                refuseIfWanted(place(number + 1));
            }
            if (!tooLong) {
                if (length + count > line.length) {
                    line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
                }
                System.arraycopy(buffer, position, line, length, count);
                length += count;
            }
            position = end;
            if (end < filled) {
                position++;
                ending = "\n";
                break;
            }
        }
        number++;
        if (!tooLong) {
            if (length > 0 && line[length - 1] == '\r') {
                length--;
                ending = "\r" + ending;
            }
            String text = decode(length);
            tooLong = text.length() > limit.characters();
            if (!tooLong) {
                return text;
            }
        }
        refuseIfWanted(place());
        return "";
    }

    /**
     * Reads the lines that are left.
     *
     * @return the lines without their ends
     * @throws CorpusException as {@link #next} does
     * @throws IOException if reading fails
     */
    public List<String> all() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = next(); line != null; line = next()) {
            lines.add(line);
        }
        return lines;
    }

    /**
     * Reads what is left as one text, with the ends of its lines as they are.
     *
     * @return the text
     * @throws CorpusException as {@link #next} does, or if the whole text is over a limit that
     *     refuses
     * @throws IOException if reading fails
     */
    public String text() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line = next(); line != null; line = next()) {
            text.append(line).append(ending);
            if (text.length() > limit.characters()) {
                refuseIfWanted(name);
            }
        }
        return text.toString();
    }

    private void refuseIfWanted(String what) throws CorpusException {
        if (limit.policy() == LineLimit.Policy.REFUSE) {
            throw new CorpusException(
                    "%s has more than %s characters: split it, or raise the limit"
                            .formatted(what, limit.characters()));
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        filled = 0;
        try {
            filled = Math.max(in.read(buffer), 0);
        } catch (EOFException | ZipException e) {
            throw new CorpusException(
                    "%s is a damaged or cut gzip file (after line %s): fetch it again"
                            .formatted(name, number),
                    e);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
        return filled > 0;
    }

    private String decode(int length) throws CorpusException {
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
        CharBuffer chars = CharBuffer.allocate(length);
        decoder.reset();
        CoderResult result = decoder.decode(bytes, chars, true);
        if (result.isError()) {
            throw new CorpusException(
                    String.format(
                            "%s is not UTF-8 (byte 0x%02X at byte %s of the line): convert the"
                                    + " file, for example with iconv -f ISO-8859-1 -t UTF-8",
                            place(), bytes.get(bytes.position()), bytes.position() + 1));
        }
        String text = chars.flip().toString();
        if (text.indexOf('\0') >= 0) {
            throw new CorpusException(
                    place()
                            + " holds a NUL character, as UTF-16 or binary files do: convert the"
                            + " file to UTF-8");
        }
        return text;
    }

    /** Whether the line last read was over the limit (and so left out). */
    boolean tooLong() {
        return tooLong;
    }

    /** The number of the line last read, from 1; after the end, the number of lines. */
    long number() {
        return number;
    }

    /** Reads what is left and returns the number of all lines. */
    long countAll() throws IOException {
        while (next() != null) {
            continue;
        }
        return number;
    }

    /** Names the file and the line last read. */
    String place() {
        return place(number);
    }

    private String place(long line) {
        return name + ", line " + line + ",";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
