package org.attn4j.cli.report;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * An axis with round ticks: multiples of 1, 2 or 5 times a power of ten.
 *
 * @param low the value at its beginning
 * @param high the value at its end
 * @param step what lies between two ticks
 */
record Axis(double low, double high, BigDecimal step) {

    /** A multiple of the step that lies so near counts as reached. */
    private static final double NEAR = 1e-9;

    /** Numbers below a ten thousandth are written by a power of ten. */
    private static final int FINEST = -4;

    /**
     * An axis that begins and ends at a tick, with about so many intervals between. It has room
     * around a single value, but below zero only for values that are.
     */
    static Axis around(double least, double most, int intervals) {
        double half = most > least ? 0 : least == 0 ? 1 : Math.abs(least) / 2;
        BigDecimal step = roundStep((most - least + 2 * half) / intervals);
        double width = step.doubleValue();
        double begin = least < 0 ? least - half : Math.max(0, least - half);
        return new Axis(
                width * Math.floor(begin / width + NEAR),
                width * Math.ceil((most + half) / width - NEAR),
                step);
    }

    /** An axis of whole numbers from the first on, or from 0 if that is no further. */
    static Axis steps(long first, long last, int intervals) {
        double low = first <= last / 2 ? Math.min(0, first) : first;
        double high = Math.max(last, low + 1);
        return new Axis(low, high, roundStep((high - low) / intervals).max(BigDecimal.ONE));
    }

    /** The least of the round steps that is no shorter. */
    private static BigDecimal roundStep(double atLeast) {
        int exponent = (int) Math.floor(Math.log10(atLeast));
        for (int mantissa : new int[] {1, 2, 5}) {
            BigDecimal step = BigDecimal.valueOf(mantissa).scaleByPowerOfTen(exponent);
            if (step.doubleValue() >= atLeast * (1 - NEAR)) {
                return step;
            }
        }
        return BigDecimal.ONE.scaleByPowerOfTen(exponent + 1);
    }

    List<BigDecimal> ticks() {
        double width = step.doubleValue();
        return LongStream.rangeClosed(
                        (long) Math.ceil(low / width - NEAR),
                        (long) Math.floor(high / width + NEAR))
                .mapToObj(tick -> step.multiply(BigDecimal.valueOf(tick)))
                .toList();
    }

    /** A tick as it is written, with as many decimals as the others. */
    String label(BigDecimal tick) {
        int exponent = step.precision() - step.scale() - 1;
        if (tick.signum() == 0) {
            return "0";
        }
        if (exponent >= FINEST) {
            return String.format(Locale.ROOT, "%,." + Math.max(0, -exponent) + "f", tick);
        }
        int power = (int) Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))) + NEAR);
        return tick.scaleByPowerOfTen(-power).stripTrailingZeros().toPlainString() + "e" + power;
    }

    /** Where a value lies: 0 at the beginning, 1 at the end. */
    double share(double value) {
        return (value - low) / (high - low);
    }
}
