package org.attn4j.cli.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;

/**
 * Standard error whose last line may be a progress bar: what else is written, by whomever, goes
 * above it.
 */
public final class StandardError extends PrintWriter {

    private final Screen screen;
    private Terminal terminal; // null until somebody asks

    private StandardError(Screen screen) {
        super(screen, true, StandardCharsets.UTF_8);
        this.screen = screen;
    }

    /** The process's own; what loggers write to {@link System#err} goes the same way. */
    public static StandardError open() {
        StandardError err = of(System.err);
        System.setErr(new PrintStream(err.screen, true, StandardCharsets.UTF_8));
        return err;
    }

    static StandardError of(OutputStream out) {
        return new StandardError(new Screen(out));
    }

    /** Whether a bar can be drawn: this is a terminal on which the cursor moves. */
    boolean isTerminal() {
        return !terminal().getType().startsWith(Terminal.TYPE_DUMB);
    }

    /** The columns of the terminal. */
    int columns() {
        return terminal().getWidth();
    }

    private synchronized Terminal terminal() {
        if (terminal == null) {
            try {
                terminal =
                        TerminalBuilder.builder()
                                .systemOutput(SystemOutput.SysErr)
                                .nativeSignals(false) // Ctrl-C still runs the shutdown hooks
                                .dumb(true)
                                .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return terminal;
    }

    /** Draws the bar anew. */
    void draw(String bar) {
        screen.draw(bar);
    }

    /** Takes the bar away. */
    void clear() {
        screen.draw("");
    }

    /** Keeps the bar below what is written. */
    private static final class Screen extends OutputStream {

        private static final String ERASE = "\r\033[K";

        private final OutputStream out;
        private String bar = "";
        private boolean drawn;
        private boolean lineBegins = true;

        Screen(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int count) throws IOException {
            if (count == 0) {
                return;
            }
            erase();
            out.write(bytes, from, count);
            lineBegins = bytes[from + count - 1] == '\n';
        }

        @Override
        public synchronized void flush() throws IOException {
            if (!drawn && lineBegins && !bar.isEmpty()) {
                print(bar);
                drawn = true;
            }
            out.flush();
        }

        synchronized void draw(String text) {
            try {
                erase();
                bar = text;
                flush();
            } catch (IOException e) {
                bar = ""; // nobody reads standard error
            }
        }

        private void erase() throws IOException {
            if (drawn) {
                print(ERASE);
                drawn = false;
            }
        }

        private void print(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
