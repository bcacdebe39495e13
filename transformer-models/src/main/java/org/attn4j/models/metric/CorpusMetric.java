package org.attn4j.models.metric;

import java.util.Collections;
import java.util.List;

/** A figure for how well a corpus was translated, compared with reference translations. */
public interface CorpusMetric {

    /**
     * The metric's name, as in tables of results.
     *
     * @return the name, for example {@code BLEU}
     */
    String name();

    /**
     * Whether a better translation has the higher score; false for error rates.
     *
     * @return true unless the metric counts errors
     */
    default boolean higherIsBetter() {
        return true;
    }

    /**
     * Scores a corpus.
     *
     * @param hypotheses the translations to be judged, one per line of the corpus
     * @param references one or more streams of references; each is as long as the hypotheses, and
     *     holds null where it has no reference for a line. A line needs one reference at least
     * @return the score of the whole corpus
     * @throws IllegalArgumentException if the counts differ, nothing is given, or a line has no
     *     reference
     */
    MetricScore score(List<String> hypotheses, List<List<String>> references);

    /**
     * Scores one sentence: a corpus of one line.
     *
     * @param hypothesis the translation to be judged
     * @param references its references, one at least
     * @return the score of the sentence
     * @throws IllegalArgumentException if there is no reference
     */
    default MetricScore scoreSentence(String hypothesis, List<String> references) {
        return score(
                Collections.singletonList(hypothesis),
                references.stream().map(Collections::singletonList).toList());
    }
}
