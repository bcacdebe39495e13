package org.attn4j.cli.io;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import me.tongfei.progressbar.DefaultProgressBarRenderer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;

/**
 * Shows on standard error how far a verb has come: by a bar with the time left if that is a
 * terminal, otherwise by a line every ten seconds. Lines that are written beside it stay whole.
 */
public final class Progress implements ai.djl.util.Progress, AutoCloseable {

    private static final long NANOS_BETWEEN_LINES = 10_000_000_000L;
    private static final int MILLIS_BETWEEN_BARS = 250;
    private static final int LEAST_COLUMNS = 20;

    private final PrintWriter err;
    private final StandardError terminal; // null if lines are written
    private final LongSupplier nanos;
    private final String unit;
    private final long unitSize;
    private String task = "";
    private long total = -1;
    private long done;
    private ProgressBar bar; // null before the start, after the end, and without a terminal
    private long lastLine;
    private boolean told; // by a line, since the last reset
    private Supplier<String> unsaid; // the last line that was too early; null for none

    /**
     * Shows the progress of something that is counted.
     *
     * @param unit what is counted, in the plural, as in "12 of 30 steps"
     */
    public Progress(PrintWriter err, String unit) {
        this(err, unit, 1, System::nanoTime);
    }

    Progress(PrintWriter err, String unit, long unitSize, LongSupplier nanos) {
        this.err = err;
        this.terminal = err instanceof StandardError own && own.isTerminal() ? own : null;
        this.nanos = nanos;
        this.unit = unit;
        this.unitSize = unitSize;
        lastLine = nanos.getAsLong();
    }

    /** Shows the progress of something that is measured in bytes. */
    public static Progress ofBytes(PrintWriter err) {
        return new Progress(err, "MB", 1_000_000, System::nanoTime);
    }

    /**
     * Says what is done, and how much of it there is.
     *
     * @param task what is done, as in "translating"
     * @param total how much there is, −1 if that is not known
     */
    @Override
    public void reset(String task, long total) {
        reset(task, total, null);
    }

    @Override
    public void reset(String task, long total, String unused) {
        end();
        this.task = task;
        this.total = total;
        done = 0;
        lastLine = nanos.getAsLong();
    }

    /** How much there is, for one who did not know at the start. */
    public void setTotal(long total) {
        this.total = total;
        if (bar != null) {
            bar.maxHint(total);
        }
    }

    @Override
    public void start(long initial) {
        done = initial;
        if (terminal != null) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(task)
                            .setInitialMax(total)
                            .startsFrom(initial, Duration.ZERO)
                            .setRenderer(new Bar(unit, unitSize))
                            .setConsumer(new Painter(terminal))
                            .setUpdateIntervalMillis(MILLIS_BETWEEN_BARS)
                            .continuousUpdate()
                            .clearDisplayOnFinish()
                            .build();
        }
    }

    @Override
    public void increment(long more) {
        update(done + more);
    }

    @Override
    public void update(long progress) {
        update(progress, "");
    }

    @Override
    public void update(long progress, String message) {
        update(progress, message, () -> line(message));
    }

    /**
     * Tells how far it is.
     *
     * @param beside what stands beside the bar: the more important first, as a narrow terminal cuts
     *     it off
     * @param line the whole line that is written where there is no bar
     */
    public void update(long progress, String beside, Supplier<String> line) {
        if (terminal != null && bar == null) {
            start(done);
        }
        done = progress;
        if (bar != null) {
            bar.stepTo(progress);
            bar.setExtraMessage(beside);
            return;
        }
        long now = nanos.getAsLong();
        if (now - lastLine >= NANOS_BETWEEN_LINES) {
            lastLine = now;
            told = true;
            unsaid = null;
            err.println(line.get());
        } else {
            unsaid = line;
        }
    }

    /** Whether there is a bar, and no line is written. */
    public boolean isBar() {
        return terminal != null;
    }

    private String line(String message) {
        String of = total < 0 ? "" : " of " + number(total);
        String count = "%s  %s%s %s".formatted(task, number(done), of, unit);
        return message == null || message.isEmpty() ? count : count + "  " + message;
    }

    private String number(long value) {
        return unitSize == 1
                ? String.format(Locale.ROOT, "%,d", value)
                : String.format(Locale.ROOT, "%,.1f", (double) value / unitSize);
    }

    /** Takes the bar away; who wrote lines writes how far it came. */
    @Override
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        if (told && unsaid != null) {
            err.println(unsaid.get());
        }
        told = false;
        unsaid = null;
    }

    @Override
    public void close() {
        end();
    }

    /** The bar as text. */
    private static final class Bar extends DefaultProgressBarRenderer {

        Bar(String unit, long unitSize) {
            super(
                    ProgressBarStyle.ASCII,
                    " " + unit,
                    unitSize,
                    false,
                    null,
                    ChronoUnit.SECONDS,
                    true,
                    Bar::left);
        }

        private static Optional<Duration> left(ProgressState state) {
            long made = state.getCurrent() - state.getStart();
            if (state.isIndefinite() || made <= 0) {
                return Optional.empty();
            }
            double share = (double) (state.getMax() - state.getCurrent()) / made;
            double seconds = share * state.getElapsedAfterStart().toMillis() / 1000;
            return Optional.of(Duration.ofSeconds((long) Math.ceil(seconds)));
        }

        @Override
        protected String etaString(ProgressState state) {
            return super.etaString(state) + " left";
        }
    }

    /** Puts the bar below what else is on standard error. */
    private record Painter(StandardError terminal) implements ProgressBarConsumer {

        @Override
        public int getMaxRenderedLength() {
            return Math.max(LEAST_COLUMNS, terminal.columns()) - 3; // room for ^C
        }

        @Override
        public void accept(String rendered) {
            terminal.draw(rendered);
        }

        @Override
        public void clear() {
            terminal.clear();
        }

        @Override
        public void close() {}
    }
}
