package org.attn4j.attention.position;

import java.util.Arrays;
import org.attn4j.common.Require;

/**
 * How the frequencies of a {@link RotaryEmbedding} are changed so that a model reads longer
 * sequences than it was trained on: the kinds of {@code rope_scaling} in Hugging Face's
 * configurations, computed in single precision as transformers does.
 */
public sealed interface RotaryScaling {

    /**
     * Computes the frequencies.
     *
     * @param size R, how many features of a head are rotated
     * @param base the base of the frequencies
     * @param length one more than the highest position of the call
     * @return R / 2 angles per position, in radians
     */
    float[] frequencies(int size, double base, long length);

    /**
     * Returns what sines and cosines are multiplied by, and with it queries and keys.
     *
     * @return 1 for most kinds
     */
    default double factor() {
        return 1;
    }

    /**
     * Returns whether the frequencies depend on the length of the call.
     *
     * @return false for most kinds
     */
    default boolean dependsOnLength() {
        return false;
    }

    /**
     * The frequencies of Su et al. 2021, {@code base^(−2i/R)}.
     *
     * @param size R
     * @param base the base
     * @return R / 2 frequencies
     */
    static float[] unscaled(int size, double base) {
        float[] frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / power(base, i, size);
        }
        return frequencies;
    }

    private static float power(double base, int pair, int size) {
        return (float) Math.pow((float) base, 2f * pair / size);
    }

    private static void requirePositive(String kind, String name, double value) {
        Require.that(
                value > 0 && !Double.isInfinite(value),
                "%s scaling needs a %s above 0, got %s",
                kind,
                name,
                value);
    }

    /**
     * Positions are divided by a factor: position interpolation (Chen et al. 2023).
     *
     * @param divisor how many times longer sequences become; 1 changes nothing
     */
    record Linear(double divisor) implements RotaryScaling {

        public Linear {
            requirePositive("linear", "factor", divisor);
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            float[] frequencies = unscaled(size, base);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= (float) divisor;
            }
            return frequencies;
        }
    }

    /**
     * The base grows with the length once that exceeds the model's: "dynamic NTK" scaling, {@code
     * base · (s·L/M − (s − 1))^(R/(R − 2))} for a length L, the model's length M and a factor s.
     *
     * <p>A call is looked at by itself. transformers remembers the longest call until one is
     * shorter than M, which differs for calls of lengths between the two alone.
     *
     * @param growth s
     * @param maxPositions M
     */
    record Dynamic(double growth, int maxPositions) implements RotaryScaling {

        public Dynamic {
            requirePositive("dynamic", "factor", growth);
            requirePositive("dynamic", "max_position_embeddings", maxPositions);
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            if (length <= maxPositions) {
                return unscaled(size, base);
            }
            Require.that(
                    size > 2, "dynamic scaling needs more than 2 rotated features, got %s", size);
            double stretch = growth * length / maxPositions - (growth - 1);
            return unscaled(size, base * Math.pow(stretch, size / (size - 2.0)));
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }
    }

    /**
     * YaRN (Peng et al. 2023): fast frequencies stay, slow ones are divided, those between them are
     * mixed, and scores grow a little.
     *
     * @param divisor how many times longer sequences become
     * @param originalPositions the length that the model was trained on
     * @param betaFast pairs that rotate so often or more within that length stay; 32 in the paper
     * @param betaSlow pairs that rotate so often or less are divided; 1 in the paper
     * @param truncate whether the bounds between them are rounded to whole pairs
     * @param factor what sines and cosines are multiplied by; see {@link #attentionFactor}
     */
    record Yarn(
            double divisor,
            int originalPositions,
            double betaFast,
            double betaSlow,
            boolean truncate,
            double factor)
            implements RotaryScaling {

        public Yarn {
            requirePositive("yarn", "factor", divisor);
            requirePositive("yarn", "original_max_position_embeddings", originalPositions);
            requirePositive("yarn", "beta_fast", betaFast);
            requirePositive("yarn", "beta_slow", betaSlow);
        }

        /**
         * The paper's factor on sines and cosines, {@code 0.1·m·ln(s) + 1}.
         *
         * @param divisor s
         * @param scale m, {@code mscale}; 1 in the paper
         * @return the factor, 1 for s up to 1
         */
        public static double attentionFactor(double divisor, double scale) {
            return divisor <= 1 ? 1 : 0.1 * scale * Math.log(divisor) + 1;
        }

        /** The pair that rotations so often within the original length, as a real number. */
        private double pairRotating(double rotations, int size, double base) {
            return size
                    * Math.log(originalPositions / (rotations * 2 * Math.PI))
                    / (2 * Math.log(base));
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            double low = pairRotating(betaFast, size, base);
            double high = pairRotating(betaSlow, size, base);
            low = Math.max(truncate ? Math.floor(low) : low, 0);
            high = Math.min(truncate ? Math.ceil(high) : high, size - 1);
            if (low == high) {
                high += 0.001;
            }
            float[] frequencies = new float[size / 2];
            for (int i = 0; i < frequencies.length; i++) {
                float power = power(base, i, size);
                float ramp = (i - (float) low) / (float) (high - low);
                float stay = 1 - Math.min(Math.max(ramp, 0), 1);
                frequencies[i] = 1 / ((float) divisor * power) * (1 - stay) + 1 / power * stay;
            }
            return frequencies;
        }
    }

    /**
     * LongRoPE (Ding et al. 2024): each pair has a divisor of its own, one for short and one for
     * long calls.
     *
     * @param shortFactors the divisors of calls up to {@code originalPositions}
     * @param longFactors those of longer calls
     * @param originalPositions the length that the model was trained on
     * @param factor what sines and cosines are multiplied by
     */
    record LongRope(float[] shortFactors, float[] longFactors, int originalPositions, double factor)
            implements RotaryScaling {

        public LongRope {
            requirePositive("longrope", "original_max_position_embeddings", originalPositions);
            shortFactors = shortFactors.clone();
            longFactors = longFactors.clone();
        }

        /**
         * The factor on sines and cosines that the paper proposes, {@code √(1 + ln s / ln M)}.
         *
         * @param divisor s, how many times longer sequences become
         * @param originalPositions M
         * @return the factor, 1 for s up to 1
         */
        public static double attentionFactor(double divisor, int originalPositions) {
            return divisor <= 1
                    ? 1
                    : Math.sqrt(1 + Math.log(divisor) / Math.log(originalPositions));
        }

        @Override
        public float[] shortFactors() {
            return shortFactors.clone();
        }

        @Override
        public float[] longFactors() {
            return longFactors.clone();
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            float[] factors = length > originalPositions ? longFactors : shortFactors;
            if (factors.length != size / 2) {
                throw new IllegalArgumentException(
                        "longrope scaling needs a factor for each pair, got factors="
                                + factors.length
                                + ", pairs="
                                + size / 2);
            }
            float[] frequencies = new float[size / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = 1 / (factors[i] * power(base, i, size));
            }
            return frequencies;
        }

        @Override
        public boolean dependsOnLength() {
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof LongRope that
                    && Arrays.equals(shortFactors, that.shortFactors)
                    && Arrays.equals(longFactors, that.longFactors)
                    && originalPositions == that.originalPositions
                    && factor == that.factor;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(shortFactors) + 31 * originalPositions;
        }
    }

    /**
     * Llama 3.1: pairs of long waves are divided, those of short waves stay, and those between them
     * are mixed by how often they rotate within the original length.
     *
     * @param divisor what slow frequencies are divided by
     * @param lowRotations pairs that rotate less often are divided, {@code low_freq_factor}
     * @param highRotations pairs that rotate more often stay, {@code high_freq_factor}
     * @param originalPositions the length that the model was trained on
     */
    record Llama3(double divisor, double lowRotations, double highRotations, int originalPositions)
            implements RotaryScaling {

        public Llama3 {
            requirePositive("llama3", "factor", divisor);
            requirePositive("llama3", "original_max_position_embeddings", originalPositions);
            Require.that(
                    lowRotations > 0 && highRotations > lowRotations,
                    "llama3 scaling needs a low_freq_factor above 0 and a greater"
                            + " high_freq_factor, got low_freq_factor=%s, high_freq_factor=%s",
                    lowRotations,
                    highRotations);
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            float[] frequencies = unscaled(size, base);
            for (int i = 0; i < frequencies.length; i++) {
                float wave = (float) (2 * Math.PI) / frequencies[i];
                if (wave > originalPositions / lowRotations) {
                    frequencies[i] /= (float) divisor;
                } else if (wave >= originalPositions / highRotations) {
                    float stay =
                            (originalPositions / wave - (float) lowRotations)
                                    / (float) (highRotations - lowRotations);
                    frequencies[i] =
                            (1 - stay) * frequencies[i] / (float) divisor + stay * frequencies[i];
                }
            }
            return frequencies;
        }
    }

    /**
     * Only the fastest pairs rotate, with the frequencies that they would have if all did.
     *
     * @param part how many of the pairs rotate, from 0 to 1
     * @param divisor what the frequencies are divided by; 1 changes nothing
     */
    record Proportional(double part, double divisor) implements RotaryScaling {

        public Proportional {
            requirePositive("proportional", "factor", divisor);
            Require.that(
                    part >= 0 && part <= 1,
                    "proportional scaling needs a partial_rotary_factor from 0 to 1, got %s",
                    part);
        }

        @Override
        public float[] frequencies(int size, double base, long length) {
            float[] frequencies = unscaled(size, base);
            int rotated = (int) Math.floor(part * size / 2);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = i < rotated ? frequencies[i] / (float) divisor : 0;
            }
            return frequencies;
        }
    }
}
