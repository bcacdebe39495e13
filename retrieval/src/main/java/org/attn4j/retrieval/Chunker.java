package org.attn4j.retrieval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * Cuts texts into chunks of at most a number of a model's tokens, neighbours with some in common.
 *
 * <p>A chunk ends where a paragraph ends if one does in its second half, else behind its last whole
 * sentence, else behind its last whole word. The next one begins with the first sentence that
 * begins within the overlap, else with a word. No text is lost: only white space stands between
 * chunks.
 */
public final class Chunker {

    /** Pieces that are tokenized at once; paragraphs are longer only if they have no end. */
    private static final int PIECE = 100_000;

    private final Function<String, int[][]> offsets;
    private final int maxTokens;
    private final int overlap;

    /**
     * Creates a chunker.
     *
     * @param offsets gives where each token of a text begins and ends
     * @param maxTokens the most tokens of a chunk
     * @param overlap the most tokens that neighbours share, fewer than those of a chunk
     */
    public Chunker(Function<String, int[][]> offsets, int maxTokens, int overlap) {
        Require.atLeast("maxTokens", maxTokens, 1);
        Require.that(
                overlap >= 0 && overlap < maxTokens,
                "overlap must be at least 0 and below maxTokens, got overlap=%s, maxTokens=%s",
                overlap,
                maxTokens);
        this.offsets = offsets;
        this.maxTokens = maxTokens;
        this.overlap = overlap;
    }

    /**
     * Creates a chunker with a model's tokens.
     *
     * @param tokenizer the tokenizer, whose special tokens count for nothing
     * @param maxTokens the most tokens of a chunk
     * @param overlap the most tokens that neighbours share
     * @return the chunker
     */
    public static Chunker of(ModelTokenizer tokenizer, int maxTokens, int overlap) {
        EncodeOptions plain = EncodeOptions.DEFAULT.withoutSpecialTokens();
        return new Chunker(text -> tokenizer.encode(text, plain).offsets(), maxTokens, overlap);
    }

    /** Where the tokens of a text begin and end. */
    private static final class Tokens {

        private int[] starts = new int[256];
        private int[] ends = new int[256];
        private int size;

        void add(int start, int end) {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size);
                ends = Arrays.copyOf(ends, 2 * size);
            }
            starts[size] = start;
            ends[size++] = end;
        }
    }

    /**
     * Cuts a text.
     *
     * @param text the text
     * @return its chunks in order; none if it is blank
     */
    public List<Chunk> chunks(String text) {
        return chunks(text, 0);
    }

    /**
     * Cuts a text to chunks that leave room.
     *
     * @param text the text
     * @param reserved how many tokens of each chunk are taken by something else, at most half
     * @return its chunks in order; none if it is blank
     */
    public List<Chunk> chunks(String text, int reserved) {
        Require.that(
                reserved >= 0 && reserved <= maxTokens / 2,
                "reserved must be at least 0 and at most half of maxTokens, got reserved=%s, maxTokens=%s",
                reserved,
                maxTokens);
        return new Cutting(text, maxTokens - reserved).chunks();
    }

    /**
     * Counts tokens.
     *
     * @param text a text
     * @return how many tokens it has
     */
    public int count(String text) {
        return offsets.apply(text).length;
    }

    /** Cuts one text. */
    private final class Cutting {

        private final String text;
        private final int most;
        private final TextBorders borders;
        private final Tokens tokens;

        Cutting(String text, int most) {
            this.text = text;
            this.most = most;
            borders = new TextBorders(text);
            tokens = tokens();
        }

        private Tokens tokens() {
            Tokens all = new Tokens();
            for (int start = 0; start < text.length(); ) {
                int end = borders.pieceEnd(start, PIECE);
                for (int[] each : offsets.apply(text.substring(start, end))) {
                    all.add(start + each[0], start + each[1]);
                }
                start = end;
            }
            return all;
        }

        List<Chunk> chunks() {
            List<Chunk> chunks = new ArrayList<>();
            int first = 0;
            int before = 0; // where the chunk before ends
            while (before < tokens.size) {
                int end = end(first, before);
                if (end <= before) { // what is shared leaves no room for more
                    first = before;
                    continue;
                }
                Chunk chunk = chunk(first, end);
                if (chunk.start() < chunk.end()) {
                    chunks.add(chunk);
                }
                first = end == tokens.size ? end : shared(first, end);
                before = end;
            }
            return chunks;
        }

        /** Where a chunk ends that has no more tokens, tokenized alone, than it may have. */
        private int end(int first, int before) {
            int limit = most;
            while (true) {
                int end = end(first, before, limit);
                int excess = excess(first, end);
                if (excess <= 0 || end <= first + 1) {
                    return end;
                }
                limit = Math.max(1, Math.min(limit, end - first) - excess);
                if (first + limit <= before) {
                    return before;
                }
            }
        }

        private int excess(int first, int end) {
            Chunk chunk = chunk(first, end);
            return offsets.apply(text.substring(chunk.start(), chunk.end())).length - most;
        }

        private int end(int first, int before, int limit) {
            int last = Math.min(tokens.size, first + limit);
            if (last == tokens.size) {
                return last;
            }
            int least = Math.max(before, first);
            for (int end = last; end > Math.max(least, first + limit / 2); end--) {
                if (borders.paragraphBetween(tokens.starts[end - 1], tokens.starts[end])) {
                    return end;
                }
            }
            for (int end = last; end > least; end--) {
                if (borders.sentenceBetween(tokens.starts[end - 1], tokens.starts[end])) {
                    return end;
                }
            }
            for (int end = last; end > least; end--) {
                if (tokens.starts[end] > tokens.ends[end - 1]) {
                    return end;
                }
            }
            return last;
        }

        /** The first token that is in the next chunk too, or the one behind this chunk. */
        private int shared(int first, int end) {
            int from = Math.max(first + 1, end - overlap);
            for (int i = from; i < end; i++) {
                if (borders.sentenceBetween(tokens.starts[i - 1], tokens.starts[i])) {
                    return i;
                }
            }
            for (int i = from; i < end; i++) {
                if (tokens.starts[i] > tokens.ends[i - 1]) {
                    return i;
                }
            }
            return end;
        }

        private Chunk chunk(int first, int end) {
            int start = first == 0 ? 0 : tokens.starts[first];
            int behind = end == tokens.size ? text.length() : tokens.starts[end];
            while (start < behind && Character.isWhitespace(text.charAt(start))) {
                start++;
            }
            while (behind > start && Character.isWhitespace(text.charAt(behind - 1))) {
                behind--;
            }
            return new Chunk(start, behind);
        }
    }
}
