package org.attn4j.models.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's map of characters: which bytes of a text become which, the longest rule first.
 * The rules are the keys of a double-array trie (Yata's darts-clone), whose values point into a
 * list of texts that end in a zero.
 */
final class CharsMap {

    private final int[] units;
    private final byte[] texts;

    private CharsMap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /** Reads a map; an empty one changes nothing. */
    static CharsMap of(byte[] content) {
        if (content.length == 0) {
            return new CharsMap(new int[0], new byte[0]);
        }
        ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        long size = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt() & 0xFFFFFFFFL;
        if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new IllegalArgumentException("its precompiled_charsmap is damaged");
        }
        int[] units = new int[(int) size / Integer.BYTES];
        for (int i = 0; i < units.length; i++) {
            units[i] = buffer.getInt();
        }
        byte[] texts = new byte[buffer.remaining()];
        buffer.get(texts);
        return new CharsMap(units, texts);
    }

    /**
     * Finds the longest rule.
     *
     * @param text a text in UTF-8
     * @param begin where the rule begins
     * @return how many bytes the rule replaces, and where its text stands: length in the upper half
     *     and place in the lower; -1 if there is no rule
     */
    long longest(byte[] text, int begin) {
        long found = -1;
        if (units.length == 0) {
            return found;
        }
        int node = offset(units[0]);
        for (int at = begin; at < text.length; at++) {
            int label = text[at] & 0xFF;
            node ^= label;
            if (node < 0 || node >= units.length || label(units[node]) != label) {
                return found;
            }
            int unit = units[node];
            node ^= offset(unit);
            boolean leaf = (unit >>> 8 & 1) == 1;
            if (leaf && node >= 0 && node < units.length) {
                int value = units[node] & Integer.MAX_VALUE;
                found = (long) (at + 1 - begin) << Integer.SIZE | value;
            }
        }
        return found;
    }

    /** The text at a place, up to the zero that ends it. */
    String text(int place) {
        int begin = Math.min(place, texts.length);
        int end = begin;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return new String(texts, begin, end - begin, StandardCharsets.UTF_8);
    }

    private static int label(int unit) {
        return unit & (1 << 31 | 0xFF);
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
