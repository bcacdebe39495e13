package org.attn4j.models.tokenizer;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A text made of another one, with the position that each char comes from. */
final class AlignedText {

    private static final int LONGEST = 1 << 26;

    private final StringBuilder text = new StringBuilder();
    private int[] begins = new int[64];
    private int[] ends = new int[64];

    /** A part of a text as it is. */
    static AlignedText of(String text, int begin, int end) {
        AlignedText aligned = new AlignedText();
        aligned.text.append(text, begin, end);
        aligned.begins = IntStream.range(begin, end).toArray();
        aligned.ends = IntStream.rangeClosed(begin + 1, end).toArray();
        return aligned;
    }

    void append(String chars, int begin, int end) {
        int needed = text.length() + chars.length();
        if (needed > LONGEST) {
            throw new IllegalStateException(
                    "a normalised text must have at most " + LONGEST + " characters");
        }
        if (needed > begins.length) {
            begins = Arrays.copyOf(begins, Math.max(needed, begins.length * 2 + 16));
            ends = Arrays.copyOf(ends, begins.length);
        }
        Arrays.fill(begins, text.length(), needed, begin);
        Arrays.fill(ends, text.length(), needed, end);
        text.append(chars);
    }

    void cut(int length) {
        text.setLength(length);
    }

    int length() {
        return text.length();
    }

    char charAt(int i) {
        return text.charAt(i);
    }

    /** Where the char's origin begins in the other text. */
    int begin(int i) {
        return begins[i];
    }

    /** Where the char's origin ends in the other text. */
    int end(int i) {
        return ends[i];
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
