package org.attn4j.cli.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a page writes them. */
public final class Figures {

    private static final MathContext DIGITS = new MathContext(4);
    private static final double SMALL = 1e-4;
    private static final double LARGE = 1000;
    private static final double HUGE = 1e15;

    private Figures() {}

    /** A whole number, its thousands apart. */
    public static String text(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A number by four digits, or all of those before its point. */
    public static String text(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (!(size >= SMALL && size < HUGE)) { // NaN as well
            return String.format(Locale.ROOT, "%.3e", value)
                    .replaceFirst("\\.?0*e", "e")
                    .replaceFirst("e([+-])0?", "e$1")
                    .replace("e+", "e");
        }
        return size >= LARGE
                ? String.format(Locale.ROOT, "%,.0f", value)
                : new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
