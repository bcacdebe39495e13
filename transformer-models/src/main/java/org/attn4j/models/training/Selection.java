package org.attn4j.models.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.attn4j.common.Require;

/**
 * The validations of a run: which weights scored best, which were the last, and for how long
 * nothing got better.
 *
 * @param validated the step of the last validation; 0 for none
 * @param badValidations the validations since the score was better than ever before
 * @param best the best, from the best on
 * @param last the last, from the latest on; at least the latest one
 */
public record Selection(long validated, int badValidations, List<Scored> best, List<Scored> last) {

    /**
     * Weights that were validated.
     *
     * @param step the step after which they were scored
     * @param score the value of the run's metric
     * @param scores all scores by name
     */
    public record Scored(long step, double score, Map<String, Double> scores) {

        public Scored {
            TrainingState.requireCount(step, "step");
            Require.that(
                    scores != null && !scores.values().stream().anyMatch(Objects::isNull),
                    "scores must be given as numbers, got scores=%s",
                    scores);
            scores = Collections.unmodifiableMap(new TreeMap<>(scores));
        }
    }

    public Selection {
        TrainingState.requireCount(validated, "validated");
        TrainingState.requireCount(badValidations, "badValidations");
        best = List.copyOf(best);
        last = List.copyOf(last);
    }

    static Selection none() {
        return new Selection(0, 0, List.of(), List.of());
    }

    /**
     * The selection with one more validation. Of two equal scores the earlier is the better one.
     */
    Selection plus(Scored scored, TrainingConfig config) {
        List<Scored> ranked = new ArrayList<>(best);
        ranked.add(scored);
        ranked.sort((one, other) -> rank(one.score, other.score, config));
        List<Scored> latest = new ArrayList<>(last);
        latest.add(0, scored);
        // One is remembered even if no weights are kept: to know when nothing gets better, and the
        // last scores.
        return new Selection(
                scored.step,
                ranked.get(0) == scored ? 0 : badValidations + 1,
                head(ranked, Math.max(1, config.keepBest())),
                head(latest, Math.max(1, config.keepLast())));
    }

    /** The selection with the best in the order of a configuration, which may be a changed one. */
    Selection ranked(TrainingConfig config) {
        List<Scored> ranked = new ArrayList<>(best);
        ranked.sort((one, other) -> rank(one.score, other.score, config));
        return new Selection(validated, badValidations, ranked, last);
    }

    /** Compares scores, the better one first; what is not a number is the worst. */
    private static int rank(double one, double other, TrainingConfig config) {
        if (Double.isNaN(one) || Double.isNaN(other)) {
            return Double.compare(one, other);
        }
        return config.higherIsBetter() ? Double.compare(other, one) : Double.compare(one, other);
    }

    private static List<Scored> head(List<Scored> list, int length) {
        return list.subList(0, Math.min(length, list.size()));
    }

    /** The selection without the weights of a step, which are lost. */
    Selection without(long step) {
        return new Selection(validated, badValidations, without(best, step), without(last, step));
    }

    private static List<Scored> without(List<Scored> list, long step) {
        return list.stream().filter(scored -> scored.step != step).toList();
    }

    /** The steps whose weights are kept. */
    List<Long> kept(TrainingConfig config) {
        List<Long> kept = new ArrayList<>();
        head(best, config.keepBest()).forEach(scored -> kept.add(scored.step));
        head(last, config.keepLast()).forEach(scored -> kept.add(scored.step));
        return kept.stream().distinct().toList();
    }

    /** The weights that the result is made of; none if it is simply the present ones. */
    List<Scored> chosen(TrainingConfig config) {
        return switch (config.finalWeights()) {
            case LAST -> List.of();
            case BEST -> head(best, 1);
            case AVERAGE_BEST -> head(best, config.keepBest());
            case AVERAGE_LAST -> head(last, config.keepLast());
        };
    }

    /** The scores of the last validation, if it was at this step. */
    Map<String, Double> lastScores(long step) {
        return validated == step && !last.isEmpty() ? last.get(0).scores() : Map.of();
    }
}
