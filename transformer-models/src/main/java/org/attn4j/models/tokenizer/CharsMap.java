package org.attn4j.models.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;

/**
 * SentencePiece's map of characters: which bytes of a text become which, the longest rule first.
 * The rules are the keys of a double-array trie (Yata's darts-clone), whose values point into a
 * list of texts that end in a zero.
 */
final class CharsMap {

    private static final String DAMAGED = "its precompiled_charsmap is damaged";

    private static final int MOST_BYTES = 16 << 20;

    /** No rule of Unicode's is nearly as long. */
    private static final int LONGEST_RULE = 256;

    private final int[] units;
    private final byte[] texts;
    private double growth = 1;

    private CharsMap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /**
     * Reads a map; an empty one changes nothing.
     *
     * @throws IllegalArgumentException if a text could lead out of the trie or of the list
     */
    static CharsMap of(byte[] content) {
        if (content.length == 0) {
            return new CharsMap(new int[0], new byte[0]);
        }
        require(content.length <= MOST_BYTES);
        ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        long size = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt() & 0xFFFFFFFFL;
        if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new IllegalArgumentException(DAMAGED);
        }
        int[] units = new int[(int) size / Integer.BYTES];
        for (int i = 0; i < units.length; i++) {
            units[i] = buffer.getInt();
        }
        byte[] texts = new byte[buffer.remaining()];
        buffer.get(texts);
        CharsMap map = new CharsMap(units, texts);
        map.check();
        return map;
    }

    /** Reads a map as a tokenizer.json writes it. */
    static CharsMap ofBase64(String content) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(DAMAGED, e);
        }
        // The library takes no other form of base 64, and no empty map.
        require(bytes.length > 0 && Base64.getEncoder().encodeToString(bytes).equals(content));
        return of(bytes);
    }

    /** Goes to every node that a text could lead to, the nearest first. */
    private void check() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(DAMAGED, e);
        }
        int[] ends = ends();
        BitSet seen = new BitSet(units.length);
        List<Integer> nodes = List.of(offset(units[0]));
        for (int length = 1; !nodes.isEmpty() && length <= LONGEST_RULE; length++) {
            List<Integer> next = new ArrayList<>();
            for (int node : nodes) {
                require((node | 0xFF) < units.length);
                for (int label = 1; label <= 0xFF; label++) {
                    int unit = units[node ^ label];
                    if (label(unit) != label) {
                        continue;
                    }
                    int child = node ^ label ^ offset(unit);
                    require(child < units.length);
                    if ((unit >>> 8 & 1) == 1) {
                        int offset = units[child] & Integer.MAX_VALUE;
                        require(offset <= texts.length && ends[offset] >= 0);
                        growth = Math.max(growth, (ends[offset] - offset) / (double) length);
                    }
                    if (!seen.get(child)) {
                        seen.set(child);
                        next.add(child);
                    }
                }
            }
            nodes = next;
        }
    }

    /** Where the text that begins at a offset ends; -1 within a character. */
    private int[] ends() {
        int[] ends = new int[texts.length + 1];
        int end = texts.length;
        ends[end] = end;
        for (int offset = texts.length - 1; offset >= 0; offset--) {
            end = texts[offset] == 0 ? offset : end;
            ends[offset] = (texts[offset] & 0xC0) == 0x80 ? -1 : end;
        }
        return ends;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException(DAMAGED);
        }
    }

    /** How many times longer a text may become at most, in bytes. */
    double growth() {
        return growth;
    }

    /**
     * Finds the longest rule.
     *
     * @param text a text in UTF-8
     * @param begin where the rule begins
     * @return how many bytes the rule replaces, and where its text stands: length in the upper half
     *     and offset in the lower; -1 if there is no rule
     */
    long longest(byte[] text, int begin) {
        long found = -1;
        if (units.length == 0) {
            return found;
        }
        int node = offset(units[0]);
        int end = Math.min(text.length, begin + LONGEST_RULE);
        for (int at = begin; at < end; at++) {
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

    /** The text at a offset, up to the zero that ends it. */
    String text(int offset) {
        int begin = Math.min(offset, texts.length);
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
