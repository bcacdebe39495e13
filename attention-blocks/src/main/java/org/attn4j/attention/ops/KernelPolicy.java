package org.attn4j.attention.ops;

import java.util.Locale;

/**
 * Which kernels a JVM uses where there is a choice.
 *
 * @param required whether an engine without fused kernels is an error
 * @param choice the choice that is forced; null for what suits the machine
 */
public record KernelPolicy(boolean required, KernelChoice choice) {

    /** The fused kernels that suit the machine and proved right on it, the reference elsewhere. */
    public static final KernelPolicy AUTO = new KernelPolicy(false, null);

    /** The reference everywhere: plain operations, the same on every engine. */
    public static final KernelPolicy REFERENCE = new KernelPolicy(false, KernelChoice.REFERENCE);

    /** As {@link #AUTO}, but an engine that has no fused kernels is an error. */
    public static final KernelPolicy FUSED = new KernelPolicy(true, null);

    /** The system property that sets the policy of this JVM. */
    public static final String PROPERTY = "attn4j.kernels";

    /** The system property that forces a choice, whatever {@link #PROPERTY} says. */
    public static final String CHOICE_PROPERTY = "attn4j.kernels.choice";

    /**
     * The policy of this JVM.
     *
     * @return what the system properties say, {@link #AUTO} when none is set
     * @throws IllegalArgumentException if a property cannot be read
     */
    public static KernelPolicy current() {
        return parse(text());
    }

    /** What {@link #current} reads. */
    static String text() {
        String choice = System.getProperty(CHOICE_PROPERTY);
        return choice != null ? choice : System.getProperty(PROPERTY, "auto");
    }

    /**
     * Reads a policy.
     *
     * @param text {@code auto}, {@code reference}, {@code fused}, or a choice in the form of {@link
     *     KernelChoice#parse}
     * @return the policy
     * @throws IllegalArgumentException if the text says anything else
     */
    public static KernelPolicy parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "auto" -> AUTO;
            case "fused" -> FUSED;
            default -> forced(choice(name));
        };
    }

    private static KernelChoice choice(String name) {
        try {
            return KernelChoice.parse(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the kernels must be auto, reference, fused or a choice: " + e.getMessage(), e);
        }
    }

    private static KernelPolicy forced(KernelChoice choice) {
        return choice.fused() ? new KernelPolicy(true, choice) : REFERENCE;
    }
}
