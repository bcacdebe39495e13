package org.attn4j.models.checkpoint;

/** The tensors of a checkpoint are not those of the model. */
public class WeightMismatchException extends CheckpointFormatException {

    private static final long serialVersionUID = 1L;

    private final transient LoadReport report;

    /**
     * Creates the exception.
     *
     * @param report what was found
     */
    public WeightMismatchException(LoadReport report) {
        super(
                report.message()
                        + "; check that config.json belongs to these weights, or allow the difference to load what fits");
        this.report = report;
    }

    /**
     * Returns what was found.
     *
     * @return the report
     */
    public LoadReport report() {
        return report;
    }
}
