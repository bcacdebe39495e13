package org.attn4j.models.generate;

/**
 * A penalty on going on that grows with each token.
 *
 * @param start how many tokens are generated before it begins
 * @param factor by what it grows
 */
public record ExponentialDecay(int start, double factor) {

    /** {@inheritDoc} */
    public ExponentialDecay {
        if (start < 0 || !Double.isFinite(factor) || factor <= 0) {
            throw new IllegalArgumentException(
                    "a penalty on length begins at 0 or later and grows by a positive factor, got"
                            + " start="
                            + start
                            + ", factor="
                            + factor);
        }
    }
}
