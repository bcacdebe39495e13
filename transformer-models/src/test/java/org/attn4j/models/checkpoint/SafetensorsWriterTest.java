package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

    private static final Path MODELS = Path.of("src/test/resources/goldens/models");

    @TempDir private Path folder;

    private static List<TensorContent> contents(TensorSource source) {
        List<TensorContent> contents = new ArrayList<>();
        source.names().forEach(name -> contents.add(source.content(name)));
        return contents;
    }

    /** A channel that breaks after some bytes, as when a disk fills. */
    private record FillingDisk(FileChannel channel, long room) implements WritableByteChannel {

        static ChannelOpener of(long room) {
            return path ->
                    new FillingDisk(
                            FileChannel.open(
                                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            room);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            long left = room - channel.position();
            if (left <= 0) {
                throw new IOException("No space left on device");
            }
            ByteBuffer part =
                    bytes.slice(bytes.position(), (int) Math.min(left, bytes.remaining()));
            int count = channel.write(part);
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void copiesFilesOfHuggingFacesWriterByteForByte() throws IOException {
        for (String name :
                List.of(
                        "bert_mlm_legacy_names_a/model.safetensors",
                        "bert_sharded_half_a/model-00001-of-00002.safetensors",
                        "bert_sharded_half_a/model-00002-of-00002.safetensors")) {
            try (SafetensorsFile original = SafetensorsFile.open(MODELS.resolve(name))) {
                Path copy = folder.resolve("copy.safetensors");
                SafetensorsWriter.builder().build().write(copy, contents(original));
                assertEquals(-1, Files.mismatch(original.path(), copy), name);
            }
        }
    }

    @Test
    void splitsAModelAsTheIndexOfOthersSays() throws IOException {
        Path original = MODELS.resolve("bert_sharded_half_a");
        try (TensorSource source = TensorSource.open(original)) {
            SafetensorsWriter.builder()
                    .optMaxShardBytes(33_950)
                    .build()
                    .writeModel(folder, contents(source));
        }
        for (String name :
                List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            assertEquals(-1, Files.mismatch(original.resolve(name), folder.resolve(name)), name);
        }
        Path index = folder.resolve("model.safetensors.index.json");
        assertEquals(
                Files.readString(original.resolve("model.safetensors.index.json")).strip(),
                Files.readString(index).strip());
    }

    @Test
    void removesTheOtherLayoutWhenAModelIsWrittenAgain() throws IOException {
        List<TensorContent> tensors =
                List.of(new BytesContent("a", new byte[10]), new BytesContent("b", new byte[10]));
        SafetensorsWriter.builder().optMaxShardBytes(10).build().writeModel(folder, tensors);
        assertEquals(3, files().size());
        Files.createFile(folder.resolve("model-notes.safetensors"));
        SafetensorsWriter.builder().build().writeModel(folder, tensors);
        assertEquals(
                List.of("model-notes.safetensors", "model.safetensors"),
                files().stream().map(file -> file.getFileName().toString()).toList());
        SafetensorsWriter.builder().optMaxShardBytes(5).build().writeModel(folder, tensors);
        assertEquals(4, files().size());
    }

    @Test
    void leavesTheOldFileWhenTheDiskFills() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.builder()
                .build()
                .write(file, List.of(new BytesContent("old", new byte[] {1, 2, 3})));
        byte[] before = Files.readAllBytes(file);
        List<TensorContent> larger =
                List.of(
                        new BytesContent("a", new byte[1000]),
                        new BytesContent("b", new byte[1000]));
        // In the length, the header, the first tensor, the last byte.
        for (long room : new long[] {0, 5, 50, 1000, 2159}) {
            SafetensorsWriter writer =
                    SafetensorsWriter.builder().optChannelOpener(FillingDisk.of(room)).build();
            SaveException failure =
                    assertThrows(SaveException.class, () -> writer.write(file, larger));
            assertTrue(
                    failure.getMessage()
                            .contains(
                                    "No space left on device; what was there before is unchanged"),
                    failure.getMessage());
            assertArrayEquals(before, Files.readAllBytes(file));
            assertEquals(List.of(file), files(), "room " + room);
        }
        SafetensorsWriter.builder()
                .optChannelOpener(FillingDisk.of(5000))
                .build()
                .write(file, larger);
        assertEquals(2160, Files.size(file));
    }

    /** A device that is always full gives the system's own error. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void saysWhatTheSystemSaysOfAFullDisk() {
        ChannelOpener full =
                path -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
        SafetensorsWriter writer = SafetensorsWriter.builder().optChannelOpener(full).build();
        Path file = folder.resolve("model.safetensors");
        SaveException failure =
                assertThrows(
                        SaveException.class,
                        () -> writer.write(file, List.of(new BytesContent("a", new byte[1]))));
        assertTrue(
                failure.getMessage()
                        .startsWith("cannot save " + file + ": No space left on device"),
                failure.getMessage());
    }

    @Test
    void saysThatTheFolderIsMissing() {
        Path file = folder.resolve("none/model.safetensors");
        SaveException failure =
                assertThrows(
                        SaveException.class,
                        () ->
                                SafetensorsWriter.builder()
                                        .build()
                                        .write(file, List.of(new BytesContent("a", new byte[1]))));
        assertTrue(failure.getMessage().contains(file.toString()), failure.getMessage());
    }

    @Test
    void ordersByTypeThenByName() throws IOException {
        Path file = folder.resolve("t.safetensors");
        List<TensorContent> tensors = new ArrayList<>();
        for (String name : List.of("b", "ａ", "😀", "a.10", "a.2", "B")) {
            tensors.add(new BytesContent(name, new byte[1]));
        }
        SafetensorsWriter.builder().build().write(file, tensors);
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            // By the bytes of UTF-8: the emoji, of four bytes, comes last.
            assertEquals("[B, a.10, a.2, b, ａ, 😀]", read.names().toString());
        }
    }

    @Test
    void escapesNamesAndTexts() throws IOException {
        Path file = folder.resolve("t.safetensors");
        String odd = "q\"b\\n\n\t\u0001é";
        SafetensorsWriter.builder()
                .optMetadata(Map.of(odd, odd))
                .build()
                .write(file, List.of(new BytesContent(odd, new byte[] {7})));
        byte[] bytes = Files.readAllBytes(file);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
        assertTrue(new String(bytes, StandardCharsets.UTF_8).contains("q\\\"b\\\\n\\n\\t\\u0001é"));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertEquals(Map.of(odd, odd), read.metadata());
            assertEquals(1, read.info(odd).bytes());
        }
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        List<TensorContent> twice =
                List.of(new BytesContent("a", new byte[1]), new BytesContent("a", new byte[2]));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        SafetensorsWriter.builder()
                                .build()
                                .write(folder.resolve("t.safetensors"), twice));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        SafetensorsWriter.builder()
                                .optMaxShardBytes(1)
                                .build()
                                .writeModel(folder, twice));
    }

    @Test
    void readsWhereFilesCannotBeMapped() throws IOException {
        try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
            Path file = memory.getPath("/t.safetensors");
            SafetensorsWriter.builder()
                    .build()
                    .write(file, List.of(new BytesContent("a", new byte[] {1, 2, 3})));
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                read.content("a").writeTo(Channels.newChannel(out));
                assertArrayEquals(new byte[] {1, 2, 3}, out.toByteArray());
            }
        }
    }

    @Test
    void saysThatAFileWasCutShortWhileOpen() throws IOException {
        Path file = folder.resolve("t.safetensors");
        SafetensorsWriter.builder()
                .build()
                .write(file, List.of(new BytesContent("a", new byte[100_000])));
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(5000);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            IOException failure =
                    assertThrows(
                            IOException.class,
                            () -> read.content("a").writeTo(Channels.newChannel(out)));
            assertTrue(failure.getMessage().contains("cut short"), failure.getMessage());
        }
    }
}
