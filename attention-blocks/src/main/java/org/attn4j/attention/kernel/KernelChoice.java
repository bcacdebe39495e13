package org.attn4j.attention.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of several exact ways a machine computes fastest. Ways differ in the last bits, so a run
 * that is to be repeated bit for bit records its choice and restores it.
 *
 * @param fused whether fused kernels are used where they apply; if not, everything is the engine's
 *     own
 * @param linear how linear maps are computed
 * @param dropout how dropout masks are drawn
 */
public record KernelChoice(boolean fused, Linear linear, Dropout dropout) {

    /** Plain array operations: the only choice on an engine without fused kernels. */
    public static final KernelChoice REFERENCE =
            new KernelChoice(false, Linear.ENGINE, Dropout.ENGINE);

    private static final Pattern FUSED =
            Pattern.compile("kernels=fused,\\s*linear=(\\w+),\\s*dropout=(\\w+)");
    private static final String FORM = "kernels=reference or kernels=fused,linear=…,dropout=…";

    /** How linear maps are computed. */
    public enum Linear {
        /** The engine's own operation: MKL in libtorch on x86. */
        ENGINE,
        /** oneDNN, through libtorch. */
        ONEDNN
    }

    /** How dropout masks are drawn. */
    public enum Dropout {
        /** The engine's own operation: a random number for each element. */
        ENGINE,
        /** Few random numbers, mixed by a hash of each element's place. */
        HASH
    }

    /** {@inheritDoc} */
    public KernelChoice {
        if (!fused && (linear != Linear.ENGINE || dropout != Dropout.ENGINE)) {
            throw new IllegalArgumentException(
                    "without fused kernels all is the engine's, got linear="
                            + linear
                            + ", dropout="
                            + dropout);
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text for instance {@code kernels=fused,linear=onednn,dropout=hash}
     * @return the choice
     * @throws IllegalArgumentException if the text says anything else
     */
    public static KernelChoice parse(String text) {
        Matcher match = FUSED.matcher(text.strip());
        if (match.matches()) {
            return new KernelChoice(
                    true,
                    constant(Linear.class, match.group(1), text),
                    constant(Dropout.class, match.group(2), text));
        }
        if (text.strip().equals(REFERENCE.toString())) {
            return REFERENCE;
        }
        throw new IllegalArgumentException(
                "a kernel choice must be " + FORM + ", got \"" + text + "\"");
    }

    /** {@inheritDoc} */
    @Override
    public String toString() {
        return fused
                ? "kernels=fused,linear=" + lower(linear) + ",dropout=" + lower(dropout)
                : "kernels=reference";
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String value, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        lower(type.getSimpleName())
                                                + " must be one of "
                                                + lower(Arrays.toString(type.getEnumConstants()))
                                                + ", got \""
                                                + text
                                                + "\""));
    }

    private static String lower(Object value) {
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
