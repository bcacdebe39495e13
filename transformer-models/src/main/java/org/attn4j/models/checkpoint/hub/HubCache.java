package org.attn4j.models.checkpoint.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.AtomicFile;

/**
 * The cache folder, laid out as {@code huggingface_hub} lays it out:
 *
 * <pre>
 * models--org--name/blobs/DIGEST                 the content, once
 * models--org--name/snapshots/COMMIT/config.json a link to it, or a copy where there are no links
 * models--org--name/refs/main                    the commit that a branch or tag was when last asked
 * models--org--name/.no_exist/COMMIT/FILE        a file that the commit has not
 * models--org--name/.incomplete/COMMIT           while its folder is fetched; of our own
 * .locks/models--org--name/DIGEST.lock
 * </pre>
 */
final class HubCache {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final Path root;

    HubCache(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path root() {
        return root;
    }

    Path folder(HubModel model) {
        return root.resolve(model.folder());
    }

    Path blob(HubModel model, HubFile file) {
        return folder(model).resolve("blobs").resolve(file.etag());
    }

    Path lock(HubModel model, HubFile file) {
        return root.resolve(".locks").resolve(model.folder()).resolve(file.etag() + ".lock");
    }

    Path snapshot(HubModel model, String commit) {
        return folder(model).resolve("snapshots").resolve(commit);
    }

    /** Where a commit's file stands, whether it is there or not. */
    Path path(HubModel model, String commit, String name) {
        return snapshot(model, commit).resolve(HubFile.requireInside(name));
    }

    /** The commit that the model's revision was when it was last asked for. */
    Optional<String> commit(HubModel model) throws IOException {
        if (model.isPinned()) {
            return Optional.of(model.revision());
        }
        Path ref = folder(model).resolve("refs").resolve(model.revision());
        if (!Files.isRegularFile(ref) || Files.size(ref) > 100) {
            return Optional.empty();
        }
        String commit = Files.readString(ref).strip();
        return COMMIT.matcher(commit).matches() ? Optional.of(commit) : Optional.empty();
    }

    void remember(HubModel model, String commit) throws IOException {
        if (model.isPinned() || commit(model).filter(commit::equals).isPresent()) {
            return;
        }
        Path ref = folder(model).resolve("refs").resolve(model.revision());
        Files.createDirectories(ref.getParent());
        AtomicFile.writeString(ref, commit);
    }

    /** The file, if the cache has it at the model's revision. */
    Optional<Path> find(HubModel model, String name) throws IOException {
        Optional<String> commit = commit(model);
        if (commit.isEmpty()) {
            return Optional.empty();
        }
        Path path = path(model, commit.get(), name);
        return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
    }

    boolean isKnownToBeMissing(HubModel model, String name) throws IOException {
        Optional<String> commit = commit(model);
        return commit.isPresent() && Files.exists(missing(model, commit.get(), name));
    }

    private Path missing(HubModel model, String commit, String name) {
        return folder(model)
                .resolve(".no_exist")
                .resolve(commit)
                .resolve(HubFile.requireInside(name));
    }

    /** Says that the folder of a commit lacks files, until {@link #markComplete}. */
    void markIncomplete(HubModel pinned) throws IOException {
        Files.createDirectories(incomplete(pinned));
    }

    void markComplete(HubModel pinned) throws IOException {
        Files.deleteIfExists(incomplete(pinned));
    }

    boolean isIncomplete(HubModel pinned) {
        return Files.exists(incomplete(pinned));
    }

    private Path incomplete(HubModel pinned) {
        return folder(pinned).resolve(".incomplete").resolve(pinned.revision());
    }

    /** Lets the commit's file be the blob: by a relative link, or by moving it where links fail. */
    Path link(HubModel model, HubFile file) throws IOException {
        Path path = path(model, file.commit(), file.name());
        if (Files.isRegularFile(path)) {
            return path;
        }
        Path blob = blob(model, file);
        Files.createDirectories(path.getParent());
        Files.deleteIfExists(path); // a link to a blob that is gone
        try {
            Files.createSymbolicLink(path, path.getParent().relativize(blob));
        } catch (FileAlreadyExistsException e) {
            // Another process was faster.
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(blob, path, StandardCopyOption.ATOMIC_MOVE);
        }
        return path;
    }

    /** The models in the cache, by name. */
    List<CachedModel> models() throws IOException {
        List<CachedModel> found = new ArrayList<>();
        for (Path folder : list(root)) {
            String name = folder.getFileName().toString();
            String id = name.replaceFirst("^models--", "").replaceFirst("--", "/");
            if (name.startsWith("models--") && HubModel.isName(id) && !id.contains("@")) {
                found.add(describe(new HubModel(id, HubModel.MAIN), folder));
            }
        }
        return found;
    }

    private static CachedModel describe(HubModel model, Path folder) throws IOException {
        Map<String, String> revisions = new TreeMap<>();
        Path refs = folder.resolve("refs");
        for (Path ref : walk(refs)) {
            if (Files.size(ref) <= 100) {
                String revision = refs.relativize(ref).toString().replace('\\', '/');
                revisions.put(revision, Files.readString(ref).strip());
            }
        }
        long bytes = 0;
        for (Path file : walk(folder)) {
            bytes += Files.size(file);
        }
        List<Path> snapshots = list(folder.resolve("snapshots"));
        return new CachedModel(model.id(), revisions, snapshots, bytes);
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Regular files below a folder; links are not followed, so that a blob counts once. */
    private static List<Path> walk(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            return entries.filter(
                            file ->
                                    Files.isRegularFile(
                                            file, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }
}
