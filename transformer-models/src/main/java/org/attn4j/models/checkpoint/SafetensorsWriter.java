package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.attn4j.common.Require;

/**
 * Writes safetensors files, byte for byte as Hugging Face's own writer does: the tensors of the
 * widest types first, then by name, under a compact header padded to 8 bytes.
 *
 * <p>A file is written aside, synced and renamed ({@link AtomicFile}): a failure leaves what was
 * there before. Values go from the engine's memory to the channel one tensor at a time.
 */
public final class SafetensorsWriter {

    /** The name of the weights in a model directory. */
    /** The name of a model's weights that are in one file. */
    public static final String MODEL_FILE = "model.safetensors";

    /** The name of the list of shards in a model directory. */
    static final String INDEX_FILE = "model.safetensors.index.json";

    /** The size in bytes from which a model is split, as in Hugging Face's libraries. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private static final Comparator<TensorContent> FILE_ORDER =
            Comparator.comparing(TensorContent::type)
                    .reversed()
                    .thenComparing(
                            content -> content.name().getBytes(StandardCharsets.UTF_8),
                            Arrays::compareUnsigned);

    private final Map<String, String> metadata;
    private final long maxShardBytes;
    private final ChannelOpener opener;

    private SafetensorsWriter(Builder builder) {
        metadata = builder.metadata;
        maxShardBytes = builder.maxShardBytes;
        opener = builder.opener;
    }

    /**
     * Returns a builder.
     *
     * @return a builder of a writer that marks its files {@code format=pt} and splits above 5 GB
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Writes arrays to one file.
     *
     * @param file the file to make or replace
     * @param tensors the arrays by name
     * @param metadata the texts that go with them
     * @throws IOException if it fails; the file is then as it was
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        builder().optMetadata(metadata).build().write(file, contents(tensors));
    }

    /**
     * Wraps arrays as contents, each in its own type.
     *
     * @param tensors the arrays by name
     * @return the contents in the same order
     */
    public static List<TensorContent> contents(Map<String, NDArray> tensors) {
        List<TensorContent> contents = new ArrayList<>();
        tensors.forEach((name, array) -> contents.add(TensorContent.of(name, array)));
        return contents;
    }

    /**
     * Writes tensors to one file.
     *
     * @param file the file to make or replace
     * @param tensors the tensors; their order does not matter
     * @throws IOException if it fails; the file is then as it was
     */
    public void write(Path file, Collection<? extends TensorContent> tensors) throws IOException {
        List<TensorContent> ordered = new ArrayList<>(tensors);
        ordered.sort(FILE_ORDER);
        byte[] header = header(ordered).toBytes();
        Require.that(
                header.length <= SafetensorsHeader.MAX_BYTES,
                "the header of %s would exceed %s bytes; save fewer tensors",
                file,
                SafetensorsHeader.MAX_BYTES);
        ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(header.length).put(header).flip();
        AtomicFile.write(
                file,
                channel -> {
                    AtomicFile.writeFully(channel, start);
                    CountingChannel counted = new CountingChannel(channel);
                    for (TensorContent tensor : ordered) {
                        counted.expect(tensor);
                    }
                },
                opener);
    }

