package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.SplittableRandom;
import org.attn4j.models.generate.logits.Logits;

/**
 * Draws each token by its probability, after what {@link Sampling} cuts off, {@code nBest} times
 * for each input. What is drawn for a sequence follows from the seed, the tokens of its input, its
 * number among those of the input, and the scores: the inputs beside it, and its position among
 * them, change nothing.
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

    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        RowSearch.Choosers choosers =
                (input, sequence) -> {
                    SplittableRandom random = random(config.sampling(), input, sequence);
                    return scores -> draw(scores, random);
                };
        return new RowSearch(config, hooks, choosers, config.nBest()).find(model, manager, inputs);
    }

    /** The random numbers of one sequence. */
    static SplittableRandom random(Sampling sampling, SearchInput input, int sequence) {
        if (sampling.seed() == null) {
            return new SplittableRandom();
        }
        long state = sampling.seed();
        for (int[] tokens : List.of(input.source(), input.prompt(), input.prefix())) {
            state = mixed(state, tokens.length);
            for (int token : tokens) {
                state = mixed(state, token);
            }
        }
        return new SplittableRandom(mixed(state, sequence));
    }

    private static long mixed(long state, int value) {
        return new SplittableRandom(state + value).nextLong();
    }

    private static int draw(float[] scores, SplittableRandom random) {
        double total = Logits.logSumExp(scores);
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
