package org.attn4j.models.generate;

/**
 * How long one target may be, in tokens that are generated.
 *
 * @param least how many stand before the end token may come; if they are not fewer than {@code
 *     most}, only a forced end token comes
 * @param most the most, the end token included
 */
public record Lengths(int least, int most) {

    /** {@inheritDoc} */
    public Lengths {
        if (least < 0 || most < 1) {
            throw new IllegalArgumentException(
                    "least must not be negative and most must be at least 1, got least="
                            + least
                            + ", most="
                            + most);
        }
    }
}
