package org.attn4j.models.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The hypotheses of one source in beam search, the live and the finished.
 *
 * <p>Follows Hugging Face's scorer: of the 2K best continuations (more if there are several end
 * tokens), one that ends among the first K finishes its hypothesis, and the first K others live on.
 * When it stops is as in transformers up to 4.49: the best candidate of a step counts as one that
 * may still be beaten even if it ends, and hypotheses at the length limit are finished only for a
 * source that is not done.
 */
final class SourceBeams implements SearchLoop.Source {

    private static final Comparator<Hypothesis> BEST_FIRST =
            Comparator.comparingDouble(Hypothesis::score).reversed();

    private final GenerationConfig config;
    private final GenerationHooks hooks;
    private final TargetRules rules;
    private final SplittableRandom random; // null to take the best
    private final List<Hypothesis> finished = new ArrayList<>(); // the best first
    private List<PartialHypothesis> live;

    SourceBeams(
            GenerationConfig config,
            GenerationHooks hooks,
            TargetRules rules,
            SplittableRandom random) {
        this.config = config;
        this.hooks = hooks;
        this.rules = rules;
        this.random = random;
        live = List.of(rules.start());
    }

    @Override
    public int steps() {
        return rules.steps();
    }

    /** Of the live hypotheses, in the order of their rows. */
    @Override
    public int[] lastIds() {
        return live.stream().mapToInt(PartialHypothesis::token).toArray();
    }

    @Override
    public List<Integer> advance(StepScores scores, int firstRow) {
        TopCandidates candidates = candidates(scores);
        TopCandidates.requireFinite(
                candidates.size() == 0 ? Double.NEGATIVE_INFINITY : candidates.sum(0));
        List<PartialHypothesis> next = new ArrayList<>();
        List<Integer> parents = new ArrayList<>();
        for (int rank = 0; rank < candidates.size() && next.size() < config.beams(); rank++) {
            PartialHypothesis partial =
                    live.get(candidates.row(rank))
                            .append(
                                    scores.token(candidates.column(rank)),
                                    candidates.tokenLogProbability(rank));
            FinishReason reason = rules.end(partial, hooks);
            if (reason == null) {
                next.add(partial);
                parents.add(firstRow + candidates.row(rank));
            } else if (rank < config.beams()) {
                finish(partial.toHypothesis(reason, rules.promptLength(), config));
            }
        }
        live = next;
        int length = live.isEmpty() ? rules.limit() : rules.generated(live.get(0));
        if (isDone(candidates.sum(0), Math.max(length, 1))) {
            return List.of();
        }
        if (length >= rules.limit()) {
            live.forEach(
                    partial ->
                            finish(
                                    partial.toHypothesis(
                                            rules.atLimit(), rules.promptLength(), config)));
            return List.of();
        }
        return parents;
    }

    /** What was found, the best first. */
    List<Hypothesis> result() {
        return List.copyOf(finished.subList(0, Math.min(config.nBest(), finished.size())));
    }

    private TopCandidates candidates(StepScores scores) {
        int perBeam = Math.max(2, 1 + config.eosIds().size());
        TopCandidates candidates = new TopCandidates(perBeam * config.beams());
        float[] changed = null; // by rules, one row after the other
        for (int row = 0; row < live.size(); row++) {
            PartialHypothesis partial = live.get(row);
            double sum = partial.logProbability();
            if (rules.changes(partial)) {
                changed = changed == null ? new float[scores.width()] : changed;
                scores.change(row, it -> rules.apply(it, partial), changed);
                candidates.offer(row, sum, changed, 0, scores.width(), random);
            } else {
                candidates.offer(
                        row, sum, scores.values(), scores.from(row), scores.width(), random);
            }
        }
        candidates.sort();
        return candidates;
    }

    private void finish(Hypothesis hypothesis) {
        boolean full = finished.size() == config.beams();
        if (full && hypothesis.score() <= worstFinished()) {
            return;
        }
        if (full) {
            finished.remove(finished.size() - 1);
        }
        finished.add(hypothesis);
        finished.sort(BEST_FIRST);
    }

    private double worstFinished() {
        return finished.get(finished.size() - 1).score();
    }

    /** Whether no live hypothesis can, as the configuration sees it, still be among the best. */
    private boolean isDone(double bestSum, int length) {
        if (finished.size() < config.beams()) {
            return false;
        }
        return switch (config.earlyStopping()) {
            case ALWAYS -> true;
            case HEURISTIC -> worstFinished() >= config.score(bestSum, length);
            case NEVER -> {
                int bestLength = config.alpha() > 0 ? rules.limit() : length;
                yield worstFinished() >= config.score(bestSum, bestLength);
            }
        };
    }
}
