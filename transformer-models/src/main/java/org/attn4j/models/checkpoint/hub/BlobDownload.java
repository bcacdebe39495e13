package org.attn4j.models.checkpoint.hub;

import ai.djl.util.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.common.Answer;
import org.attn4j.common.Digests;

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
    private final Progress progress; // null for nobody

    BlobDownload(HubClient client, HubModel model, HubFile file, Path blob, Progress progress) {
        this.client = client;
        this.model = model;
        this.file = file;
        this.blob = blob;
        // A name of our own: another program may be fetching the same blob without our lock.
        part = blob.resolveSibling(blob.getFileName() + ".attn4j.incomplete");
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
        if (progress != null) {
            progress.reset(file.name(), file.size());
            progress.start(have());
        }
        try {
            client.retrying(
                    "the Hub",
                    this::have,
                    () -> {
                        receive(client.open(model, file, have()));
                        return null;
                    });
        } finally {
            if (progress != null) {
                progress.end();
            }
        }
    }

    private long have() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private void receive(Answer answer) throws IOException {
        try (answer) {
            long have = have();
            switch (answer.status()) {
                case 200 -> store(answer, 0);
                case 206 -> {
                    requireRange(answer, have);
                    store(answer, have);
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

    private void requireRange(Answer answer, long have) throws IOException {
        String range = answer.header("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(range);
        if (!matcher.matches() || !matcher.group(1).equals(Long.toString(have))) {
            Files.deleteIfExists(part);
            throw new IOException("the server sent another part than the one from byte " + have);
        }
    }

    private void store(Answer answer, long from) throws IOException {
        long most = file.size() >= 0 ? file.size() : MOST_UNKNOWN_BYTES;
        long announced = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
        InputStream body = answer.body();
        long total = from;
        try (OutputStream out = open(from)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                total += count;
                if (total > most) {
                    throw tooLarge(most);
                }
                write(out, buffer, count);
                if (progress != null) {
                    progress.update(total);
                }
            }
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

    private boolean isSound() throws IOException {
        if (file.size() >= 0 && Files.size(part) != file.size()) {
            return false;
        }
        if (file.hasSha256()) {
            return file.etag().equals(Digests.sha256(part));
        }
        if (file.hasGitSha1()) {
            return file.etag().equals(Digests.gitSha1(part));
        }
        return file.size() >= 0; // a mirror with tags of its own: the size is all there is
    }
}
