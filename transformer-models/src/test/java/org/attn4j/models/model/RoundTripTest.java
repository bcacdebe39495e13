package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.TensorInfo;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that is loaded and saved is the same checkpoint. */
class RoundTripTest {

    @TestFactory
    Stream<DynamicTest> savesWhatItLoaded(@TempDir Path temporary) throws IOException {
        return GoldenFolders.all().stream()
                .map(
                        folder ->
                                dynamicTest(
                                        folder.getFileName().toString(),
                                        () ->
                                                assertSame(
                                                        folder,
                                                        temporary.resolve(folder.getFileName()))));
    }

    private static void assertSame(Path folder, Path target) throws IOException {
        try (LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(folder)) {
            model.save(target);
        }
        assertEquals(
                JsonFiles.read(folder.resolve("config.json")),
                JsonFiles.read(target.resolve("config.json")));
        try (TensorSource before = TensorSource.open(folder);
                TensorSource after = TensorSource.open(target)) {
            assertEquals(before.names(), after.names());
            for (String name : before.names()) {
                TensorInfo info = before.info(name);
                assertEquals(info.type(), after.info(name).type(), name);
                assertEquals(info.shape(), after.info(name).shape(), name);
                assertArrayEquals(bytes(before, name), bytes(after, name), name);
            }
        }
        Path single = folder.resolve("model.safetensors");
        if (Files.exists(single) && isByTheReferenceWriter(single)) {
            assertArrayEquals(
                    Files.readAllBytes(single),
                    Files.readAllBytes(target.resolve("model.safetensors")));
        }
    }

    /** Its header has no spaces, and the metadata first. */
    private static boolean isByTheReferenceWriter(Path file) throws IOException {
        String start = "{\"__metadata__\":{\"format\":\"pt\"},";
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return text.startsWith(start, Long.BYTES);
    }

    private static byte[] bytes(TensorSource source, String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WritableByteChannel channel = Channels.newChannel(bytes)) {
            source.content(name).writeTo(channel);
        }
        return bytes.toByteArray();
    }
}
