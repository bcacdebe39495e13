package org.attn4j.models.metric;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * BLEU with the figures it is made of.
 *
 * @param score BLEU, from 0 to 100
 * @param precisions the n-gram precisions in percent, from order 1, smoothed
 * @param counts the matching n-grams of each order (fractional with add-k smoothing)
 * @param totals the hypotheses' n-grams of each order
 * @param brevityPenalty the factor for hypotheses shorter than the references, at most 1
 * @param hypothesisLength the tokens of all hypotheses
 * @param referenceLength the tokens of the references, of each line's closest in length
 * @param signature the settings
 */
public record BleuScore(
        double score,
        List<Double> precisions,
        List<Double> counts,
        List<Double> totals,
        double brevityPenalty,
        long hypothesisLength,
        long referenceLength,
        String signature)
        implements MetricScore {

    public BleuScore {
        precisions = List.copyOf(precisions);
        counts = List.copyOf(counts);
        totals = List.copyOf(totals);
    }

    @Override
    public String name() {
        return Bleu.NAME;
    }

    /**
     * The hypotheses' length divided by the references'.
     *
     * @return the ratio, 0 if the references are empty
     */
    public double ratio() {
        return referenceLength == 0 ? 0 : (double) hypothesisLength / referenceLength;
    }

    @Override
    public String format() {
        String orders =
                precisions.stream()
                        .map(precision -> Decimals.fixed(precision, 1))
                        .collect(Collectors.joining("/"));
        return String.format(
                "%s %s (BP = %s ratio = %s hyp_len = %s ref_len = %s)",
                MetricScore.super.format(),
                orders,
                Decimals.fixed(brevityPenalty, 3),
                Decimals.fixed(ratio(), 3),
                hypothesisLength,
                referenceLength);
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = MetricScore.super.toMap();
        map.put("precisions", precisions);
        map.put("counts", counts);
        map.put("totals", totals);
        map.put("bp", brevityPenalty);
        map.put("ratio", ratio());
        map.put("sys_len", hypothesisLength);
        map.put("ref_len", referenceLength);
        return map;
    }
}
