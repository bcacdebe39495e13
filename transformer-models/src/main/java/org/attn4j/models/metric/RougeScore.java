package org.attn4j.models.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A ROUGE score; the mean over the lines of a corpus.
 *
 * @param name for example {@code ROUGE-L}
 * @param score the F-score, from 0 to 100
 * @param precision how much of the summaries is in their references, from 0 to 100
 * @param recall how much of the references is in their summaries, from 0 to 100
 * @param signature the settings
 */
public record RougeScore(
        String name, double score, double precision, double recall, String signature)
        implements MetricScore {

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>(MetricScore.super.toMap());
        map.put("precision", precision);
        map.put("recall", recall);
        return map;
    }
}
