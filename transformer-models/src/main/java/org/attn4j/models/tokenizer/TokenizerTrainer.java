package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.common.Require;

/**
 * Trains a tokenizer on lines of text. Lines are counted as they come and not kept, so a corpus may
 * be larger than memory. One shared vocabulary sees the lines of both languages; for one on each
 * side train twice.
 *
 * <pre>{@code
 * TokenizerTrainingConfig config = TokenizerTrainingConfig.bpe(0, 8000);
 * TokenizerTrainer trainer = new TokenizerTrainer(config);
 * lines.forEach(trainer::add);
 * trainer.train().write(directory.resolve("tokenizer.json"));
 * }</pre>
 */
public final class TokenizerTrainer {

    private static final Comparator<Map.Entry<String, Long>> MOST_FREQUENT_FIRST =
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey(MergeLearner::compareCodePoints));

    private final TokenizerTrainingConfig config;
    private final Map<String, Count> words = new HashMap<>();
    private final Map<Integer, Count> charactersOfLongWords = new HashMap<>();

    private static final class Count {
        long value;
    }

    /**
     * Creates a trainer that has seen no text yet.
     *
     * @param config what to train
     */
    public TokenizerTrainer(TokenizerTrainingConfig config) {
        this.config = config;
    }

    /**
     * Counts the words of a line.
     *
     * @param line the text
     */
    public void add(String line) {
        PreTokenizer preTokenizer = config.preTokenizer();
        String text = config.normalizer().normalize(line, preTokenizer.marksWords());
        preTokenizer.split(text, this::count);
    }

    /**
     * Counts the words of lines.
     *
     * @param lines the lines
     */
    public void addAll(Iterable<String> lines) {
        lines.forEach(this::add);
    }

    /**
     * Counts the words of lines.
     *
     * @param lines the lines; the stream is consumed but not closed
     */
    public void addAll(Stream<String> lines) {
        lines.forEachOrdered(this::add);
    }

    private void count(String word) {
        if (word.length() > config.maxWordLength()
                && word.codePointCount(0, word.length()) > config.maxWordLength()) {
            word.codePoints()
                    .forEach(
                            c ->
                                    charactersOfLongWords.computeIfAbsent(c, k -> new Count())
                                            .value++);
        } else {
            words.computeIfAbsent(word, k -> new Count()).value++;
        }
    }

    /**
     * Trains on what was added so far.
     *
     * @return the tokenizer
     * @throws IllegalArgumentException if no text was added or the vocabulary has no room for what
     *     it must hold
     */
    public TokenizerJson train() {
        return config.kind() == TokenizerTrainingConfig.Kind.BPE
                ? TokenizerJson.of(trainBpe(), config)
                : TokenizerJson.of(
                        new Vocabulary(mostFrequentWords(), config.specialTokens()), config);
    }

    private List<String> mostFrequentWords() {
        requireText();
        List<String> names = config.specialTokens().names();
        List<Map.Entry<String, Long>> counts = new ArrayList<>();
        words.forEach((word, count) -> counts.add(Map.entry(word, count.value)));
        counts.removeIf(e -> e.getValue() < config.minFrequency() || names.contains(e.getKey()));
        counts.sort(MOST_FREQUENT_FIRST);
        List<String> tokens = new ArrayList<>(names);
        int room = config.vocabularySize() == 0 ? counts.size() : roomFor(0);
        counts.stream().limit(room).forEach(e -> tokens.add(e.getKey()));
        return tokens;
    }

    /**
     * Trains the merges of a byte-pair encoding on what was added so far.
     *
     * @return the merges and their alphabet
     * @throws IllegalArgumentException if no text was added or the vocabulary has no room for the
     *     alphabet
     */
    public BpeModel trainBpe() {
        requireText();
        String endOfWord = config.preTokenizer().endOfWord();
        Set<Integer> characters = alphabet();
        List<String> alphabet = new ArrayList<>();
        for (int c : characters) {
            alphabet.add(Character.toString(c));
        }
        if (endOfWord != null) {
            characters.forEach(c -> alphabet.add(Character.toString(c) + endOfWord));
        }
        int maxMerges = config.merges() == 0 ? Integer.MAX_VALUE : config.merges();
        int maxTokens = config.vocabularySize() == 0 ? Integer.MAX_VALUE : roomFor(alphabet.size());
        MergeLearner learner = new MergeLearner(new HashSet<>(config.specialTokens().names()));
        words.forEach(
                (word, count) -> learner.add(symbols(word, characters, endOfWord), count.value));
        List<BpeModel.Merge> merges = learner.learn(maxMerges, maxTokens, config.minFrequency());
        return new BpeModel(alphabet, merges, endOfWord);
    }

    private static List<String> symbols(String word, Set<Integer> alphabet, String endOfWord) {
        List<String> symbols = new ArrayList<>(word.length());
        word.codePoints()
                .forEach(c -> symbols.add(alphabet.contains(c) ? Character.toString(c) : null));
        int last = symbols.size() - 1;
        if (endOfWord != null && symbols.get(last) != null) {
            symbols.set(last, symbols.get(last) + endOfWord);
        }
        return symbols;
    }

    /**
     * The most frequent characters that together reach the coverage, in the order of code points.
     */
    private Set<Integer> alphabet() {
        Map<Integer, Long> counts = new TreeMap<>();
        words.forEach(
                (word, count) ->
                        word.codePoints().forEach(c -> counts.merge(c, count.value, Long::sum)));
        charactersOfLongWords.forEach((c, count) -> counts.merge(c, count.value, Long::sum));
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        long wanted = (long) Math.ceil(total * config.characterCoverage());
        List<Map.Entry<Integer, Long>> byCount = new ArrayList<>(counts.entrySet());
        byCount.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
        Map<Integer, Long> covered = new TreeMap<>();
        long sum = 0;
        for (Map.Entry<Integer, Long> e : byCount) {
            if (sum >= wanted) {
                break;
            }
            covered.put(e.getKey(), e.getValue());
            sum += e.getValue();
        }
        return covered.keySet();
    }

    private int roomFor(int alphabet) {
        int fixed = config.specialTokens().names().size() + alphabet;
        Require.that(
                config.vocabularySize() >= fixed,
                "vocabularySize must hold the special tokens and the alphabet, got"
                        + " vocabularySize=%s, special tokens and alphabet=%s; raise it, or lower"
                        + " characterCoverage",
                config.vocabularySize(),
                fixed);
        return config.vocabularySize() - fixed;
    }

    private void requireText() {
        Require.that(
                !words.isEmpty() || !charactersOfLongWords.isEmpty(),
                "a tokenizer needs text to train on, got no word at all");
    }
}
