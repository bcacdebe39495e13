package org.attn4j.models.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** A metric's result for a corpus, with what another person needs to reproduce it. */
public interface MetricScore {

    /**
     * The name of the figure.
     *
     * @return the name, for example {@code chrF2++}
     */
    String name();

    /**
     * The figure; BLEU, chrF and TER are percentages.
     *
     * @return the score
     */
    double score();

    /**
     * The settings behind the figure, as {@code key:value} pairs joined by {@code |}.
     *
     * @return the signature
     */
    String signature();

    /**
     * The score for people, to two decimals, without its signature.
     *
     * @return one line, for example {@code TER = 53.85}
     */
    default String format() {
        return name() + " = " + Decimals.fixed(score(), 2);
    }

    /**
     * The score for people with its signature, as a report should quote it.
     *
     * @return one line, for example {@code TER|nrefs:1|...|version:2.6.0 = 53.85}
     */
    default String formatWithSignature() {
        return name() + "|" + signature() + format().substring(name().length());
    }

    /**
     * Everything there is to say, for a JSON document.
     *
     * @return names and values, in the order to print them; values are strings, numbers or lists
     */
    default Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name());
        map.put("score", score());
        map.put("signature", signature());
        map.put("format", format());
        return map;
    }
}
