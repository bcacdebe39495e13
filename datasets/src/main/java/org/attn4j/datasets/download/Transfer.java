package org.attn4j.datasets.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One attempt after another to get all bytes of a file, each going on where the last one stopped.
 *
 * <p>Throws {@link DownloadException} for what trying again will not mend, and any other {@link
 * IOException} for what it may.
 */
final class Transfer {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
    private static final int MOST_ETAG = 1_000;

    private final HttpClient client;
    private final RemoteFile file;
    private final Path part;
    private final Path etagFile;
    private final Duration stall;

    Transfer(HttpClient client, RemoteFile file, Path part, Path etagFile, Duration stall) {
        this.client = client;
        this.file = file;
        this.part = part;
        this.etagFile = etagFile;
        this.stall = stall;
    }

    void run() throws IOException {
        long have = resumable();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(file.address())
                        .timeout(stall)
                        .header("User-Agent", "attn4j")
                        .header("Accept-Encoding", "identity");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
            String etag = etag();
            if (etag != null) {
                request.header("If-Range", etag);
            }
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownloadException("the download was interrupted", e);
        }
        try (InputStream body = response.body()) {
            receive(response, body, have);
        }
    }

    /** How many bytes there are to go on from; what cannot be gone on from is dropped. */
    private long resumable() throws IOException {
        if (!Files.exists(part)) {
            return 0;
        }
        long have = Files.size(part);
        boolean checked = file.sha256() != null || etag() != null;
        if (!checked || have > file.maxBytes()) {
            Files.delete(part);
            return 0;
        }
        return have;
    }

    /** The strong entity tag of what was begun, or null. */
    private String etag() throws IOException {
        if (!Files.exists(etagFile) || Files.size(etagFile) > MOST_ETAG) {
            return null;
        }
        return Files.readString(etagFile);
    }

    private void receive(HttpResponse<InputStream> response, InputStream body, long have)
            throws IOException {
        int status = response.statusCode();
        if (status == 200) {
            rememberEtag(response);
            store(response, body, 0);
        } else if (status == 206 && have > 0) {
            checkRange(response, have);
            store(response, body, have);
        } else if (status == 416 && isWhole(response, have)) {
            return;
        } else if (status == 416) {
            Files.deleteIfExists(part);
            throw new IOException("the server cannot go on from byte " + have);
        } else if (status == 408 || status == 429 || status >= 500) {
            throw new IOException("the server answered " + status);
        } else {
            throw new DownloadException(
                    file.address()
                            + " answered "
                            + status
                            + ": the file is not there any more, or not for everybody; fetch it by"
                            + " another way and give its path");
        }
    }

    /** Whether nothing was left to send. */
    private static boolean isWhole(HttpResponse<?> response, long have) {
        String range = response.headers().firstValue("Content-Range").orElse("");
        return range.equals("bytes */" + have);
    }

    private void rememberEtag(HttpResponse<?> response) throws IOException {
        String etag = response.headers().firstValue("ETag").orElse("");
        if (etag.startsWith("\"") && etag.length() <= MOST_ETAG) {
            Files.writeString(etagFile, etag);
        } else {
            Files.deleteIfExists(etagFile);
        }
    }

    private void checkRange(HttpResponse<?> response, long have) throws IOException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches() || !matcher.group(1).equals(Long.toString(have))) {
            Files.deleteIfExists(part);
            throw new IOException("the server sent \"" + range + "\", not from byte " + have);
        }
    }

    private void store(HttpResponse<?> response, InputStream body, long have) throws IOException {
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced > file.maxBytes() - have) {
            throw tooLarge(have + announced);
        }
        AtomicLong last = new AtomicLong(System.nanoTime());
        ScheduledExecutorService watch = watch(body, last);
        long total = have;
        try (OutputStream out =
                Files.newOutputStream(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        have > 0
                                ? StandardOpenOption.APPEND
                                : StandardOpenOption.TRUNCATE_EXISTING)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                total += count;
                if (total > file.maxBytes()) {
                    throw tooLarge(total);
                }
                write(out, buffer, count);
                last.set(System.nanoTime());
            }
        } finally {
            watch.shutdownNow();
        }
        if (announced >= 0 && total != have + announced) {
            throw new IOException("the connection was cut after " + total + " bytes");
        }
    }

    private void write(OutputStream out, byte[] buffer, int count) throws DownloadException {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new DownloadException(
                    "cannot write "
                            + part
                            + " ("
                            + e.getMessage()
                            + "): free some disk space, or set ATTN4J_CACHE to another folder",
                    e);
        }
    }

    /** Closes the body when nothing has come for too long; reading it then fails. */
    private ScheduledExecutorService watch(InputStream body, AtomicLong last) {
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "attn4j-download-watch");
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

    private DownloadException tooLarge(long bytes) throws IOException {
        Files.deleteIfExists(part);
        return new DownloadException(
                file.address()
                        + " is larger than expected (at least "
                        + bytes
                        + " bytes, "
                        + file.maxBytes()
                        + " allowed) and was not kept: fetch it by another way and give its path");
    }
}
