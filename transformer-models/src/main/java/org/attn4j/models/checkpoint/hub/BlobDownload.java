package org.attn4j.models.checkpoint.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings one file's bytes to its blob: beside it first, going on where an earlier attempt stopped,
 * held against size and digest, then moved to its name in one step.
 */
final class BlobDownload {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

    /** Where the Hub does not tell a size. */
    private static final long MOST_UNKNOWN_BYTES = 100L << 20;

    private final HubClient client;
    private final HubModel model;
    private final HubFile file;
    private final Path blob;
    private final Path part;
    private final Duration stall;
    private final HubProgress progress;

    BlobDownload(
            HubClient client,
            HubModel model,
            HubFile file,
            Path blob,
            Duration stall,
            HubProgress progress) {
        this.client = client;
        this.model = model;
        this.file = file;
        this.blob = blob;
        // A name of our own: another program may be fetching the same blob without our lock.
        part = blob.resolveSibling(blob.getFileName() + ".attn4j.incomplete");
        this.stall = stall;
        this.progress = progress;
    }

    void run() throws IOException {
        requireSpace();
        boolean resumed = Files.exists(part);
        fetch();
        if (!isSound() && resumed) {
            Files.delete(part);
            fetch();
        }
        if (!isSound()) {
            Files.delete(part);
            throw new HubException(
                    "%s of %s does not have the digest %s that the Hub gives for it and was not kept: it was damaged on the way; try again, or from another network"
                            .formatted(file.name(), model, file.etag()));
        }
        Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void requireSpace() throws IOException {
        long free = Files.getFileStore(blob.getParent()).getUsableSpace();
        long needed = file.size() - (Files.exists(part) ? Files.size(part) : 0);
        if (free < needed) {
            throw new HubException(
                    "%s of %s needs %,d bytes and %s has %,d: free some, or set HF_HOME to another folder"
                            .formatted(file.name(), model, needed, blob.getParent(), free));
        }
    }

    private void fetch() throws IOException {
        client.retrying(
                "the Hub",
                this::have,
                () -> {
                    receive(client.open(model, file, have()));
                    return null;
                });
    }

    private long have() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private void receive(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            long have = have();
            switch (response.statusCode()) {
                case 200 -> store(response, body, 0);
                case 206 -> {
                    requireRange(response, have);
                    store(response, body, have);
                }
                default -> {
                    if (have != file.size()) {
                        Files.deleteIfExists(part);
                        throw new IOException("the server cannot go on from byte " + have);
                    }
                }
            }
        }
    }

    private void requireRange(HttpResponse<?> response, long have) throws IOException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches() || !matcher.group(1).equals(Long.toString(have))) {
            Files.deleteIfExists(part);
            throw new IOException("the server sent '" + range + "', not from byte " + have);
        }
    }

    private void store(HttpResponse<?> response, InputStream body, long from) throws IOException {
        long most = file.size() >= 0 ? file.size() : MOST_UNKNOWN_BYTES;
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        AtomicLong last = new AtomicLong(System.nanoTime());
        ScheduledExecutorService watch = watch(body, last);
        long total = from;
        try (OutputStream out = open(from)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                total += count;
                if (total > most) {
                    throw tooLarge(most);
                }
                write(out, buffer, count);
                last.set(System.nanoTime());
                progress.onBytes(file.name(), total, file.size());
            }
        } finally {
            watch.shutdownNow();
        }
        boolean cut =
                announced >= 0 && total != from + announced
                        || file.size() >= 0 && total != file.size();
        if (cut) {
            throw new IOException("the connection was cut after " + total + " bytes");
        }
    }

    private OutputStream open(long from) throws IOException {
        return Files.newOutputStream(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    }

    private void write(OutputStream out, byte[] buffer, int count) throws HubException {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new HubException(
                    "cannot write %s (%s): free some disk space, or set HF_HOME to another folder"
                            .formatted(part, e.getMessage()),
                    e);
        }
    }

    private HubException tooLarge(long most) throws IOException {
        Files.deleteIfExists(part);
        return new HubException(
                "%s of %s is larger than the %,d bytes that the Hub gives for it and was not kept: try again later"
                        .formatted(file.name(), model, most));
    }

    /** Closes the body when nothing has come for too long; reading it then fails. */
    private ScheduledExecutorService watch(InputStream body, AtomicLong last) {
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "attn4j-hub-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
        long period = Math.max(1, stall.toMillis() / 4);
        watch.scheduleAtFixedRate(
                () -> {
                    if (System.nanoTime() - last.get() > stall.toNanos()) {
                        close(body);
                    }
                },
                period,
                period,
                TimeUnit.MILLISECONDS);
        return watch;
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isSound() throws IOException {
        if (file.size() >= 0 && Files.size(part) != file.size()) {
            return false;
        }
        if (file.hasSha256()) {
            return file.etag().equals(digest(part, "SHA-256", ""));
        }
        if (file.hasGitSha1()) {
            return file.etag().equals(gitSha1(part));
        }
        return file.size() >= 0; // a mirror with tags of its own: the size is all there is
    }

    /** Git hashes a file behind a header of its kind and size. */
    static String gitSha1(Path file) throws IOException {
        return digest(file, "SHA-1", "blob " + Files.size(file) + "\0");
    }

    static String digest(Path file, String algorithm, String header) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
        digest.update(header.getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