    private SafetensorsHeader header(List<TensorContent> ordered) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        long position = 0;
        for (TensorContent tensor : ordered) {
            long end = Math.addExact(position, tensor.bytes());
            TensorInfo info =
                    new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), position, end);
            if (tensor.name().equals("__metadata__") || infos.put(tensor.name(), info) != null) {
                throw new IllegalArgumentException(
                        "a tensor cannot be saved under the name %s: it is taken"
                                .formatted(tensor.name()));
            }
            position = end;
        }
        return new SafetensorsHeader(infos, metadata);
    }

    /**
     * Writes the weights of a model into its directory: {@code model.safetensors}, or shards with
     * an index when they take more than the greatest size. What an earlier save left under the
     * other layout is removed afterwards.
     *
     * <p>Shards are written one after another: to replace a model in one step, write the whole
     * directory through {@link AtomicDirectory}.
     *
     * @param directory the directory, which exists
     * @param tensors the tensors, split in this order
     * @throws IOException if it fails
     */
    public void writeModel(Path directory, Collection<? extends TensorContent> tensors)
            throws IOException {
        List<List<TensorContent>> shards = split(tensors);
        Set<String> written = new HashSet<>();
        if (shards.size() == 1) {
            written.add(MODEL_FILE);
            write(directory.resolve(MODEL_FILE), shards.get(0));
        } else {
            Map<String, String> shardOf = new TreeMap<>();
            for (int i = 0; i < shards.size(); i++) {
                String shard =
                        String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
                shards.get(i).forEach(tensor -> shardOf.put(tensor.name(), shard));
                written.add(shard);
                write(directory.resolve(shard), shards.get(i));
            }
            written.add(INDEX_FILE);
            writeIndex(directory.resolve(INDEX_FILE), shardOf, tensors);
        }
        removeOthers(directory, written);
    }

    /** As huggingface_hub fills shards: a tensor too large for any does not end the one at hand. */
    private List<List<TensorContent>> split(Collection<? extends TensorContent> tensors) {
        List<List<TensorContent>> shards = new ArrayList<>();
        List<TensorContent> shard = new ArrayList<>();
        long bytes = 0;
        for (TensorContent tensor : tensors) {
            if (tensor.bytes() > maxShardBytes) {
                shards.add(List.of(tensor));
                continue;
            }
            if (bytes + tensor.bytes() > maxShardBytes) {
                shards.add(shard);
                shard = new ArrayList<>();
                bytes = 0;
            }
            shard.add(tensor);
            bytes += tensor.bytes();
        }
        if (!shard.isEmpty() || shards.isEmpty()) {
            shards.add(shard);
        }
        return shards;
    }

    private void writeIndex(
            Path file, Map<String, String> shardOf, Collection<? extends TensorContent> tensors)
            throws IOException {
        if (shardOf.size() != tensors.size()) {
            throw new IllegalArgumentException(
                    "two tensors of " + file.getParent() + " have the same name");
        }
        long total = tensors.stream().mapToLong(TensorContent::bytes).sum();
        Map<String, Object> index = new TreeMap<>();
        index.put("metadata", Map.of("total_size", total));
        index.put("weight_map", shardOf);
        String json =
                new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(index)
                        + "\n";
        AtomicFile.write(
                file,
                channel -> AtomicFile.writeFully(channel, StandardCharsets.UTF_8.encode(json)),
                opener);
    }

    private static void removeOthers(Path directory, Set<String> written) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, "model*.safetensors*")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean ours =
                        name.equals(MODEL_FILE)
                                || name.equals(INDEX_FILE)
                                || name.matches("model-\\d{5}-of-\\d{5}\\.safetensors");
                if (ours && !written.contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Holds every tensor to the size that the header promises. */
    private static final class CountingChannel implements WritableByteChannel {

        private final WritableByteChannel channel;
        private long count;

        CountingChannel(WritableByteChannel channel) {
            this.channel = channel;
        }

        void expect(TensorContent tensor) throws IOException {
            count = 0;
            tensor.writeTo(this);
            if (count != tensor.bytes()) {
                throw new IOException(
                        "tensor %s wrote %s bytes instead of %s"
                                .formatted(tensor.name(), count, tensor.bytes()));
            }
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = channel.write(bytes);
            count += written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            // The file's channel belongs to the one who opened it.
        }
    }

    /** Builds a {@link SafetensorsWriter}. */
    public static final class Builder {

        private Map<String, String> metadata = Map.of("format", "pt");
        private long maxShardBytes = DEFAULT_SHARD_BYTES;
        private ChannelOpener opener = ChannelOpener.FILES;

        private Builder() {}

        /**
         * Sets the texts in the header (default: {@code format=pt}, which Hugging Face's libraries
         * ask for).
         *
         * @param metadata the texts, written in the map's order
         * @return this builder
         */
        public Builder optMetadata(Map<String, String> metadata) {
            this.metadata = new LinkedHashMap<>(metadata);
            return this;
        }

        /**
         * Sets the greatest size of the tensors in one file of a model (default: 5 GB). A single
         * larger tensor gets a file of its own.
         *
         * @param maxShardBytes the number of bytes
         * @return this builder
         */
        public Builder optMaxShardBytes(long maxShardBytes) {
            Require.that(
                    maxShardBytes >= 1, "maxShardBytes must be positive, got %s", maxShardBytes);
            this.maxShardBytes = maxShardBytes;
            return this;
        }

        /**
         * Sets what opens the channels that files are written through.
         *
         * @param opener the opener
         * @return this builder
         */
        public Builder optChannelOpener(ChannelOpener opener) {
            this.opener = opener;
            return this;
        }

        /**
         * Builds the writer.
         *
         * @return the writer
         */
        public SafetensorsWriter build() {
            return new SafetensorsWriter(this);
        }
    }
}
