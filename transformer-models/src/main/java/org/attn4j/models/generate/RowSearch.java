package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.models.generate.logits.Logits;

/** Chooses the next token of each target on its own. A row leaves the batch when it is finished. */
final class RowSearch {

    /** Chooses a token by its score. */
    interface Chooser {

        /** Returns one of the tokens whose score is not −∞. */
        int choose(float[] scores);
    }

    /** Makes the chooser of a sequence. */
    interface Choosers {

        Chooser of(SearchInput input, int sequence);
    }

    private final GenerationConfig config;
    private final GenerationHooks hooks;
    private final Choosers choosers;
    private final int sequences;

    /**
     * Creates a search.
     *
     * @param sequences how many targets of each input
     */
    RowSearch(GenerationConfig config, GenerationHooks hooks, Choosers choosers, int sequences) {
        this.config = config;
        this.hooks = hooks;
        this.choosers = choosers;
        this.sequences = sequences;
    }

    List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        if (inputs.isEmpty()) {
            return List.of();
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            for (int sequence = 0; sequence < sequences; sequence++) {
                rows.add(new Row(i, sequence, inputs.get(i), model));
            }
        }
        // Only where rules or cut-offs tell them apart are logits needed.
        boolean normalised = config.sampling() == null && !config.rules().scaleScores();
        try (DecodingSession session =
                new DecodingSession(
                        model,
                        manager,
                        inputs,
                        config,
                        rows.stream().mapToInt(row -> row.rules.steps()).max().orElse(1),
                        normalised)) {
            decode(session, rows, inputs.size(), normalised);
        }
        return IntStream.range(0, inputs.size())
                .mapToObj(
                        i ->
                                rows.subList(i * sequences, (i + 1) * sequences).stream()
                                        .map(row -> row.result)
                                        .toList())
                .toList();
    }

    private static void decode(
            DecodingSession session, List<Row> rows, int inputs, boolean normalised) {
        List<Row> live = rows;
        int modelRows = inputs; // the sequences of an input part after the first step
        while (!live.isEmpty()) {
            long[] lastIds = new long[modelRows];
            live.forEach(row -> lastIds[row.modelRow] = row.partial.token());
            float[] scores = session.step(lastIds); // (R, V)
            int vocabularySize = scores.length / modelRows;
            List<Row> next = new ArrayList<>();
            List<Integer> kept = new ArrayList<>();
            for (Row row : live) {
                int from = row.modelRow * vocabularySize;
                row.advance(Arrays.copyOfRange(scores, from, from + vocabularySize), normalised);
                if (row.result == null) {
                    kept.add(row.modelRow);
                    row.modelRow = next.size();
                    next.add(row);
                }
            }
            live = next;
            modelRows = live.size();
            if (!live.isEmpty()) {
                session.select(kept.stream().mapToInt(Integer::intValue).toArray());
            }
        }
    }

    /** One target. */
    private final class Row {

        private final int input;
        private final int sequence;
        private final TargetRules rules;
        private final Chooser chooser;
        private int modelRow;
        private PartialHypothesis partial;
        private Hypothesis result;

        Row(int input, int sequence, SearchInput in, SequenceToSequenceModel model) {
            this.input = input;
            this.sequence = sequence;
            rules = new TargetRules(config, hooks, input, in, model);
            chooser = choosers.of(in, sequence);
            modelRow = input;
            partial = rules.start();
        }

        void advance(float[] scores, boolean normalised) {
            float[] changed = scores.clone();
            rules.apply(changed, partial);
            int token = chooser.choose(changed);
            TopCandidates.requireFinite(changed[token]);
            double total = normalised ? 0 : Logits.logSumExp(scores);
            float own = rules.isFree(partial) ? 0 : (float) (scores[token] - total);
            boolean given = rules.inPrompt(partial);
            partial = partial.append(token, own);
            if (!given && hooks.listener() != null) {
                hooks.listener().onScores(input, sequence, changed);
                hooks.listener().onToken(input, sequence, token, own);
            }
            FinishReason reason = rules.end(partial, hooks);
            if (reason == null && rules.generated(partial) == rules.limit()) {
                reason = rules.atLimit();
            }
            if (reason != null) {
                result = partial.toHypothesis(reason, rules.promptLength(), config);
                if (hooks.listener() != null) {
                    hooks.listener().onEnd(input, sequence, result);
                }
            }
        }
    }
}
