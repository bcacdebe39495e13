package org.attn4j.models.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MappedFile;

/**
 * A safetensors file, memory-mapped and read tensor by tensor.
 *
 * <p>Opening reads the header alone and checks it in full: its length against the file's, strict
 * JSON, no name twice, known types, shapes whose size can be counted and equals the span of their
 * offsets, values without gap or overlap to the end of the file. Nothing is allocated from a number
 * that was not checked.
 */
public final class SafetensorsFile implements TensorSource {

    private static final int LENGTH_BYTES = 8;

    private final FileRegion region;
    private final long dataStart;
    private final SafetensorsHeader header;
    private final Map<String, Optional<MappedFile>> maps = new HashMap<>(); // by engine
    private final Set<String> given = ConcurrentHashMap.newKeySet(); // arrays of the maps

    private SafetensorsFile(FileRegion region, long dataStart, SafetensorsHeader header) {
        this.region = region;
        this.dataStart = dataStart;
        this.header = header;
    }

    /**
     * Opens a file and checks its header.
     *
     * @param path the file
     * @return the open file; close it
     * @throws CheckpointFormatException if the file breaks a rule of the format
     * @throws IOException if the file is missing or cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        FileRegion region = FileRegion.open(path);
        try {
            ByteBuffer start = region.slice(0, (int) Math.min(64, region.size()));
            Optional<String> foreign = ForeignWeights.byContent(path, start);
            if (foreign.isPresent()) {
                throw new CheckpointFormatException(foreign.get());
            }
            long headerBytes = headerBytes(region);
            long dataStart = LENGTH_BYTES + headerBytes;
            ByteBuffer text = region.slice(LENGTH_BYTES, (int) headerBytes);
            if (text.get(0) != '{') {
                throw CheckpointFormatException.safetensors(
                        path, "its header does not begin with {");
            }
            try (Reader json = utf8(text)) {
                SafetensorsHeader header =
                        SafetensorsHeader.parse(path, json, region.size() - dataStart);
                return new SafetensorsFile(region, dataStart, header);
            }
        } catch (IOException | RuntimeException e) {
            region.close();
            throw e;
        }
    }

    private static long headerBytes(FileRegion region) throws IOException {
        if (region.size() < LENGTH_BYTES) {
            throw CheckpointFormatException.safetensors(
                    region.path(), "it has " + region.size() + " bytes, too few for any content");
        }
        long length = region.slice(0, LENGTH_BYTES).getLong();
        if (length < 2 || length > SafetensorsHeader.MAX_BYTES) {
            throw CheckpointFormatException.safetensors(
                    region.path(),
                    "it claims a header of %s bytes, where 2 to %s are allowed"
                            .formatted(Long.toUnsignedString(length), SafetensorsHeader.MAX_BYTES));
        }
        if (length > region.size() - LENGTH_BYTES) {
            throw CheckpointFormatException.safetensors(
                    region.path(),
                    ("it claims a header of %s bytes, but the whole file has %s"
                                    + " (it is truncated?)")
                            .formatted(length, region.size()));
        }
        return length;
    }

    private static Reader utf8(ByteBuffer text) {
        InputStream bytes =
                new InputStream() {
                    @Override
                    public int read() {
                        return text.hasRemaining() ? text.get() & 0xff : -1;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        if (!text.hasRemaining()) {
                            return -1;
                        }
                        int count = Math.min(length, text.remaining());
                        text.get(target, offset, count);
                        return count;
                    }
                };
        return new InputStreamReader(
                bytes,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public Path path() {
        return region.path();
    }

    @Override
    public Set<String> names() {
        return header.tensors().keySet();
    }

    @Override
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new IllegalArgumentException(path() + " holds no tensor named " + name);
        }
        return info;
    }

    @Override
    public NDArray read(String name, NDManager manager) throws IOException {
        TensorInfo info = info(name);
        return read(
                name,
                manager,
                info.type().isReadable() ? info.type().dataType() : DataType.FLOAT32);
    }

    @Override
    public NDArray read(String name, NDManager manager, DataType type) throws IOException {
        TensorInfo info = info(name);
        info.requireReadable(path());
        NDArray array = TensorReader.read(region, dataStart, info, manager, type);
        array.setName(name);
        return array;
    }

    @Override
    public NDArray map(String name, NDManager manager, DataType type) throws IOException {
        TensorInfo info = info(name);
        Optional<MappedFile> mapped = info.bytes() == 0 ? Optional.empty() : mapped(manager);
        if (mapped.isEmpty() || !mapped.get().supports(info.type().storedType(), type)) {
            return read(name, manager, type);
        }
        if (!given.add(name)) {
            return read(name, manager, type); // the first array may have been changed
        }
        region.requireWhole();
        NDArray array =
                mapped.get()
                        .array(
                                manager,
                                dataStart + info.begin(),
                                info.type().storedType(),
                                info.shape(),
                                type);
        array.setName(name);
        return array;
    }

    /** The file as an engine maps it, once for all tensors; the maps are guarded by their lock. */
    private Optional<MappedFile> mapped(NDManager manager) throws IOException {
        synchronized (maps) {
            String engine = manager.getEngine().getEngineName();
            if (!maps.containsKey(engine)) {
                Optional<MappedFile> mapped =
                        Kernels.of(manager).files().map(path(), region.size());
                maps.put(engine, mapped);
                if (mapped.isPresent()) {
                    requireSameFile(mapped.get(), manager);
                }
            }
            return maps.get(engine);
        }
    }

    /** The engine opens the file by its name, which another file may have taken since. */
    private void requireSameFile(MappedFile mapped, NDManager manager) throws IOException {
        try (NDManager scratch = manager.newSubManager(Device.cpu());
                NDArray start =
                        mapped.array(
                                scratch, 0, DataType.UINT8, new Shape(dataStart), DataType.UINT8)) {
            if (!start.toByteBuffer(true).equals(region.slice(0, (int) dataStart))) {
                throw new IOException(path() + " was replaced while it was open; load it again");
            }
        }
    }

    @Override
    public TensorContent content(String name) {
        return new StoredContent(region, dataStart, info(name));
    }

    @Override
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public void close() throws IOException {
        synchronized (maps) {
            maps.values().forEach(mapped -> mapped.ifPresent(MappedFile::close));
            maps.clear();
        }
        region.close();
    }
}
