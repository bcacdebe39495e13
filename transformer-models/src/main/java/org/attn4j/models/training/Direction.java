package org.attn4j.models.training;

import java.util.Locale;
import java.util.Set;

/** Which of two scores is the better one. */
public enum Direction {
    /** Known from the metric's name: lower for losses, perplexities and {@code ter}. */
    AUTO,
    /** The higher one, as for BLEU. */
    HIGHER,
    /** The lower one, as for a loss. */
    LOWER;

    private static final Set<String> LOWER_IS_BETTER =
            Set.of("loss", "perplexity", "bits_per_character", "ter");

    /** Whether a higher value of a metric is the better one. */
    boolean isHigher(String metric) {
        return this == AUTO
                ? !LOWER_IS_BETTER.contains(metric.toLowerCase(Locale.ROOT))
                : this == HIGHER;
    }
}
