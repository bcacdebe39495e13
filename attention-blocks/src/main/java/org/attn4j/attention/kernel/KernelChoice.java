package org.attn4j.attention.kernel;

import java.util.Arrays;
import java.util.Locale;

/**
 * Which of several exact ways a machine computes fastest. Ways differ in the last bits, so a run
 * that is to be repeated bit for bit records its choice and restores it.
 *
 * @param linear how linear maps are computed
 * @param dropout how dropout masks are drawn
 */
public record KernelChoice(Linear linear, Dropout dropout) {

    /** The plain engine operations: the only choice on an engine without fused kernels. */
    public static final KernelChoice ENGINE = new KernelChoice(Linear.ENGINE, Dropout.ENGINE);

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

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text for instance {@code linear=onednn,dropout=hash}
     * @return the choice
     * @throws IllegalArgumentException if the text says anything else
     */
    public static KernelChoice parse(String text) {
        Linear linear = null;
        Dropout dropout = null;
        for (String part : text.split(",")) {
            String[] pair = part.trim().split("=", 2);
            String value = pair[pair.length - 1].trim();
            switch (pair[0].trim()) {
                case "linear" -> linear = constant(Linear.class, value, text);
                case "dropout" -> dropout = constant(Dropout.class, value, text);
                default -> throw unreadable(text, "linear=…,dropout=…");
            }
        }
        if (linear == null || dropout == null) {
            throw unreadable(text, "linear=…,dropout=…");
        }
        return new KernelChoice(linear, dropout);
    }

    /** {@inheritDoc} */
    @Override
    public String toString() {
        return "linear=" + lower(linear) + ",dropout=" + lower(dropout);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String value, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                unreadable(
                                        text,
                                        lower(type.getSimpleName()) + " one of " + names(type)));
    }

    private static IllegalArgumentException unreadable(String text, String expected) {
        return new IllegalArgumentException(
                "a kernel choice must have " + expected + ", got \"" + text + "\"");
    }

    private static <E extends Enum<E>> String names(Class<E> type) {
        return lower(Arrays.toString(type.getEnumConstants()));
    }

    private static String lower(Object value) {
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
