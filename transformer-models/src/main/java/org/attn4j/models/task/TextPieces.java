package org.attn4j.models.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Text from tokens that come one by one, in pieces that later tokens do not change. A token's text
 * may depend on those before it, and a character may take several tokens, so a few tokens before
 * are read along, and what ends in an unfinished character waits.
 */
final class TextPieces {

    private static final char UNFINISHED = '\uFFFD';

    private final Function<long[], String> decode;
    private final List<Long> tokens = new ArrayList<>();
    private int begin; // of what is read along
    private int told; // tokens whose text was told
    private int length; // characters that were told

    /**
     * Creates the pieces of one sequence.
     *
     * @param decode gives the text of tokens
     * @param before tokens before the first
     */
    TextPieces(Function<long[], String> decode, int[] before) {
        this.decode = decode;
        for (int token : before) {
            tokens.add((long) token);
        }
        told = tokens.size();
        begin = 0;
    }

    /** Adds a token and returns the text that is there now, which may be none. */
    String add(int token) {
        tokens.add((long) token);
        String known = text(begin, told);
        String all = text(begin, tokens.size());
        boolean whole = !all.isEmpty() && all.charAt(all.length() - 1) != UNFINISHED;
        if (!whole || all.length() <= known.length() || !all.startsWith(known)) {
            return "";
        }
        begin = told;
        told = tokens.size();
        length += all.length() - known.length();
        return all.substring(known.length());
    }

    /** Returns what is missing of the whole text. */
    String rest(String whole) {
        return whole.length() > length ? whole.substring(length) : "";
    }

    private String text(int from, int to) {
        return decode.apply(tokens.subList(from, to).stream().mapToLong(Long::longValue).toArray());
    }
}
