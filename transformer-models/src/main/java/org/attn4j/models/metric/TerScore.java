package org.attn4j.models.metric;

import java.util.Map;

/**
 * A translation edit rate.
 *
 * @param score the edits for each 100 words of reference; lower is better
 * @param edits the edits against each line's nearest reference
 * @param referenceLength the words of reference, averaged over each line's references
 * @param signature the settings
 */
public record TerScore(double score, long edits, double referenceLength, String signature)
        implements MetricScore {

    @Override
    public String name() {
        return Ter.NAME;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = MetricScore.super.toMap();
        map.put("num_edits", edits);
        map.put("ref_length", referenceLength);
        return map;
    }
}
