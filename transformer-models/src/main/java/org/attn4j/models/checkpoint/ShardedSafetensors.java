package org.attn4j.models.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.attn4j.common.Require;

/**
 * A model whose weights lie in several safetensors files, listed by an index ({@code
 * model.safetensors.index.json}).
 *
 * <p>The index says in which shard a tensor is: what another shard has under its name is passed
 * over, and a tensor that it does not list is taken where one shard alone has it. It names plain
 * files of its own folder; anything else is refused. Every shard is opened and checked at once,
 * values are read when they are asked for.
 */
public final class ShardedSafetensors implements TensorSource {

    private static final int MAX_SHARDS = 4096;

    private final Path index;
    private final Map<String, SafetensorsFile> shards;
    private final Map<String, SafetensorsFile> shardOf;

    private ShardedSafetensors(
            Path index, Map<String, SafetensorsFile> shards, Map<String, SafetensorsFile> shardOf) {
        this.index = index;
        this.shards = shards;
        this.shardOf = shardOf;
    }

    /**
     * Opens an index and all its shards.
     *
     * @param index the index file
     * @return the open source; close it
     * @throws CheckpointFormatException if the index or a shard is malformed, or they disagree
     * @throws IOException if a file is missing or cannot be read
     */
    public static ShardedSafetensors open(Path index) throws IOException {
        Path folder = index.toAbsolutePath().getParent();
        return open(index, ModelFiles.of(folder));
    }

    static ShardedSafetensors open(ModelFiles files, String index) throws IOException {
        return open(files.file(index), files);
    }

    /** Whether an index positions a tensor in a file. */
    static boolean names(ModelFiles files, String index, String shard) throws IOException {
        return weightMap(files.file(index)).containsValue(shard);
    }

    private static ShardedSafetensors open(Path index, ModelFiles files) throws IOException {
        Map<String, String> weightMap = weightMap(index);
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        try {
            for (String shard : weightMap.values()) {
                if (!shards.containsKey(shard)) {
                    shards.put(shard, openShard(index, files, shard));
                }
            }
            return new ShardedSafetensors(index, shards, shardOf(index, weightMap, shards));
        } catch (IOException | RuntimeException e) {
            closeAll(shards);
            throw e;
        }
    }

    private static Map<String, String> weightMap(Path index) throws IOException {
        JsonObject json = JsonFiles.read(index, SafetensorsHeader.MAX_BYTES);
        if (!(json.get("weight_map") instanceof JsonObject map) || map.isEmpty()) {
            throw new CheckpointFormatException(
                    index
                            + " has no weight_map from tensor names to files; download or save it again");
        }
        Map<String, String> weightMap = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : map.entrySet()) {
            JsonElement value = entry.getValue();
            if (!value.isJsonPrimitive() || !isPlainFileName(value.getAsString())) {
                throw new CheckpointFormatException(
                        ("%s places tensor %s in %s, which is not the name of a"
                                        + " .safetensors file in the same folder; do not use it")
                                .formatted(
                                        index,
                                        PrintableName.of(entry.getKey()),
                                        PrintableName.of(value.toString())));
            }
            weightMap.put(entry.getKey(), value.getAsString());
        }
        if (Set.copyOf(weightMap.values()).size() > MAX_SHARDS) {
            throw new CheckpointFormatException(
                    index + " names more than " + MAX_SHARDS + " files");
        }
        return weightMap;
    }

    private static boolean isPlainFileName(String name) {
        return name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors");
    }

    private static SafetensorsFile openShard(Path index, ModelFiles files, String shard)
            throws IOException {
        if (!files.has(shard)) {
            throw new NoSuchFileException(
                    files.folder().resolve(shard).toString(),
                    null,
                    "this shard is missing, but " + index + " names it; download or copy it too");
        }
        return SafetensorsFile.open(files.file(shard));
    }

    private static Map<String, SafetensorsFile> shardOf(
            Path index, Map<String, String> weightMap, Map<String, SafetensorsFile> shards)
            throws IOException {
        Map<String, SafetensorsFile> shardOf = new LinkedHashMap<>();
        for (SafetensorsFile shard : shards.values()) {
            for (String name : shard.names()) {
                String listed = weightMap.get(name);
                if (listed != null) {
                    if (shards.get(listed) == shard) {
                        shardOf.put(name, shard);
                    }
                    continue; // what another shard has of it is not the model's
                }
                SafetensorsFile other = shardOf.put(name, shard);
                if (other != null) {
                    throw new CheckpointFormatException(
                            ("tensor %s is in both %s and %s; download or save"
                                            + " the model again")
                                    .formatted(PrintableName.of(name), other.path(), shard.path()));
                }
            }
        }
        for (Map.Entry<String, String> entry : weightMap.entrySet()) {
            if (!shardOf.containsKey(entry.getKey())) {
                throw new CheckpointFormatException(
                        ("%s places tensor %s in %s, but it is not there;"
                                        + " download or save the model again")
                                .formatted(
                                        index, PrintableName.of(entry.getKey()), entry.getValue()));
            }
        }
        return Collections.unmodifiableMap(shardOf);
    }

    @Override
    public Path path() {
        return index;
    }

    @Override
    public Set<String> names() {
        return shardOf.keySet();
    }

    @Override
    public TensorInfo info(String name) {
        return shard(name).info(name);
    }

    @Override
    public NDArray read(String name, NDManager manager) throws IOException {
        return shard(name).read(name, manager);
    }

    @Override
    public NDArray read(String name, NDManager manager, DataType type) throws IOException {
        return shard(name).read(name, manager, type);
    }

    @Override
    public NDArray map(String name, NDManager manager, DataType type) throws IOException {
        return shard(name).map(name, manager, type);
    }

    @Override
    public TensorContent content(String name) {
        return shard(name).content(name);
    }

    private SafetensorsFile shard(String name) {
        SafetensorsFile shard = shardOf.get(name);
        Require.that(shard != null, "%s lists no tensor named %s", index, name);
        return shard;
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        shards.values().forEach(shard -> metadata.putAll(shard.metadata()));
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public void close() throws IOException {
        closeAll(shards);
    }

    private static void closeAll(Map<String, SafetensorsFile> shards) throws IOException {
        IOException failure = null;
        for (SafetensorsFile shard : shards.values()) {
            try {
                shard.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
