package org.attn4j.models.generate;

import org.attn4j.common.Require;

/**
 * How long one target may be, in tokens that are generated.
 *
 * @param least how many stand before the end token may come; if they are not fewer than {@code
 *     most}, only a forced end token comes
 * @param most the most, the end token included
 */
public record Lengths(int least, int most) {

    public Lengths {
        Require.that(
                least >= 0 && most >= 1,
                "least must not be negative and most must be at least 1, got least=%s, most=%s",
                least,
                most);
    }
}
