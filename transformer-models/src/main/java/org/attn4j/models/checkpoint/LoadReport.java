package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What loading found.
 *
 * @param source the file or index that was read
 * @param loaded how many parameters got their values
 * @param missing the tensors that the model has parameters for and the file lacks; a parameter that
 *     the model's table does not name is given by its path
 * @param unused the tensors of the file that belong to no parameter
 * @param misshapen the tensors of another shape than their parameters ask for
 * @param ignored the tensors of the file that no model needs, such as the buffers of masks
 * @param stored how the file keeps the tensors that were loaded, by the names that the model's
 *     table gives them; more than one where a tied tensor is stored under each of its names
 */
public record LoadReport(
        Path source,
        int loaded,
        List<String> missing,
        List<String> unused,
        List<Misshapen> misshapen,
        List<String> ignored,
        Map<String, List<Stored>> stored) {

    /** More names than this are counted, not listed. */
    private static final int MAX_NAMES = 8;

    public LoadReport {
        missing = List.copyOf(missing);
        unused = List.copyOf(unused);
        misshapen = List.copyOf(misshapen);
        ignored = List.copyOf(ignored);
        stored = Map.copyOf(stored);
    }

    /**
     * Creates a report that does not tell how tensors are kept.
     *
     * @param source the file or index that was read
     * @param loaded how many parameters got their values
     * @param missing the tensors that the file lacks
     * @param unused the tensors that belong to no parameter
     * @param misshapen the tensors of another shape than their parameters ask for
     */
    public LoadReport(
            Path source,
            int loaded,
            List<String> missing,
            List<String> unused,
            List<Misshapen> misshapen) {
        this(source, loaded, missing, unused, misshapen, List.of(), Map.of());
    }

    /**
     * A tensor as the file keeps it.
     *
     * @param name its name there
     * @param type its element type there
     */
    public record Stored(String name, TensorType type) {}

    /**
     * A tensor of the wrong shape.
     *
     * @param tensor the tensor's name
     * @param expected the shape that the model asks for
     * @param found the shape in the file
     */
    public record Misshapen(String tensor, Shape expected, Shape found) {

        @Override
        public String toString() {
            return "%s has shape %s where the model has %s"
                    .formatted(PrintableName.of(tensor), found, expected);
        }
    }

    /**
     * Returns whether file and model fit exactly.
     *
     * @return true if nothing is missing, unused or misshapen
     */
    public boolean isExact() {
        return missing.isEmpty() && unused.isEmpty() && misshapen.isEmpty();
    }

    /**
     * Returns whether the differences are within what is allowed.
     *
     * @param strictness what is allowed
     * @return true if loading may go on
     */
    public boolean satisfies(Strictness strictness) {
        return (missing.isEmpty() || strictness.allowMissing())
                && (unused.isEmpty() || strictness.allowUnused())
                && (misshapen.isEmpty() || strictness.allowMisshapen());
    }

    /**
     * Says in one sentence what fits and what does not.
     *
     * @return the sentence
     */
    public String message() {
        if (isExact()) {
            return source + " fits the model: " + loaded + " parameters loaded";
        }
        List<String> parts = new ArrayList<>();
        add(parts, "missing", missing.stream().map(PrintableName::of).toList());
        add(parts, "unused", unused.stream().map(PrintableName::of).toList());
        add(parts, "misshapen", misshapen);
        return source + " does not fit the model: " + String.join("; ", parts);
    }

    /** The sentence of {@link #message()}: a model has too many tensors to list them. */
    @Override
    public String toString() {
        return message();
    }

    private static void add(List<String> parts, String what, List<?> tensors) {
        if (tensors.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>();
        tensors.stream().limit(MAX_NAMES).forEach(tensor -> names.add(tensor.toString()));
        if (tensors.size() > MAX_NAMES) {
            names.add("and " + (tensors.size() - MAX_NAMES) + " more");
        }
        parts.add(tensors.size() + " " + what + " (" + String.join(", ", names) + ")");
    }
}
