package org.attn4j.cli.io;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Standard output that loses nothing in silence: what cannot be written, because a disk is full or
 * a pipe closed, ends the verb. A {@link PrintWriter} keeps an {@link IOException} to itself.
 */
public final class StandardOutput extends OutputStream {

    private final OutputStream out;

    private StandardOutput(OutputStream out) {
        this.out = out;
    }

    /** The process's own. */
    public static PrintWriter open() {
        return of(new FileOutputStream(FileDescriptor.out));
    }

    /** A writer in UTF-8 that throws {@link UncheckedIOException} where a stream fails. */
    public static PrintWriter of(OutputStream out) {
        return new PrintWriter(new StandardOutput(out), true, StandardCharsets.UTF_8);
    }

    /** Writes bytes. */
    @FunctionalInterface
    private interface Writing {

        void run() throws IOException;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        unchecked(() -> out.write(bytes, from, count));
    }

    @Override
    public void flush() {
        unchecked(out::flush);
    }

    private static void unchecked(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException(
                            "standard output cannot be written, so that results are lost: "
                                    + e.getMessage(),
                            e));
        }
    }
}
