package org.attn4j.parity.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a model's outputs differ from a reference's.
 *
 * @param model what was compared, for messages
 * @param tolerance the largest absolute difference that is allowed
 * @param cases the cases
 */
public record ModelParityReport(String model, double tolerance, List<CaseReport> cases) {

    /** {@inheritDoc} */
    public ModelParityReport {
        cases = List.copyOf(cases);
    }

    /**
     * One case.
     *
     * @param name its name
     * @param kind what was computed
     * @param outputs the outputs in the order in which the model computes them
     */
    public record CaseReport(String name, ModelFixture.Kind kind, List<OutputReport> outputs) {

        /** {@inheritDoc} */
        public CaseReport {
            outputs = List.copyOf(outputs);
        }

        /**
         * Returns the first place where model and reference differ, in the order of computation.
         *
         * @return the place, if there is one
         */
        public Optional<OutputReport> firstDifference() {
            return outputs.stream().filter(output -> !output.equal()).findFirst();
        }

        /**
         * Returns the largest difference of all outputs.
         *
         * @return the difference
         */
        public double difference() {
            return outputs.stream().mapToDouble(OutputReport::difference).max().orElse(0);
        }

        /**
         * Returns what a person reads: how far the outputs are apart, and the first place that
         * differs.
         *
         * @return one line or two
         */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            String verdict = firstDifference().isEmpty() ? "same  " : "DIFFER";
            lines.add(
                    "%s  %s: %d outputs, largest difference %s"
                            .formatted(verdict, name, outputs.size(), shown(difference())));
            firstDifference().ifPresent(output -> lines.add("        first at " + output));
            return lines;
        }
    }

    /**
     * One output.
     *
     * @param name its name in the reference, such as {@code hidden_states.1}
     * @param difference the largest absolute difference; infinite where nothing can be compared
     * @param equal whether it is small enough
     * @param detail what cannot be told in a number: where the largest difference is, other shapes,
     *     an output that the model does not give; empty for nothing
     */
    public record OutputReport(String name, double difference, boolean equal, String detail) {

        @Override
        public String toString() {
            String number = Double.isInfinite(difference) ? "" : shown(difference) + " ";
            return name + ": " + number + detail;
        }
    }

    /**
     * Returns whether everything agrees.
     *
     * @return true if no output differs
     */
    public boolean equal() {
        return cases.stream().allMatch(it -> it.firstDifference().isEmpty());
    }

    /**
     * Returns the largest difference of all outputs.
     *
     * @return the difference
     */
    public double difference() {
        return cases.stream().mapToDouble(CaseReport::difference).max().orElse(0);
    }

    /**
     * Returns what a person reads: a line for each case, and the first place that differs.
     *
     * @return the lines
     */
    public List<String> lines() {
        return cases.stream().flatMap(it -> it.lines().stream()).toList();
    }

    private static String shown(double difference) {
        return difference == 0 ? "0" : String.format(Locale.ROOT, "%.1e", difference);
    }
}
