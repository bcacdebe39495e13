package org.attn4j.cli.attention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.common.Require;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.AttentionHead;

/**
 * What each head of a model is worth: the score of the model without it (Michel et al. 2019,
 * section 3.2).
 *
 * @param metric what was measured
 * @param score the score of the whole model
 * @param heads each head and the score without it, in the order of the model
 */
record HeadAblation(String metric, double score, List<Without> heads) {

    /** The metrics of which less is better. */
    private static final Set<String> COSTS =
            Set.of("loss", "perplexity", "pseudo_perplexity", "ter", "bits_per_character");

    /**
     * A head, and what the model does without it.
     *
     * @param head the head
     * @param score the score without it
     */
    record Without(AttentionHead head, double score) {}

    /** Measures a model without some of its heads. */
    @FunctionalInterface
    interface Measure {

        double without(PrunedHeads masked) throws IOException;
    }

    HeadAblation {
        heads = List.copyOf(heads);
    }

    /**
     * Takes each head away in turn.
     *
     * @param done told after each head
     */
    static HeadAblation of(
            String metric, double score, List<AttentionHead> heads, Measure measure, Runnable done)
            throws IOException {
        List<Without> all = new ArrayList<>();
        for (AttentionHead head : heads) {
            all.add(new Without(head, measure.without(AttentionHead.all(List.of(head)))));
            done.run();
        }
        return new HeadAblation(metric, score, all);
    }

    /** How much the score changes without a head. */
    double change(Without without) {
        return without.score - score;
    }

    /** How much worse the model is without a head; negative where it is better. */
    double harm(Without without) {
        return COSTS.contains(metric) ? change(without) : -change(without);
    }

    /** The heads, those whose removal hurts most first, else in the order of the model. */
    List<Without> byHarm() {
        return heads.stream().sorted(Comparator.comparingDouble(this::harm).reversed()).toList();
    }

    /** How many heads can be taken away so that each attention keeps one. */
    static int mostToPrune(List<AttentionHead> heads) {
        return heads.size() - (int) heads.stream().map(AttentionHead::attention).distinct().count();
    }

    /**
     * The heads whose removal hurts least, by what they do alone. The last head of an attention
     * stays.
     */
    List<AttentionHead> leastHarmful(int count) {
        Map<String, Integer> left = new HashMap<>();
        heads.forEach(it -> left.merge(it.head.attention(), 1, Integer::sum));
        List<AttentionHead> chosen = new ArrayList<>();
        List<Without> order = new ArrayList<>(heads);
        order.sort(Comparator.comparingDouble(this::harm));
        for (Without next : order) {
            String attention = next.head.attention();
            if (chosen.size() < count && left.get(attention) > 1) {
                left.merge(attention, -1, Integer::sum);
                chosen.add(next.head);
            }
        }
        return chosen;
    }

    /** The first figure of an evaluation, by which a task is known. */
    static String metricOf(TaskEvaluation evaluation) {
        return evaluation.metrics().keySet().iterator().next();
    }

    /** A figure of an evaluation. The loss stands beside the perplexity where it has no own. */
    static double score(TaskEvaluation evaluation, String metric) {
        Map<String, Object> metrics = evaluation.metrics();
        boolean loss = metric.equals("loss");
        Object document = metrics.get(loss && !metrics.containsKey(metric) ? "perplexity" : metric);
        Map<?, ?> figures = document instanceof Map<?, ?> map ? map : Map.of();
        Object figure = figures.get(loss && figures.containsKey("loss") ? "loss" : "score");
        Require.that(
                figure instanceof Number,
                "the task has no metric '%s' that is one number: it has %s",
                metric,
                String.join(", ", metrics.keySet()));
        return ((Number) figure).doubleValue();
    }
}
