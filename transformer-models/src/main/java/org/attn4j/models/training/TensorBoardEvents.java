package org.attn4j.models.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.ProtobufMessage;
import org.attn4j.models.checkpoint.ProtobufReader;

/**
 * Writes a run's scalars as TensorBoard reads them: {@code train/loss}, {@code
 * train/learning_rate}, {@code train/gradient_norm} and {@code train/tokens_per_second} of each
 * step, and {@code validation/NAME} of each score.
 *
 * <p>Each part of a run that is resumed has a file of its own. What earlier files hold of later
 * steps is cut off, so that no reader finds a step twice, and the new file begins with
 * TensorBoard's mark of a restart, by which one that is open forgets those steps too.
 *
 * <p>The format is TensorFlow's: records of a length, its masked CRC-32C, an {@code Event} message
 * and its masked CRC-32C ({@code tensorflow/core/lib/io/record_writer.h}, {@code event.proto}).
 */
public final class TensorBoardEvents implements RunListener, AutoCloseable {

    private static final Pattern NAME =
            Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");
    private static final String VERSION = "brain.Event:2";
    private static final int MOST_RECORD_BYTES = 1 << 20;
    private static final int HEAD = Long.BYTES + Integer.BYTES;

    private final Path folder;
    private final DoubleSupplier wallSeconds;
    private FileChannel channel; // null until the run begins

    /**
     * Writes into a folder, which is made when the run begins.
     *
     * @param folder the folder, such as {@code training/tensorboard} in the run's directory
     */
    public TensorBoardEvents(Path folder) {
        this(folder, () -> System.currentTimeMillis() / 1000.0);
    }

    TensorBoardEvents(Path folder, DoubleSupplier wallSeconds) {
        this.folder = folder;
        this.wallSeconds = wallSeconds;
    }

    @Override
    public void onStart(long step) {
        unchecked(
                () -> {
                    Files.createDirectories(folder);
                    long next = (long) wallSeconds.getAsDouble();
                    for (Map.Entry<Long, Path> file : files().entrySet()) {
                        cut(file.getValue(), step);
                        next = Math.max(next, file.getKey() + 1);
                    }
                    Path file = folder.resolve("events.out.tfevents.%010d.attn4j".formatted(next));
                    channel =
                            FileChannel.open(
                                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    write(event(0).text(3, VERSION));
                    if (step > 0) {
                        write(event(step + 1).message(7, new ProtobufMessage().number(1, 1)));
                    }
                });
    }

    @Override
    public void onStep(StepProgress progress) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("train/loss", progress.loss());
        values.put("train/learning_rate", progress.learningRate());
        values.put("train/gradient_norm", progress.gradientNorm());
        values.put("train/tokens_per_second", progress.tokensPerSecond());
        unchecked(() -> write(scalars(progress.step(), values)));
    }

    @Override
    public void onValidation(ValidationReport report) {
        Map<String, Double> values = new TreeMap<>();
        report.scores().forEach((name, score) -> values.put("validation/" + name, score));
        unchecked(() -> write(scalars(report.step(), values)));
    }

    @Override
    public void onCheckpoint(Path directory, long step) {
        unchecked(() -> channel.force(false));
    }

    @Override
    public void onEnd(RunResult result) {
        close();
    }

    @Override
    public void close() {
        if (channel != null) {
            unchecked(channel::close);
        }
    }

    private Map<Long, Path> files() throws IOException {
        Map<Long, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    files.put(Long.valueOf(name.group(1)), file);
                }
            }
        }
        return files;
    }

    /** Cuts a file before the first record that is damaged, or of a later step. */
    private static void cut(Path file, long step) throws IOException {
        try (FileChannel open =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long kept = 0;
            for (byte[] record = record(open, 0); record != null; record = record(open, kept)) {
                if (step(record) > step) {
                    break;
                }
                kept += HEAD + record.length + Integer.BYTES;
            }
            open.truncate(kept);
        }
    }

    /** The record at a position; null at the end, or if there is none that is whole. */
    private static byte[] record(FileChannel channel, long position) throws IOException {
        ByteBuffer head = read(channel, position, HEAD);
        if (head.remaining() < HEAD) {
            return null;
        }
        long length = head.getLong(0);
        boolean whole =
                head.getInt(Long.BYTES) == masked(head.array(), Long.BYTES)
                        && length >= 0
                        && length <= MOST_RECORD_BYTES;
        if (!whole) {
            return null;
        }
        ByteBuffer body = read(channel, position + HEAD, (int) length + Integer.BYTES);
        if (body.remaining() < length + Integer.BYTES
                || body.getInt((int) length) != masked(body.array(), (int) length)) {
            return null;
        }
        byte[] record = new byte[(int) length];
        body.get(record);
        return record;
    }

    private static ByteBuffer read(FileChannel channel, long position, int size)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = channel.read(bytes, position + bytes.position());
        }
        return bytes.flip();
    }

    /** The step of an event, 0 if it tells none. */
    private static long step(byte[] event) {
        try {
            ProtobufReader reader = new ProtobufReader(event);
            for (int field = reader.next(); field != 0; field = reader.next()) {
                if (field == 2) {
                    return reader.number();
                }
                reader.skip();
            }
            return 0;
        } catch (IllegalArgumentException e) {
            return Long.MAX_VALUE; // no event: cut off as well
        }
    }

    private ProtobufMessage event(long step) {
        ProtobufMessage event = new ProtobufMessage().real(1, wallSeconds.getAsDouble());
        return step == 0 ? event : event.number(2, step); // a field that is left out is 0
    }

    private ProtobufMessage scalars(long step, Map<String, Double> values) {
        ProtobufMessage summary = new ProtobufMessage();
        values.forEach(
                (tag, value) ->
                        summary.message(
                                1, new ProtobufMessage().text(1, tag).real(2, value.floatValue())));
        return event(step).message(5, summary);
    }

    private void write(ProtobufMessage event) throws IOException {
        byte[] data = event.bytes();
        ByteBuffer record =
                ByteBuffer.allocate(HEAD + data.length + Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length).putInt(masked(record.array(), Long.BYTES));
        record.put(data).putInt(masked(data, data.length)).flip();
        AtomicFile.writeFully(channel, record);
    }

    /** The checksum, turned and shifted, as TensorFlow has it where checksums are data as well. */
    private static int masked(byte[] bytes, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, count);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    /** Writes. */
    @FunctionalInterface
    private interface Writing {

        void run() throws IOException;
    }

    private void unchecked(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("cannot write to " + folder + ": " + e.getMessage(), e));
        }
    }
}
