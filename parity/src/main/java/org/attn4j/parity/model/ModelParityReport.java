package org.attn4j.parity.model;

import java.util.List;
import java.util.Optional;
import org.attn4j.parity.Difference;

/**
 * How a model's outputs differ from a reference's.
 *
 * @param tolerance the largest absolute difference that is allowed
 * @param cases the cases
 */
public record ModelParityReport(double tolerance, List<CaseReport> cases) {

    /** Copies the list. */
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
    public record CaseReport(String name, ModelFixture.Kind kind, List<Difference> outputs) {

        /** Copies the list. */
        public CaseReport {
            outputs = List.copyOf(outputs);
        }

        /**
         * Returns the first output in which model and reference differ, in the order of
         * computation.
         *
         * @return the output, if there is one
         */
        public Optional<Difference> firstDifference() {
            return outputs.stream().filter(output -> !output.within()).findFirst();
        }
    }

    /**
     * Returns whether everything agrees.
     *
     * @return true if no output differs
     */
    public boolean within() {
        return cases.stream().allMatch(it -> it.firstDifference().isEmpty());
    }
}
