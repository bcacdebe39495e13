package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;

/**
 * Cuts sequences to a length as the tokenizers library does: special tokens stay, text goes. What a
 * template adds does not depend on the text, so that cutting a finished sequence gives what cutting
 * first would have given.
 */
final class Windowing {

    private final TokenizedText full;
    private final EncodeOptions options;
    private final Side side;
    private final int[] length = new int[2];
    private final int budget;

    /**
     * @param full a sequence with all its tokens
     * @param options the limit
     * @param side where tokens are cut off
     */
    Windowing(TokenizedText full, EncodeOptions options, Side side) {
        this.full = full;
        this.options = options;
        this.side = side;
        for (int sequence : full.sequenceIds()) {
            if (sequence >= 0) {
                length[sequence]++;
            }
        }
        int added = full.length() - length[0] - length[1];
        budget = options.maxLength() - added;
        Require.that(
                fits() || budget >= 0,
                "maxLength must leave room for the %s special tokens, got %s",
                added,
                options.maxLength());
    }

    private boolean fits() {
        return options.truncation() == Truncation.NONE
                || options.maxLength() == 0
                || full.length() <= options.maxLength();
    }

    /** Returns the sequence, shortened if it must be. */
    TokenizedText truncated() {
        if (fits()) {
            return full;
        }
        int[] kept = kept();
        return part(range(0, kept[0]), range(1, kept[1]));
    }

    /** Returns all of the sequence, in windows if it must be. */
    List<TokenizedText> windows() {
        if (fits()) {
            return List.of(full);
        }
        int[] kept = kept();
        Require.that(
                kept[0] >= length[0] || kept[1] >= length[1],
                "windows over a pair need truncation ONLY_FIRST or ONLY_SECOND, got %s",
                options.truncation());
        int cut = kept[0] < length[0] ? 0 : 1;
        int size = kept[cut];
        Require.that(
                options.stride() < size,
                "stride must be less than the %s tokens that a window has room for, got %s",
                size,
                options.stride());
        List<TokenizedText> windows = new ArrayList<>();
        int step = size - options.stride();
        int[] whole = {0, length[1 - cut]};
        for (int begin = 0; ; begin += step) {
            int end = Math.min(begin + size, length[cut]);
            int[] window = {begin, end};
            if (side == Side.LEFT) {
                window = new int[] {Math.max(length[cut] - begin - size, 0), length[cut] - begin};
            }
            windows.add(cut == 0 ? part(window, whole) : part(whole, window));
            if (end == length[cut]) {
                return windows;
            }
        }
    }

    private int[] range(int sequence, int kept) {
        int cut = side == Side.LEFT ? length[sequence] - kept : 0;
        return new int[] {cut, cut + kept};
    }

    /** How many tokens of each text stay. */
    private int[] kept() {
        return switch (options.truncation()) {
            case ONLY_FIRST -> new int[] {remaining(0), length[1]};
            case ONLY_SECOND -> new int[] {length[0], remaining(1)};
            default -> longestFirst();
        };
    }

    private int remaining(int sequence) {
        int rest = budget - length[1 - sequence];
        if (rest <= 0) {
            throw new IllegalArgumentException(
                    ("maxLength must leave room for %s text beside the %s other"
                                    + " tokens, got %s")
                            .formatted(
                                    sequence == 0 ? "the first" : "the second",
                                    full.length() - length[sequence],
                                    options.maxLength()));
        }
        return rest;
    }

    private int[] longestFirst() {
        int shorter = Math.min(length[0], length[1]);
        int longer = Math.max(shorter, budget - shorter);
        if (shorter + longer > budget) {
            shorter = budget / 2;
            longer = shorter + budget % 2;
        }
        return length[0] > length[1] ? new int[] {longer, shorter} : new int[] {shorter, longer};
    }

    private TokenizedText part(int[] first, int[] second) {
        int[] positions = new int[full.length()];
        int count = 0;
        int[] seen = new int[2];
        for (int i = 0; i < positions.length; i++) {
            int sequence = full.sequenceIds()[i];
            boolean stays = sequence < 0;
            if (!stays) {
                int[] range = sequence == 0 ? first : second;
                int at = seen[sequence]++;
                stays = at >= range[0] && at < range[1];
            }
            if (stays) {
                positions[count++] = i;
            }
        }
        return full.select(Arrays.copyOf(positions, count));
    }
}
