package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.generate.logits.Logits;

/** Chooses the next token of each target on its own. A row leaves the batch when it is finished. */
final class RowSearch {

    /** Chooses a column by its score. */
    interface Chooser {

        /** Returns one of the columns whose score is not −∞. */
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
    private final boolean normalised;

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
        // Only where rules or cut-offs tell them apart are logits needed.
        normalised = config.sampling() == null && !config.rules().scaleScores();
    }

    List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        if (inputs.isEmpty()) {
            return List.of();
        }
        List<Sequences> targets = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            List<Row> rows = new ArrayList<>();
            for (int sequence = 0; sequence < sequences; sequence++) {
                rows.add(new Row(i, sequence, inputs.get(i), model));
            }
            targets.add(new Sequences(rows));
        }
        new SearchLoop(model, manager, config, hooks, normalised, inputs, targets).run();
        return targets.stream().map(Sequences::result).toList();
    }

    /** The targets of one input, which part after the first step. */
    private final class Sequences implements SearchLoop.Source {

        private final List<Row> all;
        private List<Row> live;
        private boolean parted;

        Sequences(List<Row> all) {
            this.all = all;
            live = all;
        }

        @Override
        public int steps() {
            return all.stream().mapToInt(row -> row.rules.steps()).max().orElse(1);
        }

        @Override
        public int[] lastIds() {
            return live.stream()
                    .limit(parted ? live.size() : 1)
                    .mapToInt(row -> row.partial.token())
                    .toArray();
        }

        @Override
        public List<Integer> advance(StepScores scores, int firstRow) {
            List<Row> next = new ArrayList<>();
            List<Integer> parents = new ArrayList<>();
            for (int i = 0; i < live.size(); i++) {
                Row row = live.get(i);
                int own = parted ? i : 0;
                row.advance(scores, own);
                if (row.result == null) {
                    parents.add(firstRow + own);
                    next.add(row);
                }
            }
            live = next;
            parted = true;
            return parents;
        }

        List<Hypothesis> result() {
            return all.stream().map(row -> row.result).toList();
        }
    }

    /** One target. */
    private final class Row {

        private final int input;
        private final int sequence;
        private final TargetRules rules;
        private final Chooser chooser;
        private PartialHypothesis partial;
        private Hypothesis result;

        Row(int input, int sequence, SearchInput in, SequenceToSequenceModel model) {
            this.input = input;
            this.sequence = sequence;
            rules = new TargetRules(config, hooks, input, in, model);
            chooser = choosers.of(in, sequence);
            partial = rules.start();
        }

        void advance(StepScores scores, int number) {
            float[] row = scores.row(number);
            float[] changed =
                    rules.changes(partial)
                            ? scores.changed(number, it -> rules.apply(it, partial))
                            : row;
            int column = chooser.choose(changed);
            int token = scores.token(column);
            TopCandidates.requireFinite(changed[column]);
            double total = normalised ? 0 : Logits.logSumExp(row);
            float own = rules.isFree(partial) ? 0 : (float) (row[column] - total);
            boolean given = rules.inPrompt(partial);
            partial = partial.append(token, own);
            if (!given && hooks.listener() != null) {
                hooks.listener().onScores(input, sequence, scores.ofEveryToken(changed));
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
