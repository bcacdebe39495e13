package org.attn4j.models.generate.logits;

import java.util.Arrays;

/**
 * Processors that shape the distribution that is sampled from. Those that cut tokens off keep a
 * number of the most probable ones whatever happens: one, or with beams one more than there are end
 * tokens.
 */
public final class Warpers {

    private static final int ENTROPY_TOKENS = 100;

    private Warpers() {}

    /**
     * Divides the scores ({@code temperature}).
     *
     * @param temperature below 1 to sharpen the distribution, above to flatten it
     * @return a processor
     */
    public static LogitsProcessor temperature(double temperature) {
        float divisor = (float) temperature;
        return (ids, scores) -> {
            for (int i = 0; i < scores.length; i++) {
                scores[i] /= divisor;
            }
        };
    }

    /**
     * Keeps the most probable tokens (Fan et al. 2018, §5.4; {@code top_k}); those that are as
     * probable as the last of them stay too.
     *
     * @param count how many
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor topK(int count, int keep) {
        int wanted = Math.max(count, keep);
        return (ids, scores) -> {
            float least = Logits.greatest(scores, Math.min(wanted, scores.length));
            for (int i = 0; i < scores.length; i++) {
                if (scores[i] < least) {
                    Logits.ban(scores, i);
                }
            }
        };
    }

    /**
     * Keeps the fewest most probable tokens whose probabilities add up to a number (Holtzman et al.
     * 2020, §3.1; {@code top_p}).
     *
     * @param mass the sum of their probabilities
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor topP(double mass, int keep) {
        float rest = (float) (1 - mass);
        return (ids, scores) -> {
            int[] rising = Logits.ascending(scores);
            float[] probabilities = Logits.probabilities(scores);
            double sum = 0;
            for (int i = 0; i < rising.length - keep; i++) {
                sum += probabilities[rising[i]];
                if ((float) sum <= rest) {
                    Logits.ban(scores, rising[i]);
                }
            }
        };
    }

    /**
     * Drops the tokens whose probability is below a share of the greatest (Nguyen et al. 2024;
     * {@code min_p}).
     *
     * @param share the share
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor minP(double share, int keep) {
        return (ids, scores) -> {
            float[] probabilities = Logits.probabilities(scores);
            int[] rising = Logits.ascending(probabilities);
            float least = (float) share * probabilities[rising[rising.length - 1]];
            for (int i = 0; i < rising.length - keep; i++) {
                if (probabilities[rising[i]] < least) {
                    Logits.ban(scores, rising[i]);
                }
            }
        };
    }

    /**
     * Keeps, of the hundred most probable tokens, the first whose terms of the entropy add up to a
     * share of it ({@code top_h}).
     *
     * @param share the share
     * @return a processor
     */
    public static LogitsProcessor topH(double share) {
        return (ids, scores) -> {
            int[] rising = Logits.ascending(scores);
            int count = Math.min(ENTROPY_TOKENS, scores.length);
            float[] top = new float[count];
            for (int i = 0; i < count; i++) {
                top[i] = scores[rising[scores.length - 1 - i]];
            }
            float[] probabilities = Logits.probabilities(top);
            float limit = (float) (Logits.entropy(top) * share);
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum -= probabilities[i] * (float) Math.log(probabilities[i]);
                if (i == 0 || (float) sum <= limit) { // not a number once a probability is zero
                    scores[rising[scores.length - 1 - i]] = top[i];
                }
            }
        };
    }

    /**
     * Keeps the tokens whose information is nearest to the expected one and whose probabilities add
     * up to a number (Meister et al. 2023; {@code typical_p}).
     *
     * @param mass the sum of their probabilities
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor typical(double mass, int keep) {
        return (ids, scores) -> {
            double total = Logits.logSumExp(scores);
            double expected = Logits.entropy(scores);
            float[] probabilities = Logits.probabilities(scores);
            float[] distances = new float[scores.length];
            for (int i = 0; i < scores.length; i++) {
                distances[i] = (float) Math.abs(total - scores[i] - expected);
            }
            int[] nearest = Logits.ascending(distances);
            double sum = 0;
            int last = 0;
            for (int token : nearest) {
                sum += probabilities[token];
                last += (float) sum < (float) mass ? 1 : 0;
            }
            float farthest = distances[nearest[Math.min(last, scores.length - 1)]];
            for (int i = keep; i < nearest.length; i++) {
                if (distances[nearest[i]] > farthest) {
                    Logits.ban(scores, nearest[i]);
                }
            }
        };
    }

    /**
     * Drops the tokens below a probability (Hewitt et al. 2022; {@code epsilon_cutoff}).
     *
     * @param least the probability
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor epsilon(double least, int keep) {
        return (ids, scores) -> cut(scores, (float) least, keep);
    }

    /**
     * Drops the tokens below a probability that falls with the entropy (Hewitt et al. 2022; {@code
     * eta_cutoff}).
     *
     * @param cutoff the greatest such probability
     * @param keep how many stay whatever happens
     * @return a processor
     */
    public static LogitsProcessor eta(double cutoff, int keep) {
        return (ids, scores) -> {
            double flat = Math.sqrt(cutoff) * Math.exp(-Logits.entropy(scores));
            cut(scores, (float) Math.min(cutoff, flat), keep);
        };
    }

    private static void cut(float[] scores, float least, int keep) {
        float[] probabilities = Logits.probabilities(scores);
        float kept = Logits.greatest(scores, Math.min(keep, scores.length));
        for (int i = 0; i < scores.length; i++) {
            if (probabilities[i] < least && scores[i] < kept) {
                Logits.ban(scores, i);
            }
        }
    }
}
