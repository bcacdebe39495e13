package org.attn4j.models.generate;

import org.attn4j.common.Require;

/**
 * A penalty on going on that grows with each token.
 *
 * @param start how many tokens are generated before it begins
 * @param factor by what it grows
 */
public record ExponentialDecay(int start, double factor) {

    public ExponentialDecay {
        Require.that(
                start >= 0 && Double.isFinite(factor) && factor > 0,
                "a penalty on length begins at 0 or later and grows by a positive"
                        + " factor, got start=%s, factor=%s",
                start,
                factor);
    }
}
