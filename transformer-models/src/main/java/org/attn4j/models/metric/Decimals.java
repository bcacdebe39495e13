package org.attn4j.models.metric;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Decimal text for scores. */
final class Decimals {

    private Decimals() {}

    /**
     * The value to a fixed number of decimals, rounded from its exact binary value and ties to
     * even, as C's printf does ({@code String.format} rounds ties up).
     */
    static String fixed(double value, int decimals) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
    }
}
