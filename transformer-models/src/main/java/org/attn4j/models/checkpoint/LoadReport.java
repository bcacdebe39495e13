package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What loading found.
 *
 * @param source the file or index that was read
 * @param loaded how many parameters got their values
 * @param missing the tensors that the model has parameters for and the file lacks; a parameter that
 *     the model's table does not name is given by its path
 * @param unused the tensors of the file that belong to no parameter
 * @param misshapen the tensors of another shape than their parameters ask for
 */
public record LoadReport(
        Path source,
        int loaded,
        List<String> missing,
        List<String> unused,
        List<Misshapen> misshapen) {

    /** More names than this are counted, not listed. */
    private static final int MAX_NAMES = 8;

    /**
     * Copies the lists.
     *
     * @param source the file or index that was read
     * @param loaded how many parameters got their values
     * @param missing the tensors that the file lacks
     * @param unused the tensors that belong to no parameter
     * @param misshapen the tensors of another shape than their parameters ask for
     */
    public LoadReport {
        missing = List.copyOf(missing);
        unused = List.copyOf(unused);
        misshapen = List.copyOf(misshapen);
    }

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
            return ShownNames.shown(tensor)
                    + " has shape "
                    + found
                    + " where the model has "
                    + expected;
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
        add(parts, "missing", missing.stream().map(ShownNames::shown).toList());
        add(parts, "unused", unused.stream().map(ShownNames::shown).toList());
        add(parts, "misshapen", misshapen);
        return source + " does not fit the model: " + String.join("; ", parts);
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
