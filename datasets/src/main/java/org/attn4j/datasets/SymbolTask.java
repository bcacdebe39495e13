package org.attn4j.datasets;

import ai.djl.training.dataset.Dataset.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Draws the sequences of the synthetic tasks, so that no sequence is in two parts. */
final class SymbolTask {

    private static final long MOST_TRIES_PER_SEQUENCE = 1_000;

    private SymbolTask() {}

    static List<SentencePair> pairs(
            String task, Usage usage, SymbolTaskConfig config, UnaryOperator<List<String>> target) {
        Randomness random = new Randomness(config.seed());
        Set<List<String>> seen = new HashSet<>();
        List<SentencePair> pairs = new ArrayList<>();
        for (Usage part : List.of(Usage.TEST, Usage.VALIDATION, Usage.TRAIN)) {
            int size = config.size(part);
            long tries = size * MOST_TRIES_PER_SEQUENCE;
            for (int made = 0; made < size; ) {
                List<String> sequence = sequence(random, config);
                if (seen.add(sequence)) {
                    made++;
                    if (part == usage) {
                        pairs.add(pair(sequence, target));
                    }
                } else if (--tries < 0) {
                    throw new IllegalArgumentException(
                            ("%s cannot make %s + 2 · %s different sequences of"
                                            + " %s to %s of %s symbols: ask for fewer, or allow"
                                            + " longer ones")
                                    .formatted(
                                            task,
                                            config.trainSize(),
                                            config.heldOutSize(),
                                            config.minLength(),
                                            config.maxLength(),
                                            config.symbols()));
                }
            }
        }
        return List.copyOf(pairs);
    }

    private static List<String> sequence(Randomness random, SymbolTaskConfig config) {
        int range = config.maxLength() - config.minLength() + 1;
        int length = config.minLength() + random.nextInt(range);
        List<String> sequence = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            sequence.add(Integer.toString(random.nextInt(config.symbols())));
        }
        return sequence;
    }

    private static SentencePair pair(List<String> sequence, UnaryOperator<List<String>> target) {
        return new SentencePair(
                String.join(" ", sequence), String.join(" ", target.apply(sequence)));
    }
}
