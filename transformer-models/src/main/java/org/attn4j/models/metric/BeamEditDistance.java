package org.attn4j.models.metric;

import java.util.Arrays;

/**
 * The Levenshtein distance between hypotheses of one length and a reference, in a band around the
 * diagonal as Tercom computes it. The rows of one hypothesis are kept, so that another that differs
 * from it in a range costs only the rows from there on.
 */
final class BeamEditDistance {

    private static final int BEAM_WIDTH = 25;
    private static final int UNREACHED = Integer.MAX_VALUE / 2;

    /** The edit that led to a cell, in the order in which Tercom prefers them. */
    private static final byte NONE = 0;

    private static final byte KEEP_OR_SUBSTITUTE = 1;
    private static final byte DELETE = 2;
    private static final byte INSERT = 3;

    private final int[] reference;
    private final int length;
    // Row i holds the columns from[i] to before to[i]: i words of hypothesis, j of reference.
    private final int[] from;
    private final int[] to;
    private final int[][] rows;
    private final int[][] trialRows;
    private final byte[][] edits;
    private int[] hypothesis;

    BeamEditDistance(int[] reference, int hypothesisLength) {
        this.reference = reference;
        this.length = hypothesisLength;
        this.from = new int[length + 1];
        this.to = new int[length + 1];
        this.rows = new int[length + 1][];
        this.trialRows = new int[length + 1][];
        this.edits = new byte[length + 1][];
        layOut();
    }

    private void layOut() {
        double ratio = length == 0 ? 1 : (double) reference.length / length;
        int width = BEAM_WIDTH < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM_WIDTH) : BEAM_WIDTH;
        for (int i = 0; i <= length; i++) {
            int diagonal = (int) Math.floor(i * ratio);
            boolean whole = i == 0;
            from[i] = whole ? 0 : Math.max(0, diagonal - width);
            to[i] =
                    whole || i == length
                            ? reference.length + 1
                            : Math.min(reference.length + 1, diagonal + width);
            rows[i] = new int[to[i] - from[i]];
            trialRows[i] = new int[to[i] - from[i]];
            edits[i] = new byte[to[i] - from[i]];
        }
        Arrays.setAll(rows[0], j -> j);
        Arrays.fill(edits[0], INSERT);
    }

    /** Computes and keeps the rows of a hypothesis. */
    void set(int[] words) {
        hypothesis = words;
        for (int i = 1; i <= length; i++) {
            fill(i, words[i - 1], rows[i - 1], rows[i], edits[i]);
        }
    }

    /** The distance of the hypothesis that was set. */
    int value() {
        return rows[length][reference.length - from[length]];
    }

    /** The distance of another hypothesis that differs in the words from first to before end. */
    int valueFor(int[] words, int first, int end) {
        int[] above = rows[first];
        for (int i = first + 1; i <= length; i++) {
            fill(i, words[i - 1], above, trialRows[i], null);
            above = trialRows[i];
            if (i >= end && Arrays.equals(above, rows[i])) {
                return value(); // the same words on the same row: the rest is the same
            }
        }
        return above[reference.length - from[length]];
    }

    private void fill(int i, int word, int[] above, int[] row, byte[] rowEdits) {
        int aboveFrom = from[i - 1];
        int aboveTo = to[i - 1];
        int left = UNREACHED;
        for (int j = from[i]; j < to[i]; j++) {
            int cost = UNREACHED;
            byte edit = NONE;
            if (j > aboveFrom && j <= aboveTo) {
                int keep = word == reference[j - 1] ? 0 : 1;
                cost = above[j - 1 - aboveFrom] + keep;
                edit = KEEP_OR_SUBSTITUTE;
            }
            if (j >= aboveFrom && j < aboveTo && above[j - aboveFrom] + 1 < cost) {
                cost = above[j - aboveFrom] + 1;
                edit = DELETE;
            }
            if (left + 1 < cost) {
                cost = left + 1;
                edit = INSERT;
            }
            row[j - from[i]] = cost;
            left = cost;
            if (rowEdits != null) {
                rowEdits[j - from[i]] = edit;
            }
        }
    }

    /** How the words of the hypothesis that was set stand against the reference's. */
    Alignment alignment() {
        Alignment alignment =
                new Alignment(
                        new int[reference.length],
                        new boolean[length],
                        new boolean[reference.length]);
        int i = length;
        int j = reference.length;
        while (i > 0 || j > 0) {
            byte edit = edits[i][j - from[i]];
            if (edit == KEEP_OR_SUBSTITUTE) {
                boolean wrong = hypothesis[i - 1] != reference[j - 1];
                alignment.wrongInHypothesis[i - 1] = wrong;
                alignment.wrongInReference[j - 1] = wrong;
                alignment.positions[j - 1] = i - 1;
                i--;
                j--;
            } else if (edit == DELETE) {
                alignment.wrongInHypothesis[i - 1] = true;
                i--;
            } else {
                alignment.wrongInReference[j - 1] = true;
                alignment.positions[j - 1] = i - 1;
                j--;
            }
        }
        return alignment;
    }

    /**
     * An alignment by edits.
     *
     * @param positions for each word of reference the hypothesis's word aligned with it or, where
     *     it was inserted, the one before (-1 at the start)
     * @param wrongInHypothesis the words of hypothesis that an edit touches
     * @param wrongInReference the words of reference that an edit touches
     */
    record Alignment(int[] positions, boolean[] wrongInHypothesis, boolean[] wrongInReference) {

        int hypothesisPosition(int referencePosition) {
            return positions[referencePosition];
        }

        /** Whether both phrases hold an error, and the phrase is not aligned with itself. */
        boolean suggestsShift(int start, int opposite, int words) {
            int aligned = positions[opposite];
            return any(wrongInHypothesis, start, words)
                    && any(wrongInReference, opposite, words)
                    && (aligned < start || aligned >= start + words);
        }

        private static boolean any(boolean[] flags, int start, int count) {
            for (int i = start; i < start + count; i++) {
                if (flags[i]) {
                    return true;
                }
            }
            return false;
        }
    }
}
