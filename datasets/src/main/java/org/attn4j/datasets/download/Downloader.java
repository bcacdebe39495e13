package org.attn4j.datasets.download;

import ai.djl.util.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.common.Digests;
import org.attn4j.common.EnvironmentProxies;
import org.attn4j.common.FileLocks;
import org.attn4j.common.RefusedException;
import org.attn4j.common.Retries;
import org.attn4j.common.SteadyInputStream;
import org.attn4j.common.Web;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches files into a cache folder, once.
 *
 * <p>A file is fetched beside its position, checked, and moved there, so the cache never holds half
 * a file. A cut download is resumed, by this process or a later one; faults of the network and the
 * server are tried again. Several processes may want the same file at once. What is in the cache is
 * checked against its digest whenever it is asked for, and needs no network.
 */
public final class Downloader {

    private static final Logger LOGGER = LoggerFactory.getLogger(Downloader.class);

    private final Path folder;
    private final boolean offline;
    private final int attempts;
    private final Duration firstPause;
    private final Duration stall;
    private final Supplier<ProxySelector> proxies;
    private final Progress progress; // null for nobody

    private Downloader(Builder builder) {
        folder = builder.folder;
        offline = builder.offline;
        attempts = builder.attempts;
        firstPause = builder.firstPause;
        stall = builder.stall;
        proxies = builder.proxies;
        progress = builder.progress;
    }

    /**
     * Returns a builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the file, fetching it if it is not in the cache.
     *
     * @param file what is wanted
     * @return its position in the cache
     * @throws IOException if it cannot be fetched, or is not what it should be
     */
    public Path fetch(RemoteFile file) throws IOException {
        Path target = folder.resolve(file.name());
        if (isCached(file, target)) {
            return target;
        }
        if (offline) {
            throw new DownloadException(
                    ("%s is not in the cache and downloads are switched off:"
                                    + " switch them on, or fetch %s to that place yourself")
                            .formatted(target, file.address()));
        }
        Files.createDirectories(target.getParent());
        try (Closeable lock = FileLocks.acquire(beside(target, ".lock"))) {
            Objects.requireNonNull(lock);
            if (!isCached(file, target)) { // somebody else may have fetched it meanwhile
                download(file, target);
            }
        }
        return target;
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    /** Whether the file is there and is what it should be, or what it was when it was fetched. */
    private static boolean isCached(RemoteFile file, Path target) throws IOException {
        if (!Files.isRegularFile(target)) {
            return false;
        }
        Path record = beside(target, ".sha256");
        String expected = file.sha256();
        if (expected == null && Files.isRegularFile(record) && Files.size(record) <= 100) {
            expected = Files.readString(record).strip();
        }
        if (expected == null || expected.equals(Digests.sha256(target))) {
            return true;
        }
        LOGGER.warn("{} does not have its digest {}: fetching it anew", target, expected);
        return false;
    }

    private void download(RemoteFile file, Path target) throws IOException {
        Path part = beside(target, ".part");
        LOGGER.info("Fetching {} to {}", file.address(), target);
        boolean resumed = Files.exists(part);
        transfer(file, part);
        String digest = Digests.sha256(part);
        if (file.sha256() != null && !file.sha256().equals(digest) && resumed) {
            LOGGER.warn("The resumed {} is damaged: fetching it from the start", file.address());
            Files.delete(part);
            transfer(file, part);
            digest = Digests.sha256(part);
        }
        if (file.sha256() != null && !file.sha256().equals(digest)) {
            Files.delete(part);
            throw new DownloadException(
                    ("%s has the sha256 %s instead of %s: it was changed or"
                                    + " damaged on the way and was not kept; try again later, or"
                                    + " from another network")
                            .formatted(file.address(), digest, file.sha256()));
        }
        if (file.sha256() == null) {
            LOGGER.info("Recorded the sha256 of {}: {}", file.name(), digest);
        }
        Files.writeString(beside(target, ".sha256"), digest + "\n");
        Files.move(
                part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(beside(part, ".etag"));
    }

    private void transfer(RemoteFile file, Path part) throws IOException {
        Transfer transfer =
                new Transfer(
                        new Web(proxies.get(), stall), file, part, beside(part, ".etag"), progress);
        Retries retries = new Retries(attempts, firstPause, SteadyInputStream.least(stall));
        try {
            retries.run(
                    file.address().toString(),
                    () -> Files.exists(part) ? Files.size(part) : 0,
                    () -> {
                        transfer.run();
                        return null;
                    });
        } catch (DownloadException e) {
            throw e;
        } catch (RefusedException e) {
            throw new DownloadException(e.getMessage(), e.getCause());
        }
    }

    /** Builds a {@link Downloader}. */
    public static final class Builder {

        private Path folder = CacheFolder.locate();
        private boolean offline;
        private int attempts = 5;
        private Duration firstPause = Duration.ofSeconds(1);
        private Duration stall = Duration.ofSeconds(30);
        private Progress progress;
        private Supplier<ProxySelector> proxies = () -> EnvironmentProxies.from(System.getenv());

        private Builder() {}

        /**
         * Sets the cache folder; by default {@link CacheFolder#locate()}.
         *
         * @param cache the folder, made if need be
         * @return this builder
         */
        public Builder optFolder(Path cache) {
            this.folder = Objects.requireNonNull(cache, "cache");
            return this;
        }

        /**
         * Sets whether only the cache may be used.
         *
         * @param only true to fetch nothing
         * @return this builder
         */
        public Builder optOffline(boolean only) {
            this.offline = only;
            return this;
        }

        /**
         * Sets how often a transfer that gets nowhere is tried, and the pause after the first try,
         * which doubles each time.
         *
         * @param tries the number of tries, at least 1
         * @param pause the first pause
         * @return this builder
         */
        public Builder optRetries(int tries, Duration pause) {
            this.attempts = Math.max(1, tries);
            this.firstPause = Objects.requireNonNull(pause, "pause");
            return this;
        }

        /**
         * Sets how long the other end may be silent, or send next to nothing.
         *
         * @param silence the time after which a connection is given up
         * @return this builder
         */
        public Builder optStall(Duration silence) {
            this.stall = Objects.requireNonNull(silence, "silence");
            return this;
        }

        /**
         * Sets the way to the network; by default {@link EnvironmentProxies}.
         *
         * @param selector the proxies
         * @return this builder
         */
        public Builder optProxies(ProxySelector selector) {
            Objects.requireNonNull(selector, "selector");
            this.proxies = () -> selector;
            return this;
        }

        /**
         * Sets who is told the bytes that have come of each file.
         *
         * @param listener the listener; null, by default, for nobody
         * @return this builder
         */
        public Builder optProgress(Progress listener) {
            this.progress = listener;
            return this;
        }

        /**
         * Builds the downloader.
         *
         * @return the downloader
         */
        public Downloader build() {
            return new Downloader(this);
        }
    }
}
