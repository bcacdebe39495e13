package org.attn4j.models.checkpoint.hub;

import ai.djl.util.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.attn4j.common.Digests;
import org.attn4j.common.FileLocks;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.PrintableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models from the Hugging Face Hub, fetched once into the cache that Python programs use too.
 *
 * <p>A file that is in the cache at a commit is used without asking. A branch or tag is asked for
 * its commit each time, and if the Hub cannot be reached the commit of the last time serves.
 * Several processes may want the same model at once.
 */
public final class Hub {

    private static final Logger LOGGER = LoggerFactory.getLogger(Hub.class);

    /** What a model consists of: settings, weights, vocabularies. Never code, never pickle. */
    private static final Set<String> KINDS =
            Set.of("json", "safetensors", "txt", "model", "spm", "jinja");

    private static final Set<String> PICKLE = Set.of("bin", "pt", "pth", "ckpt", "pkl");

    private final HubSettings settings;
    private final HubCache cache;
    private final HubClient client;
    private final Progress progress; // null for nobody

    /**
     * Creates the way to a Hub.
     *
     * @param settings where it is, where its files are kept
     */
    public Hub(HubSettings settings) {
        this(settings, null);
    }

    /**
     * Creates the way to a Hub.
     *
     * @param settings where it is, where its files are kept
     * @param progress is told the bytes that have come of each file; null for nobody
     */
    public Hub(HubSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        cache = new HubCache(settings.cache());
        client = new HubClient(settings);
    }

    /**
     * Returns the way to the Hub that the environment names.
     *
     * @return the Hub
     * @see HubSettings#fromEnvironment()
     */
    public static Hub fromEnvironment() {
        return new Hub(HubSettings.fromEnvironment());
    }

    /**
     * Returns whether a file is one that a model may consist of: settings, weights in safetensors,
     * vocabularies.
     *
     * @param name the file's path within the model
     * @return whether it is fetched
     */
    public static boolean isPartOfAModel(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        boolean hidden = last.startsWith(".");
        boolean foreign = // weights for other programs, in folders of their own
                name.matches("(onnx|openvino|coreml|flax|tf|original)/.*");
        return !hidden && !foreign && KINDS.contains(HubFile.kind(name));
    }

    /**
     * Returns a file of a model, fetching it if the cache has not the one that the revision means
     * now.
     *
     * @param model the model
     * @param name the file's path within the model
     * @return its position in the cache
     * @throws HubFileMissingException if the model has no such file
     * @throws IOException if it cannot be had
     * @throws IllegalArgumentException if the name leaves the model's folder
     */
    public Path file(HubModel model, String name) throws IOException {
        HubFile.requireInside(name);
        Optional<Path> cached = cache.find(model, name);
        if (cached.isPresent() && (model.isPinned() || settings.offline())) {
            return cached.get();
        }
        if (settings.offline()) {
            throw cache.isKnownToBeMissing(model, name)
                    ? new HubFileMissingException(model, name)
                    : notCached(model, name);
        }
        HubFile file;
        try {
            file = client.describe(model, name);
        } catch (HubFileMissingException e) {
            throw e;
        } catch (HubException e) {
            if (cached.isPresent() && e.getCause() != null) { // not reached, rather than refused
                LOGGER.warn("{}; using what the cache has", e.getMessage());
                return cached.get();
            }
            throw e;
        }
        if (model.isPinned() && !file.commit().equals(model.revision())) {
            throw new HubException(
                    "the server gives %s of commit %s for %s: is HF_ENDPOINT the address of a Hub?"
                            .formatted(name, file.commit(), model));
        }
        cache.remember(model, file.commit());
        return fetch(model, file);
    }

    private HubException notCached(HubModel model, String name) {
        return new HubException(
                "%s of %s is not in the cache %s and downloads are switched off: unset HF_HUB_OFFLINE, or fetch it on a machine with a network"
                        .formatted(name, model, cache.root()));
    }

    private Path fetch(HubModel model, HubFile file) throws IOException {
        Path path = cache.path(model, file.commit(), file.name());
        if (Files.isRegularFile(path)) {
            return path;
        }
        Path blob = cache.blob(model, file);
        Files.createDirectories(blob.getParent());
        try (Closeable lock = FileLocks.acquire(cache.lock(model, file))) {
            Objects.requireNonNull(lock);
            if (!Files.isRegularFile(path) && !Files.isRegularFile(blob)) {
                new BlobDownload(client, model, file, blob, progress).run();
            }
            return cache.link(model, file);
        }
    }

    /**
     * Returns the folder of a model, with its settings, weights and vocabularies in it.
     *
     * @param model the model
     * @return the folder of the commit in the cache, to be read alone
     * @throws IOException if the model cannot be had, or has no weights in safetensors
     */
    public Path model(HubModel model) throws IOException {
        return folder(model, Hub::isPartOfAModel, true);
    }

    /**
     * Returns the folder of a model, with some of its files in it.
     *
     * @param model the model
     * @param wanted says which files
     * @return the folder of the commit in the cache, to be read alone
     * @throws IOException if the files cannot be had
     */
    public Path files(HubModel model, Predicate<String> wanted) throws IOException {
        return folder(model, wanted, false);
    }

