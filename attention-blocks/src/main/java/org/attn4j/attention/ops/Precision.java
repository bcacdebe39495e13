package org.attn4j.attention.ops;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What linear maps compute with. Everything else stays in float32: norms, softmax, loss, and the
 * weights that are trained.
 */
public enum Precision {
    /** float32: the weights as they are, in the order in which the processor reads them. */
    FP32,
    /**
     * bfloat16 products, summed in float32: two to three digits, and half the memory of packed
     * weights (Micikevicius et al. 2018, "Mixed Precision Training").
     */
    BF16,
    /**
     * int8 weights, a scale for each output, and int8 inputs, a scale for each row, so that a text
     * gives the same whatever it is computed with; summed in int32. Processors without VNNI get
     * weights of 7 bits. A quarter of the memory, in prediction alone.
     */
    INT8;

    /**
     * Reads a name.
     *
     * @param name {@code fp32}, {@code bf16} or {@code int8}
     * @return the precision
     * @throws IllegalArgumentException if it is another
     */
    public static Precision parse(String name) {
        for (Precision precision : values()) {
            if (precision.toString().equals(name.strip().toLowerCase(Locale.ROOT))) {
                return precision;
            }
        }
        throw new IllegalArgumentException(
                "precision must be one of %s, got \"%s\""
                        .formatted(
                                Arrays.stream(values())
                                        .map(Precision::toString)
                                        .collect(Collectors.joining(", ")),
                                name));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
