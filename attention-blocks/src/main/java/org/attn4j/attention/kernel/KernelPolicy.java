package org.attn4j.attention.kernel;

import java.util.Arrays;
import java.util.Locale;

/** Which kernels are used where there is a choice. */
public enum KernelPolicy {
    /** The fused kernel where it applies and the reference elsewhere. */
    AUTO,
    /** The reference everywhere: plain operations, the same on every engine. */
    REFERENCE,
    /** The fused kernels; an engine that has none is an error. */
    FUSED;

    /** The system property that sets the policy of this JVM. */
    public static final String PROPERTY = "attn4j.kernels";

    /**
     * The policy of this JVM.
     *
     * @return what the system property says, {@link #AUTO} when it is not set
     * @throws IllegalArgumentException if the property names no policy
     */
    public static KernelPolicy current() {
        String name = System.getProperty(PROPERTY, AUTO.name());
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    PROPERTY + " must be one of " + Arrays.toString(values()) + ", got " + name, e);
        }
    }
}
