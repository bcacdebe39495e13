package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.attn4j.models.generate.logits.Scores;

/**
 * Draws each token by its probability, after what {@link Sampling} cuts off, {@code nBest} times
 * for each input. What is drawn for a sequence depends on the seed, the places of its input and of
 * the sequence, and on the scores.
 */
public final class SamplingSearch implements Search {

    private final GenerationConfig config;
    private final GenerationHooks hooks;

    /**
     * Creates a search.
     *
     * @param config how to sample, lengths, rules and ids
     * @param hooks what a caller adds
     */
    public SamplingSearch(GenerationConfig config, GenerationHooks hooks) {
        this.config = config;
        this.hooks = hooks;
    }

    /** {@inheritDoc} */
    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        long seed = seed(config.sampling());
        RowSearch.Choosers choosers =
                (input, sequence) -> {
                    SplittableRandom random =
                            random(seed, input * (long) config.nBest() + sequence);
                    return scores -> draw(scores, random);
                };
        return new RowSearch(config, hooks, choosers, config.nBest()).find(model, manager, inputs);
    }

    static long seed(Sampling sampling) {
        return sampling.seed() == null ? ThreadLocalRandom.current().nextLong() : sampling.seed();
    }

    static SplittableRandom random(long seed, long sequence) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + sequence);
    }

    private static int draw(float[] scores, SplittableRandom random) {
        double total = Scores.logSumExp(scores);
        double left = random.nextDouble();
        int last = 0;
        for (int token = 0; token < scores.length; token++) {
            if (scores[token] > Float.NEGATIVE_INFINITY) {
                last = token;
                left -= Math.exp(scores[token] - total);
                if (left < 0) {
                    return token;
                }
            }
        }
        return last; // the probabilities' sum was rounded to a little less than one
    }
}
