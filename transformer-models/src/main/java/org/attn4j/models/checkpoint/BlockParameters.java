package org.attn4j.models.checkpoint;

import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The parameters of a block by path: the names of the children on the way, then the parameter's
 * own, joined with dots, as in {@code encoder.layers.0.self_attention.query_proj.weight}.
 *
 * <p>DJL prefixes the name of a child with its number ({@code 01query_proj}); the number is left
 * off here, so that a path does not depend on the order of construction. Only where siblings share
 * a name, as in a {@code SequentialBlock}, does it stay. A parameter that is reached on several
 * ways (tied weights, a block used twice) is counted once, under the first.
 */
public final class BlockParameters {

    private final Map<String, Parameter> unique = new LinkedHashMap<>();
    private final Map<String, Parameter> all = new HashMap<>();
    private final Map<String, List<String>> paths = new HashMap<>();

    private BlockParameters() {}

    /**
     * Walks a block.
     *
     * @param block the block, initialised or not
     * @return its parameters
     */
    public static BlockParameters of(Block block) {
        BlockParameters parameters = new BlockParameters();
        parameters.walk("", block);
        return parameters;
    }

    private void walk(String prefix, Block block) {
        for (Pair<String, Parameter> direct : block.getDirectParameters()) {
            String path = prefix + direct.getKey();
            List<String> known =
                    paths.computeIfAbsent(direct.getValue().getId(), id -> new ArrayList<>());
            if (known.isEmpty()) {
                unique.put(path, direct.getValue());
            }
            known.add(path);
            all.put(path, direct.getValue());
        }
        BlockList children = block.getChildren();
        List<String> names = names(children);
        for (int i = 0; i < children.size(); i++) {
            walk(prefix + names.get(i) + ".", children.valueAt(i));
        }
    }

    private static List<String> names(BlockList children) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < children.size(); i++) {
            String key = children.keyAt(i);
            String number = String.format(Locale.ROOT, "%02d", i + 1);
            boolean numbered = key.startsWith(number) && key.length() > number.length();
            names.add(numbered ? key.substring(number.length()) : key);
        }
        List<String> result = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean shared = Collections.frequency(names, names.get(i)) > 1;
            result.add(shared ? children.keyAt(i) : names.get(i));
        }
        return result;
    }

    /**
     * Lists the blocks within another one.
     *
     * @param block the block to look into
     * @return all below it by path, such as {@code encoder.layers.0.self_attn}, in its order
     */
    public static Map<String, Block> blocks(Block block) {
        Map<String, Block> blocks = new LinkedHashMap<>();
        collect("", block, blocks);
        return blocks;
    }

    private static void collect(String prefix, Block block, Map<String, Block> blocks) {
        BlockList children = block.getChildren();
        List<String> names = names(children);
        for (int i = 0; i < children.size(); i++) {
            blocks.put(prefix + names.get(i), children.valueAt(i));
            collect(prefix + names.get(i) + ".", children.valueAt(i), blocks);
        }
    }

    /**
     * Returns every parameter once.
     *
     * @return the parameters by their first path, in the order of the block
     */
    public Map<String, Parameter> byPath() {
        return Collections.unmodifiableMap(unique);
    }

    /**
     * Returns all ways to a parameter.
     *
     * @param parameter a parameter of the block
     * @return its paths, the one in {@link #byPath} first
     */
    List<String> pathsOf(Parameter parameter) {
        return paths.getOrDefault(parameter.getId(), List.of());
    }

    /** Returns the parameter at a path, be it the first to it or another; null if there is none. */
    Parameter find(String path) {
        return all.get(path);
    }

    /**
     * Returns how many numbers the parameters hold, tied ones counted once.
     *
     * @return the count
     * @throws IllegalStateException if the block is not initialised
     */
    public long count() {
        long count = 0;
        for (Map.Entry<String, Parameter> entry : unique.entrySet()) {
            if (entry.getValue().getShape() == null) {
                throw new IllegalStateException(
                        "parameter %s has no shape yet; initialise the block first"
                                .formatted(entry.getKey()));
            }
            count += entry.getValue().getShape().size();
        }
        return count;
    }
}
