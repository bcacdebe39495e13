package org.attn4j.models.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts a translation's edits as Tercom does (Snover et al. 2006, section 3): phrases are shifted
 * greedily, each time the one that lowers the edit distance most, until none lowers it; a shift is
 * one edit.
 */
final class TercomEdits {

    private static final int MAX_SHIFT_SIZE = 10;
    private static final int MAX_SHIFT_DISTANCE = 50;

    /** After so many tries the search for shifts in a sentence ends. */
    private static final int MAX_TRIES = 1000;

    private final int[] reference;
    private final BeamEditDistance distance;
    private int[] hypothesis;
    private int tries;

    private TercomEdits(int[] hypothesis, int[] reference) {
        this.hypothesis = hypothesis;
        this.reference = reference;
        this.distance = new BeamEditDistance(reference, hypothesis.length);
    }

    /** The least number of edits found that turn the hypothesis into the reference. */
    static int count(List<String> hypothesis, List<String> reference) {
        if (reference.isEmpty()) {
            return hypothesis.size();
        }
        Map<String, Integer> vocabulary = new HashMap<>();
        return new TercomEdits(ids(hypothesis, vocabulary), ids(reference, vocabulary)).count();
    }

    private static int[] ids(List<String> words, Map<String, Integer> vocabulary) {
        return words.stream()
                .mapToInt(word -> vocabulary.computeIfAbsent(word, w -> vocabulary.size()))
                .toArray();
    }

    private int count() {
        int shifts = 0;
        distance.set(hypothesis);
        for (Shift best = bestShift(); best != null; best = bestShift()) {
            if (tries >= MAX_TRIES || best.gain <= 0) {
                break;
            }
            hypothesis = best.applyTo(hypothesis);
            distance.set(hypothesis);
            shifts++;
        }
        return shifts + distance.value();
    }

    /** The best shift of a phrase to where the reference has the same phrase, or null. */
    private Shift bestShift() {
        Shift best = null;
        BeamEditDistance.Alignment alignment = distance.alignment();
        for (int start = 0; start < hypothesis.length; start++) {
            int first = Math.max(0, start - MAX_SHIFT_DISTANCE);
            int last = Math.min(reference.length - 1, start + MAX_SHIFT_DISTANCE);
            for (int opposite = first; opposite <= last; opposite++) {
                int longest = matchLength(start, opposite);
                for (int length = 1; length <= longest; length++) {
                    if (alignment.suggestsShift(start, opposite, length)) {
                        best = bestTarget(start, opposite, length, alignment, best);
                        if (tries >= MAX_TRIES) {
                            return best;
                        }
                    }
                }
            }
        }
        return best;
    }

    private int matchLength(int start, int opposite) {
        int most =
                Math.min(
                        MAX_SHIFT_SIZE,
                        Math.min(hypothesis.length - start, reference.length - opposite));
        int length = 0;
        while (length < most && hypothesis[start + length] == reference[opposite + length]) {
            length++;
        }
        return length;
    }

    /** Tries the phrase after each word aligned with the reference's phrase or the word before. */
    private Shift bestTarget(
            int start, int opposite, int length, BeamEditDistance.Alignment alignment, Shift best) {
        Shift better = best;
        int previous = -1;
        for (int position = opposite - 1; position < opposite + length; position++) {
            int target = position < 0 ? 0 : alignment.hypothesisPosition(position) + 1;
            if (target == previous) {
                continue;
            }
            previous = target;
            Shift move = new Shift(start, length, target, 0);
            int[] range = move.changedRange(hypothesis.length);
            int moved = distance.valueFor(move.applyTo(hypothesis), range[0], range[1]);
            Shift shift = new Shift(start, length, target, distance.value() - moved);
            tries++;
            if (better == null || shift.isBetterThan(better)) {
                better = shift;
            }
        }
        return better;
    }

    /**
     * A phrase taken out and put in elsewhere.
     *
     * @param start the phrase's first word
     * @param length the words of the phrase
     * @param target the word before which it is put; counted from its start if it lies in the
     *     phrase
     * @param gain by how much the edit distance falls
     */
    private record Shift(int start, int length, int target, int gain) {

        /** More gain, then a longer phrase, then an earlier phrase, then an earlier target. */
        boolean isBetterThan(Shift other) {
            if (gain != other.gain) {
                return gain > other.gain;
            }
            if (length != other.length) {
                return length > other.length;
            }
            if (start != other.start) {
                return start < other.start;
            }
            return target < other.target;
        }

        /** The words whose positions change, from the first to before the second. */
        int[] changedRange(int words) {
            if (target < start) {
                return new int[] {target, start + length};
            }
            int end = target > start + length ? target : target + length;
            return new int[] {start, Math.min(end, words)};
        }

        int[] applyTo(int[] words) {
            int[] range = changedRange(words.length);
            int[] shifted = words.clone();
            int others = range[1] - range[0] - length;
            if (target < start) {
                System.arraycopy(words, start, shifted, target, length);
                System.arraycopy(words, target, shifted, target + length, others);
            } else {
                System.arraycopy(words, start + length, shifted, start, others);
                System.arraycopy(words, start, shifted, start + others, length);
            }
            return shifted;
        }
    }
}
