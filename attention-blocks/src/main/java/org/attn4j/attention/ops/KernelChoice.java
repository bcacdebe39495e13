package org.attn4j.attention.ops;

import ai.djl.Device;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attn4j.common.Require;

/**
 * Which of several exact ways computes. Ways differ in the last bits, so a run that is to be
 * repeated bit for bit records its choice and restores it.
 *
 * @param fused whether fused kernels are used where they apply; if not, everything is the engine's
 *     own
 * @param linear how linear maps are computed
 * @param dropout how dropout masks are drawn
 * @param plain what is computed by plain array operations although there are fused kernels: any of
 *     {@link Part#ATTENTION}, {@link Part#LOSS}, {@link Part#OPTIMIZER} and {@link Part#SUBLAYER}
 */
public record KernelChoice(boolean fused, Linear linear, Dropout dropout, Set<Part> plain) {

    /** Plain array operations: the only choice on an engine without fused kernels. */
    public static final KernelChoice REFERENCE =
            new KernelChoice(false, Linear.ENGINE, Dropout.ENGINE);

    private static final Pattern FUSED =
            Pattern.compile(
                    "(?:kernels=)?fused,\\s*linear=(\\w+),\\s*dropout=(\\w+)(?:,\\s*plain=([\\w+]+))?");
    private static final Pattern PLAIN = Pattern.compile("(?:kernels=)?reference");
    private static final String FORM =
            "reference or fused,linear=engine|onednn|onednn_all|bf16,dropout=engine|hash[,plain=attention+loss+optimizer+sublayer]";

    /** What there are fused kernels for. */
    public enum Part {
        /** Scaled dot-product attention. */
        ATTENTION,
        /** Linear maps. */
        LINEAR,
        /** Cross-entropy. */
        LOSS,
        /** Dropout. */
        DROPOUT,
        /** The optimiser's arithmetic. */
        OPTIMIZER,
        /** Sublayers of transformers in training. */
        SUBLAYER
    }

    /** How linear maps are computed. */
    public enum Linear {
        /** The engine's own operation: MKL in libtorch on x86. */
        ENGINE,
        /**
         * oneDNN, through libtorch, for maps of an even number of inputs, so large that it is the
         * faster one.
         */
        ONEDNN,
        /** oneDNN for all maps of an even number of inputs: slower, but small models test it. */
        ONEDNN_ALL,
        /** Products of bfloat16 where maps are large: never chosen unless asked for. */
        BF16
    }

    /** How dropout masks are drawn. */
    public enum Dropout {
        /** The engine's own operation: a random number for each element. */
        ENGINE,
        /** Few random numbers, mixed by a hash of each element's position. */
        HASH
    }

    public KernelChoice {
        plain =
                plain.isEmpty()
                        ? Set.of()
                        : Collections.unmodifiableSet(EnumSet.copyOf(plain)); // in a fixed order
        Require.that(
                fused || linear == Linear.ENGINE && dropout == Dropout.ENGINE && plain.isEmpty(),
                "without fused kernels all is the engine's, got linear=%s, dropout=%s, plain=%s",
                linear,
                dropout,
                plain);
        Require.that(
                !plain.contains(Part.LINEAR) && !plain.contains(Part.DROPOUT),
                "plain must be among attention, loss, optimizer and sublayer, got %s:"
                        + " linear=engine and dropout=engine are the plain ways of these",
                plain);
    }

    /**
     * A choice with every fused kernel.
     *
     * @param fused whether fused kernels are used where they apply
     * @param linear how linear maps are computed
     * @param dropout how dropout masks are drawn
     */
    public KernelChoice(boolean fused, Linear linear, Dropout dropout) {
        this(fused, linear, dropout, Set.of());
    }

    /**
     * The choice that suits a device, by what it is; which ways are right there is not asked.
     *
     * @param device the device
     * @return the choice
     */
    static KernelChoice suited(Device device) {
        if (device.isGpu()) {
            return new KernelChoice(true, Linear.ENGINE, Dropout.ENGINE);
        }
        return new KernelChoice(
                true,
                Processor.here().prefersOneDnn() ? Linear.ONEDNN : Linear.ENGINE,
                Dropout.HASH);
    }

    /**
     * Whether a part is computed by a kernel of ours.
     *
     * @param part the part
     * @return false if the engine's own operations compute it
     */
    public boolean fuses(Part part) {
        return switch (part) {
            case LINEAR -> linear != Linear.ENGINE;
            case DROPOUT -> dropout != Dropout.ENGINE;
            default -> fused && !plain.contains(part);
        };
    }

    /**
     * How a part is computed, in words.
     *
     * @param part the part
     * @return for instance {@code linear=onednn} or {@code fused attention}
     */
    public String name(Part part) {
        return lower(
                switch (part) {
                    case LINEAR -> "linear=" + linear;
                    case DROPOUT -> "dropout=" + dropout;
                    default -> (fuses(part) ? "fused " : "plain ") + part;
                });
    }

    /**
     * This choice with a part computed by the engine's own operations.
     *
     * @param part the part
     * @return the choice
     */
    public KernelChoice without(Part part) {
        if (!fuses(part)) {
            return this;
        }
        return switch (part) {
            case LINEAR -> with(Linear.ENGINE);
            case DROPOUT -> new KernelChoice(fused, linear, Dropout.ENGINE, plain);
            default -> {
                Set<Part> more = EnumSet.of(part);
                more.addAll(plain);
                yield new KernelChoice(fused, linear, dropout, more);
            }
        };
    }

    /**
     * This choice with linear maps computed in another way.
     *
     * @param other the way
     * @return the choice
     */
    KernelChoice with(Linear other) {
        return new KernelChoice(fused, other, dropout, plain);
    }

    /**
     * Reads what {@link #toString} wrote; {@code kernels=} may be missing.
     *
     * @param text for instance {@code kernels=fused,linear=onednn,dropout=hash}
     * @return the choice
     * @throws IllegalArgumentException if the text says anything else
     */
    public static KernelChoice parse(String text) {
        Matcher match = FUSED.matcher(text.strip());
        if (match.matches()) {
            Set<Part> plain = EnumSet.noneOf(Part.class);
            if (match.group(3) != null) {
                for (String part : match.group(3).split("\\+")) {
                    plain.add(constant(Part.class, part, text));
                }
            }
            return new KernelChoice(
                    true,
                    constant(Linear.class, match.group(1), text),
                    constant(Dropout.class, match.group(2), text),
                    plain);
        }
        if (PLAIN.matcher(text.strip()).matches()) {
            return REFERENCE;
        }
        throw new IllegalArgumentException(
                "a kernel choice must be " + FORM + ", got \"" + text + "\"");
    }

    @Override
    public String toString() {
        if (!fused) {
            return "kernels=reference";
        }
        String ways = "kernels=fused,linear=" + lower(linear) + ",dropout=" + lower(dropout);
        return plain.isEmpty()
                ? ways
                : ways
                        + ",plain="
                        + plain.stream().map(KernelChoice::lower).collect(Collectors.joining("+"));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String value, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s must be one of %s, got \"%s\""
                                                .formatted(
                                                        lower(type.getSimpleName()),
                                                        lower(
                                                                Arrays.toString(
                                                                        type.getEnumConstants())),
                                                        text)));
    }

    private static String lower(Object value) {
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
