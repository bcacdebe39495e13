package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {

    @TempDir private Path place;

    private Path folder;
    private Path secret;
    private ModelFiles files;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectories(place.resolve("model"));
        secret = Files.writeString(place.resolve("secret.txt"), "a secret");
        Files.writeString(folder.resolve("own.json"), "{}");
        files = ModelFiles.of(folder);
    }

    private void link(String name, String target) throws IOException {
        Path link = folder.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    private void assertRefused(String name, String... parts) {
        assertTrue(files.has(name), name);
        IOException refusal = assertThrows(IOException.class, () -> files.file(name));
        for (String part : parts) {
            assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        }
        assertThrows(IOException.class, () -> files.find(name));
        assertThrows(IOException.class, () -> files.copy(name, place.resolve("copy")));
        assertFalse(Files.exists(place.resolve("copy")));
    }

    @Test
    void linksOutOfTheFolderAreRefused() throws IOException {
        link("absolute.json", secret.toString());
        link("relative.json", "../secret.txt");
        link("chain.json", "relative.json");
        link("linked", "..");
        link("1_Pooling/config.json", "../../secret.txt");
        Files.createDirectories(place.resolve("model-2"));
        Files.writeString(place.resolve("model-2/config.json"), "{}");
        link("neighbour.json", "../model-2/config.json"); // whose name begins as the folder's
        for (String name :
                Set.of(
                        "absolute.json",
                        "relative.json",
                        "chain.json",
                        "linked/secret.txt",
                        "1_Pooling/config.json",
                        "neighbour.json",
                        "../secret.txt")) {
            assertRefused(name, name.replaceAll(".*/", ""), "outside of the model's folder");
        }
    }

    @Test
    void linksWithinTheFolderAreFollowed() throws IOException {
        link("other.json", "own.json");
        link("1_Pooling/config.json", "../own.json");
        link("2_Dense", "1_Pooling");
        for (String name : Set.of("other.json", "1_Pooling/config.json", "2_Dense/config.json")) {
            assertEquals(folder.resolve(name), files.file(name));
            files.copy(name, place.resolve("copy"));
            assertEquals("{}", Files.readString(place.resolve("copy")));
            assertFalse(Files.isSymbolicLink(place.resolve("copy")));
        }
        assertEquals("{}", JsonFiles.text(files.in("1_Pooling").file("config.json")));
        assertEquals(
                Set.of("own.json", "other.json", "1_Pooling/config.json", "2_Dense/config.json"),
                files.names());
    }

    @Test
    void aFolderMayItselfBeALink() throws IOException {
        Path link = Files.createSymbolicLink(place.resolve("linked-model"), folder);
        link("1_Pooling/config.json", "../own.json");
        ModelFiles linked = ModelFiles.of(link);
        assertEquals("{}", JsonFiles.text(linked.file("own.json")));
        assertEquals(Set.of("own.json", "1_Pooling/config.json"), linked.names());
    }

    @Test
    void aHubCacheLinksToItsBlobs() throws IOException {
        Path repository = place.resolve("hub/models--org--name");
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/c0ffee"));
        Files.createDirectories(repository.resolve("blobs"));
        Files.writeString(repository.resolve("blobs/1234"), "{\"a\": 1}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/1234"));
        Files.createSymbolicLink(snapshot.resolve("ref.json"), Path.of("../../refs/main"));
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs/main"), "c0ffee");
        Path cache = Files.createSymbolicLink(place.resolve("cache"), place.resolve("hub"));
        Path reached = cache.resolve("models--org--name/snapshots/c0ffee");
        for (ModelFiles cached : Set.of(ModelFiles.of(snapshot), ModelFiles.of(reached))) {
            assertEquals("{\"a\": 1}", JsonFiles.text(cached.file("config.json")));
            assertThrows(CheckpointFormatException.class, () -> cached.file("ref.json"));
        }
        // A folder elsewhere whose files are links to the cache's.
        link("config.json", repository.resolve("blobs/1234").toString());
        assertEquals("{\"a\": 1}", JsonFiles.text(files.file("config.json")));
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("folder.json"));
        link("gone.json", "nowhere.json");
        link("loop.json", "loop.json");
        assertRefused("folder.json", "is a folder");
        assertRefused("gone.json", "nowhere.json", "not there");
        assertRefused("loop.json", "loop.json");
        assertFalse(files.has("none.json"));
        assertTrue(files.find("none.json").isEmpty());
        if (Pipes.make(folder.resolve("pipe.json"))) {
            assertRefused("pipe.json", "pipe");
            link("to-pipe.json", "pipe.json");
            assertRefused("to-pipe.json", "pipe");
        }
        if (Files.exists(Path.of("/dev/zero"))) {
            link("zero.json", "/dev/zero");
            assertRefused("zero.json", "outside");
            // Named by the user, not by a folder: it is still no file.
            IOException refusal =
                    assertThrows(
                            IOException.class, () -> ModelFiles.read(Path.of("/dev/zero"), 100));
            assertTrue(refusal.getMessage().contains("device"), refusal.getMessage());
        }
    }

    @Test
    void sizesAreBounded() throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(folder.resolve("l").toFile(), "rw")) {
            large.setLength(1L << 40); // sparse: it takes no room
        }
        for (IOException refusal :
                Set.of(
                        assertThrows(
                                IOException.class, () -> ModelFiles.read(files.file("l"), 100)),
                        assertThrows(
                                IOException.class, () -> files.copy("l", place.resolve("copy"))))) {
            assertTrue(refusal.getMessage().contains("1099511627776"), refusal.getMessage());
        }
        assertFalse(Files.exists(place.resolve("copy")));
        assertEquals(2, ModelFiles.read(files.file("own.json"), 2).length);
        assertThrows(IOException.class, () -> ModelFiles.read(files.file("own.json"), 1));
    }
}
