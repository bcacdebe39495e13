package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Keeps the K most probable hypotheses of each source and extends them token by token (Sutskever et
 * al. 2014, §3.2), with the scoring and stopping of Hugging Face's generation.
 *
 * <p>A finished hypothesis scores its log-probability divided by a {@link LengthPenalty} of its
 * length. Equal candidates are taken in the order of their rows, then of their ids, so a search
 * always gives the same. A source's rows leave the batch when it is done. With {@link Sampling},
 * the continuations of a step are not the best but drawn without replacement, by their probability.
 */
public final class BeamSearch implements Search {

    private final GenerationConfig config;
    private final GenerationHooks hooks;

    /**
     * Creates a search.
     *
     * @param config beams, scoring, lengths, rules and ids
     */
    public BeamSearch(GenerationConfig config) {
        this(config, GenerationHooks.NONE);
    }

    /**
     * Creates a search that a caller adds to.
     *
     * @param config beams, scoring, lengths, rules and ids
     * @param hooks what is added
     * @throws IllegalArgumentException if that is a listener: beams change what they chose
     */
    public BeamSearch(GenerationConfig config, GenerationHooks hooks) {
        if (hooks.listener() != null) {
            throw new IllegalArgumentException(
                    "tokens can be listened to with one beam only, got num_beams="
                            + config.beams());
        }
        this.config = config;
        this.hooks = hooks;
    }

    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        if (inputs.isEmpty()) {
            return List.of();
        }
        List<SourceBeams> beams = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            SearchInput input = inputs.get(i);
            SplittableRandom random =
                    config.sampling() == null
                            ? null
                            : SamplingSearch.random(config.sampling(), input, 0);
            TargetRules rules = new TargetRules(config, hooks, i, input, model);
            beams.add(new SourceBeams(config, hooks, rules, random));
        }
        new SearchLoop(model, manager, config, hooks, true, inputs, beams).run();
        return beams.stream().map(SourceBeams::result).toList();
    }
}
