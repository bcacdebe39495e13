package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import org.attn4j.common.Require;

/**
 * The sequences of a synthetic task: symbols are the numbers from 0, drawn evenly, and lengths are
 * drawn evenly too. No sequence occurs twice, in one part or in two.
 *
 * @param symbols the number of different symbols
 * @param minLength the least symbols in a sequence
 * @param maxLength the most symbols in a sequence
 * @param trainSize the number of training pairs
 * @param heldOutSize the number of validation pairs, and of test pairs
 * @param seed the seed; parts belong together if their configurations are equal
 */
public record SymbolTaskConfig(
        int symbols, int minLength, int maxLength, int trainSize, int heldOutSize, long seed) {

    /** 50,000 sequences of 5 to 30 of 50 symbols, and 1,000 to validate and to test with. */
    public static final SymbolTaskConfig DEFAULT =
            new SymbolTaskConfig(50, 5, 30, 50_000, 1_000, 1);

    private static final int MOST = 10_000_000;

    public SymbolTaskConfig {
        within("symbols", symbols, 1, 1_000_000);
        within("minLength", minLength, 1, maxLength);
        within("maxLength", maxLength, 1, 100_000);
        within("trainSize", trainSize, 1, MOST);
        within("heldOutSize", heldOutSize, 1, MOST);
    }

    private static void within(String name, int value, int least, int most) {
        Require.that(
                value >= least && value <= most,
                "%s must be between %s and %s, got %s",
                name,
                least,
                most,
                value);
    }

    int size(Usage usage) {
        return usage == Usage.TRAIN ? trainSize : heldOutSize;
    }
}
