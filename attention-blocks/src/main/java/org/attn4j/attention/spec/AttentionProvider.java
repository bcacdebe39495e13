package org.attn4j.attention.spec;

import java.util.Objects;
import java.util.function.BiFunction;
import org.attn4j.attention.Attention;

/**
 * Provides one mechanism by name.
 *
 * <p>To add one of your own, implement this in a public class with a constructor without arguments
 * and name the class in {@code META-INF/services/org.attn4j.attention.spec.AttentionProvider} of
 * your jar. {@link Mechanisms} then finds it, and all that builds mechanisms by name offers it.
 */
public interface AttentionProvider {

    /**
     * Describes the mechanism.
     *
     * @return its name, what it is for, where it may stand and its options
     */
    MechanismInfo info();

    /**
     * Makes the mechanism. {@link Mechanisms#create} has checked the slot and the options, and
     * filled in the options that were left out and have a default.
     *
     * @param spec the options
     * @param site where it will stand
     * @return a block from (B, T, D) to (B, T, D), not initialised
     * @throws IllegalArgumentException if an option has a value that the mechanism cannot have
     */
    Attention create(AttentionSpec spec, AttentionSite site);

    /**
     * Returns a provider made of its two parts.
     *
     * @param info what {@link #info()} returns
     * @param maker what {@link #create} does
     * @return the provider
     */
    static AttentionProvider of(
            MechanismInfo info, BiFunction<AttentionSpec, AttentionSite, Attention> maker) {
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(maker, "maker");
        return new AttentionProvider() {
            @Override
            public MechanismInfo info() {
                return info;
            }

            @Override
            public Attention create(AttentionSpec spec, AttentionSite site) {
                return maker.apply(spec, site);
            }
        };
    }
}
