package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the K most probable hypotheses of each source and extends them token by token (Sutskever et
 * al. 2014, §3.2), with the scoring and stopping of Hugging Face's generation.
 *
 * <p>A finished hypothesis scores its log-probability divided by a {@link LengthPenalty} of its
 * length. Equal candidates are taken in the order of their rows, then of their ids, so a search
 * always gives the same. A source's rows leave the batch when it is done.
 */
public final class BeamSearch implements Search {

    private final GenerationConfig config;

    /**
     * Creates a search.
     *
     * @param config beams, scoring, lengths, rules and ids
     */
    public BeamSearch(GenerationConfig config) {
        this.config = config;
    }

    /** {@inheritDoc} */
    @Override
    public List<List<Hypothesis>> search(
            SequenceToSequenceModel model,
            NDManager manager,
            List<int[]> sources,
            List<int[]> prefixes) {
        if (sources.isEmpty()) {
            return List.of();
        }
        List<int[]> forced = TokenRules.prefixesFor(sources, prefixes);
        List<SourceBeams> beams = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            beams.add(new SourceBeams(config, sources.get(i).length, forced.get(i)));
        }
        try (DecodingSession session =
                new DecodingSession(model, manager, sources, config.padId())) {
            decode(session, beams);
        }
        return beams.stream().map(SourceBeams::result).toList();
    }

    private static void decode(DecodingSession session, List<SourceBeams> all) {
        List<SourceBeams> active = all;
        while (!active.isEmpty()) {
            long[] lastIds =
                    active.stream()
                            .flatMap(source -> source.live().stream())
                            .mapToLong(Partial::token)
                            .toArray();
            float[] logProbabilities = session.step(lastIds); // (R, V)
            int vocabularySize = logProbabilities.length / lastIds.length;
            List<SourceBeams> next = new ArrayList<>();
            List<Integer> rows = new ArrayList<>();
            int firstRow = 0;
            for (SourceBeams source : active) {
                int liveRows = source.live().size();
                List<Integer> parents = source.advance(logProbabilities, firstRow, vocabularySize);
                firstRow += liveRows;
                if (!source.done()) {
                    next.add(source);
                    rows.addAll(parents);
                }
            }
            active = next;
            if (!active.isEmpty()) {
                session.select(rows.stream().mapToInt(Integer::intValue).toArray());
            }
        }
    }
}
