package org.attn4j.datasets.download;

import ai.djl.util.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.common.Answer;
import org.attn4j.common.BusyException;
import org.attn4j.common.Web;

/**
 * One attempt after another to get all bytes of a file, each going on where the last one stopped.
 *
 * <p>Throws {@link DownloadException} for what trying again will not mend, and any other {@link
 * IOException} for what it may.
 */
final class Transfer {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
    private static final String ETAG = "\"[\\x21-\\x7e&&[^\"]]*\"";
    private static final int MOST_ETAG = 1_000;

    private final Web web;
    private final RemoteFile file;
    private final Path part;
    private final Path etagFile;
    private final Progress progress; // null for nobody

    Transfer(Web web, RemoteFile file, Path part, Path etagFile, Progress progress) {
        this.web = web;
        this.file = file;
        this.part = part;
        this.etagFile = etagFile;
        this.progress = progress;
    }

    void run() throws IOException {
        long have = resumable();
        Map<String, String> headers = new HashMap<>();
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
            String etag = etag();
            if (etag != null) {
                headers.put("If-Range", etag);
            }
        }
        try (Answer answer = web.ask("GET", file.address(), at -> headers, to -> true)) {
            receive(answer, have);
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
        String etag = Files.readString(etagFile);
        return etag.matches(ETAG) ? etag : null;
    }

    private void receive(Answer answer, long have) throws IOException {
        BusyException.throwIfBusy(answer);
        int status = answer.status();
        if (status == 200) {
            rememberEtag(answer);
            store(answer, 0);
        } else if (status == 206 && have > 0) {
            checkRange(answer, have);
            store(answer, have);
        } else if (status == 416 && isWhole(answer, have)) {
            return;
        } else if (status == 416) {
            Files.deleteIfExists(part);
            throw new IOException("the server cannot go on from byte " + have);
        } else {
            throw new DownloadException(
                    ("%s answered %s: the file is not there any more, or not for"
                                    + " everybody; fetch it by another way and give its path")
                            .formatted(file.address(), status));
        }
    }

    /** Whether nothing was left to send. */
    private static boolean isWhole(Answer answer, long have) {
        return answer.header("Content-Range").orElse("").equals("bytes */" + have);
    }

    private void rememberEtag(Answer answer) throws IOException {
        String etag = answer.header("ETag").orElse("");
        if (etag.matches(ETAG) && etag.length() <= MOST_ETAG) {
            Files.writeString(etagFile, etag);
        } else {
            Files.deleteIfExists(etagFile);
        }
    }

    private void checkRange(Answer answer, long have) throws IOException {
        String range = answer.header("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches() || !matcher.group(1).equals(Long.toString(have))) {
            Files.deleteIfExists(part);
            throw new IOException("the server sent another part than the one from byte " + have);
        }
    }

    private void store(Answer answer, long have) throws IOException {
        long announced = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced > file.maxBytes() - have) {
            throw tooLarge(have + announced);
        }
        InputStream body = answer.body();
        long total = have;
        if (progress != null) {
            progress.reset(nameOf(file), announced < 0 ? -1 : have + announced);
            progress.start(have);
        }
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
                if (progress != null) {
                    progress.update(total);
                }
            }
        } finally {
            if (progress != null) {
                progress.end();
            }
        }
        if (announced >= 0 && total != have + announced) {
            throw new IOException("the connection was cut after " + total + " bytes");
        }
    }

    private static String nameOf(RemoteFile file) {
        return file.name().substring(file.name().lastIndexOf('/') + 1);
    }

    private void write(OutputStream out, byte[] buffer, int count) throws DownloadException {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new DownloadException(
                    ("cannot write %s (%s): free some disk space, or set"
                                    + " ATTN4J_CACHE to another folder")
                            .formatted(part, e.getMessage()),
                    e);
        }
    }

    private DownloadException tooLarge(long bytes) throws IOException {
        Files.deleteIfExists(part);
        return new DownloadException(
                ("%s is larger than expected (at least %s bytes, %s allowed) and"
                                + " was not kept: fetch it by another way and give its path")
                        .formatted(file.address(), bytes, file.maxBytes()));
    }
}