    private Path folder(HubModel model, Predicate<String> wanted, boolean weights)
            throws IOException {
        HubClient.Listing listing;
        try {
            listing = settings.offline() ? null : client.list(model);
        } catch (HubException e) {
            if (e.getCause() == null || cachedFolder(model, weights).isEmpty()) {
                throw e;
            }
            LOGGER.warn("{}; using what the cache has", e.getMessage());
            listing = null;
        }
        if (listing == null) {
            return cachedFolder(model, weights)
                    .orElseThrow(() -> notCached(model, "the whole folder"));
        }
        List<String> names = usable(model, listing, wanted);
        if (weights) {
            requireSafetensors(model, names, listing.files());
        }
        HubModel pinned = model.at(listing.commit());
        cache.markIncomplete(pinned);
        for (String name : names) {
            file(pinned, name);
        }
        cache.markComplete(pinned);
        cache.remember(model, listing.commit());
        return cache.snapshot(model, listing.commit());
    }

    /** The wanted files, without those whose names could not be kept on every system. */
    private static List<String> usable(
            HubModel model, HubClient.Listing listing, Predicate<String> wanted) {
        List<String> names = new ArrayList<>();
        for (String name : listing.files().stream().filter(wanted).sorted().toList()) {
            if (HubFile.isInside(name)) {
                names.add(name);
            } else {
                LOGGER.warn(
                        "{} is left out of {}: the server's name for it is no path within a folder",
                        PrintableName.quoted(name),
                        model);
            }
        }
        return names;
    }

    /** The folder in the cache, unless a fetch of it was cut off, or it has no weights yet. */
    private Optional<Path> cachedFolder(HubModel model, boolean weights) throws IOException {
        Optional<String> commit = cache.commit(model);
        if (commit.isEmpty() || cache.isIncomplete(model.at(commit.get()))) {
            return Optional.empty();
        }
        Path folder = cache.snapshot(model, commit.get());
        boolean usable =
                Files.isDirectory(folder)
                        && (!weights
                                || filesIn(folder).stream()
                                        .map(file -> HubFile.kind(file.toString()))
                                        .anyMatch(
                                                kind ->
                                                        kind.equals("safetensors")
                                                                || PICKLE.contains(kind)));
        return usable ? Optional.of(folder) : Optional.empty();
    }

    private static void requireSafetensors(HubModel model, List<String> names, List<String> files)
            throws HubException {
        if (names.stream().anyMatch(name -> HubFile.kind(name).equals("safetensors"))) {
            return;
        }
        boolean pickled = files.stream().anyMatch(name -> PICKLE.contains(HubFile.kind(name)));
        throw new HubException(
                pickled
                        ? "%s has its weights in pickle files alone, which can run any code and are never read: take a revision with model.safetensors (many models have one at refs/pr/…), or convert it with transformers' save_pretrained"
                                .formatted(model)
                        : "%s has no weights in safetensors: take another model".formatted(model));
    }

    /**
     * Makes one folder of a model that works without a network and without the cache: real files,
     * each held against its digest once more, and {@code SHA256SUMS} to check them by later.
     *
     * @param model the model
     * @param target the folder to make or replace
     * @return the folder
     * @throws IOException if the model cannot be had, or the folder not written
     */
    public Path bundle(HubModel model, Path target) throws IOException {
        Path source = model(model);
        TreeMap<String, String> sums = new TreeMap<>();
        for (Path file : filesIn(source)) {
            sums.put(source.relativize(file).toString().replace('\\', '/'), verified(model, file));
        }
        AtomicDirectory.write(
                target,
                folder -> {
                    List<String> lines = new ArrayList<>();
                    for (var entry : sums.entrySet()) {
                        Path copy = folder.resolve(entry.getKey());
                        Files.createDirectories(copy.getParent());
                        Files.copy(source.resolve(entry.getKey()), copy); // of its own, no link
                        if (!entry.getValue().equals(Digests.sha256(copy))) {
                            throw new IOException(entry.getKey() + " was damaged in copying");
                        }
                        lines.add(entry.getValue() + "  " + entry.getKey());
                    }
                    Files.write(folder.resolve("SHA256SUMS"), lines);
                });
        return target;
    }

    /** The SHA-256 of a cached file, which is held against the digest that its blob is named by. */
    private static String verified(HubModel model, Path cached) throws IOException {
        Path blob = cached.toRealPath();
        String name = blob.getFileName().toString();
        String sum = Digests.sha256(blob);
        boolean sound =
                switch (name.matches("[0-9a-f]+") ? name.length() : 0) {
                    case 64 -> sum.equals(name);
                    case 40 -> name.equals(Digests.gitSha1(blob));
                    default -> true;
                };
        if (!sound) {
            throw new HubException(
                    "%s of %s does not have its digest any more: remove %s and fetch the model again"
                            .formatted(cached.getFileName(), model, blob));
        }
        return sum;
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var entries = Files.walk(folder)) {
            return entries.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /**
     * Returns what is in the cache.
     *
     * @return the models, by name
     * @throws IOException if the cache cannot be read
     */
    public List<CachedModel> cached() throws IOException {
        return cache.models();
    }

    /**
     * Returns where the cache is.
     *
     * @return the folder, which need not exist
     */
    public Path cacheFolder() {
        return cache.root();
    }
}
