package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.attn4j.models.tokenizer.BpeModel.Merge;

/**
 * Learns merges from counted words (Sennrich et al. 2016, algorithm 1), with the choices of
 * subword-nmt: the most frequent pair is merged, of equally frequent ones the larger by the order
 * of its code points, and overlapping pairs ({@code aaa}) all count but merge from the left.
 *
 * <p>All words lie in one array of symbols with links to the neighbours. Each pair knows where it
 * may occur, and a queue holds the pairs by counts that may be too large but never too small: a
 * merge touches only the positions where it occurs.
 */
final class MergeLearner {

    private static final int NONE = -1;

    private static final Comparator<Candidate> MOST_FREQUENT_FIRST =
            (a, b) -> a.count != b.count ? Long.compare(b.count, a.count) : compare(b.pair, a.pair);

    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> symbolIds = new HashMap<>();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(MOST_FREQUENT_FIRST);
    private final Set<String> forbidden;

    // By position: the symbol (NONE where it went into a merge, or cannot be written), and the
    // links.
    private int[] symbolAt = new int[1 << 12];
    private int[] wordAt = new int[1 << 12];
    private int[] next;
    private int[] previous;
    private int length;
    private long[] wordCounts = new long[1 << 10];
    private int words;

    /**
     * Creates a learner.
     *
     * @param forbidden tokens that no merge may make
     */
    MergeLearner(Set<String> forbidden) {
        this.forbidden = forbidden;
    }

    private static final class Pair {
        final int left;
        final int right;
        final String leftSymbol;
        final String rightSymbol;
        long count;
        int[] positions = new int[4];
        int size;

        Pair(int left, int right, String leftSymbol, String rightSymbol) {
            this.left = left;
            this.right = right;
            this.leftSymbol = leftSymbol;
            this.rightSymbol = rightSymbol;
        }

        void add(int position) {
            if (size == positions.length) {
                positions = Arrays.copyOf(positions, size * 2);
            }
            positions[size++] = position;
        }
    }

    private record Candidate(Pair pair, long count) {}

    /**
     * Adds a word.
     *
     * @param word its symbols; null where a character cannot be written
     * @param count how often it occurs
     */
    void add(List<String> word, long count) {
        if (length + word.size() > symbolAt.length) {
            int capacity = Math.max(symbolAt.length * 2, length + word.size());
            symbolAt = Arrays.copyOf(symbolAt, capacity);
            wordAt = Arrays.copyOf(wordAt, capacity);
        }
        if (words == wordCounts.length) {
            wordCounts = Arrays.copyOf(wordCounts, words * 2);
        }
        for (String symbol : word) {
            symbolAt[length] = symbol == null ? NONE : symbolId(symbol);
            wordAt[length++] = words;
        }
        wordCounts[words++] = count;
    }

    private int symbolId(String symbol) {
        Integer id = symbolIds.putIfAbsent(symbol, symbols.size());
        if (id == null) {
            symbols.add(symbol);
            return symbols.size() - 1;
        }
        return id;
    }

    /**
     * Learns from the words added.
     *
     * @param maxMerges the most merges to learn
     * @param maxTokens the most new tokens to make
     * @param minFrequency how often a pair must occur to be merged
     * @return the merges in order
     */
    List<Merge> learn(int maxMerges, int maxTokens, long minFrequency) {
        countPairs();
        List<Merge> merges = new ArrayList<>();
        Set<String> tokens = new HashSet<>(symbols);
        int room = maxTokens;
        while (merges.size() < maxMerges && room > 0) {
            Pair pair = mostFrequent();
            if (pair == null || pair.count < minFrequency) {
                break;
            }
            Merge merge = new Merge(pair.leftSymbol, pair.rightSymbol);
            if (forbidden.contains(merge.token())) {
                pair.count = 0;
                continue;
            }
            apply(pair, symbolId(merge.token()));
            merges.add(merge);
            if (tokens.add(merge.token())) {
                room--;
            }
        }
        return merges;
    }

    private void countPairs() {
        next = new int[length];
        previous = new int[length];
        for (int i = 0; i < length; i++) {
            previous[i] = i > 0 && wordAt[i - 1] == wordAt[i] ? i - 1 : NONE;
            next[i] = i + 1 < length && wordAt[i + 1] == wordAt[i] ? i + 1 : NONE;
        }
        for (int i = 0; i < length; i++) {
            if (next[i] != NONE) {
                count(i, next[i], wordCounts[wordAt[i]]);
            }
        }
        for (Pair pair : pairs.values()) {
            queue.add(new Candidate(pair, pair.count));
        }
    }

    /** Counts the pair at two neighbouring positions, and notes the position if it is new there. */
    private Pair count(int left, int right, long change) {
        int a = symbolAt[left];
        int b = symbolAt[right];
        if (a == NONE || b == NONE) {
            return null;
        }
        long key = (long) a << 32 | b;
        Pair pair = pairs.get(key);
        if (pair == null) {
            pair = new Pair(a, b, symbols.get(a), symbols.get(b));
            pairs.put(key, pair);
        }
        pair.count += change;
        if (change > 0) {
            pair.add(left);
        }
        return pair;
    }

    private Pair mostFrequent() {
        for (Candidate c = queue.poll(); c != null; c = queue.poll()) {
            if (c.count == c.pair.count) {
                return c.pair;
            }
            if (c.pair.count > 0) {
                queue.add(new Candidate(c.pair, c.pair.count));
            }
        }
        return null;
    }

    private void apply(Pair pair, int merged) {
        int[] positions = Arrays.copyOf(pair.positions, pair.size);
        if (pair.left == pair.right) {
            Arrays.sort(positions); // of overlapping positions the left one is merged
        }
        Set<Pair> grown = new HashSet<>();
        for (int left : positions) {
            int right = symbolAt[left] == pair.left ? next[left] : NONE;
            if (right == NONE || symbolAt[right] != pair.right) {
                continue; // an earlier merge took one of the two
            }
            long count = wordCounts[wordAt[left]];
            int before = previous[left];
            int after = next[right];
            if (before != NONE) {
                count(before, left, -count);
            }
            if (after != NONE) {
                count(right, after, -count);
                previous[after] = left;
            }
            symbolAt[left] = merged;
            symbolAt[right] = NONE;
            next[left] = after;
            if (before != NONE) {
                grown.add(count(before, left, count));
            }
            if (after != NONE) {
                grown.add(count(left, after, count));
            }
        }
        pair.count = 0;
        pair.size = 0;
        pair.positions = new int[1];
        grown.remove(null);
        for (Pair p : grown) {
            queue.add(new Candidate(p, p.count));
        }
    }

    private static int compare(Pair a, Pair b) {
        int order = compareCodePoints(a.leftSymbol, b.leftSymbol);
        return order != 0 ? order : compareCodePoints(a.rightSymbol, b.rightSymbol);
    }

    /** The order of the code points, where that of {@link String#compareTo} is of UTF-16 units. */
    static int compareCodePoints(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xHigh = Character.isSurrogate(x);
                boolean yHigh = Character.isSurrogate(y);
                return xHigh == yHigh ? Character.compare(x, y) : Boolean.compare(xHigh, yHigh);
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
