package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * One line of a corpus: a hypothesis and the references there are for it.
 *
 * @param hypothesis the translation to be judged
 * @param references its references, one at least
 */
public record Segment(String hypothesis, List<String> references) {

    public Segment {
        Objects.requireNonNull(hypothesis, "hypothesis");
        references = List.copyOf(references);
    }

    /**
     * Puts each hypothesis beside its references.
     *
     * @param hypotheses the translations to be judged
     * @param references streams of references, each as long as the hypotheses; null where a stream
     *     has none for a line
     * @return one segment a line
     * @throws IllegalArgumentException if the counts differ, nothing is given, or a line has no
     *     reference
     */
    public static List<Segment> align(List<String> hypotheses, List<List<String>> references) {
        Require.that(
                !hypotheses.isEmpty(), "a corpus score needs one hypothesis at least, got none");
        Require.that(
                !references.isEmpty(),
                "a corpus score needs one stream of references at least, got none");
        for (int stream = 0; stream < references.size(); stream++) {
            int count = references.get(stream).size();
            if (count != hypotheses.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                "each hypothesis needs a reference: got %s hypotheses and %s lines"
                                        + " in reference stream %s",
                                hypotheses.size(), count, stream + 1));
            }
        }
        List<Segment> segments = new ArrayList<>(hypotheses.size());
        for (int line = 0; line < hypotheses.size(); line++) {
            segments.add(segment(hypotheses, references, line));
        }
        return Collections.unmodifiableList(segments);
    }

    private static Segment segment(
            List<String> hypotheses, List<List<String>> references, int line) {
        Require.that(
                hypotheses.get(line) != null,
                "hypothesis %s is null: give an empty string for an empty line",
                line + 1);
        List<String> present = new ArrayList<>(references.size());
        for (List<String> stream : references) {
            if (stream.get(line) != null) {
                present.add(stream.get(line));
            }
        }
        Require.that(
                !present.isEmpty(),
                "line %s has no reference: each line needs one at least",
                line + 1);
        return new Segment(hypotheses.get(line), present);
    }
}
