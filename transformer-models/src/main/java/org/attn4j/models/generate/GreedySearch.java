package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the most probable token at each step; of equal ones, the lowest id. A row leaves the batch
 * when it is finished.
 */
public final class GreedySearch implements Search {

    private final GenerationConfig config;

    /**
     * Creates a search.
     *
     * @param config lengths, rules and ids; beams and n-best are of no meaning here
     */
    public GreedySearch(GenerationConfig config) {
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
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            rows.add(new Row(config, sources.get(i).length, forced.get(i)));
        }
        try (DecodingSession session =
                new DecodingSession(model, manager, sources, config.padId())) {
            decode(session, rows);
        }
        return rows.stream().map(row -> List.of(row.result)).toList();
    }

    private static void decode(DecodingSession session, List<Row> rows) {
        List<Row> live = rows;
        while (!live.isEmpty()) {
            long[] lastIds = live.stream().mapToLong(row -> row.partial.token()).toArray();
            float[] logProbabilities = session.step(lastIds);
            int vocabularySize = logProbabilities.length / live.size();
            List<Row> next = new ArrayList<>();
            List<Integer> kept = new ArrayList<>();
            for (int i = 0; i < live.size(); i++) {
                Row row = live.get(i);
                row.advance(logProbabilities, i * vocabularySize, vocabularySize);
                if (row.result == null) {
                    next.add(row);
                    kept.add(i);
                }
            }
            live = next;
            if (!live.isEmpty()) {
                session.select(kept.stream().mapToInt(Integer::intValue).toArray());
            }
        }
    }

    /** One source's target. */
    private static final class Row {

        private final GenerationConfig config;
        private final TokenRules rules;
        private Partial partial;
        private Hypothesis result;

        Row(GenerationConfig config, int sourceLength, int[] prefix) {
            this.config = config;
            rules = new TokenRules(config, sourceLength, prefix);
            partial = Partial.start(config.decoderStartId());
        }

        void advance(float[] logProbabilities, int from, int vocabularySize) {
            rules.apply(logProbabilities, from, vocabularySize, partial.length());
            int best = 0;
            for (int token = 1; token < vocabularySize; token++) {
                if (logProbabilities[from + token] > logProbabilities[from + best]) {
                    best = token;
                }
            }
            Candidates.requireFinite(logProbabilities[from + best]);
            partial = partial.append(best, logProbabilities[from + best]);
            boolean finished = best == config.eosId();
            if (finished || partial.length() == rules.limit()) {
                result = partial.toHypothesis(finished, config);
            }
        }
    }
}
