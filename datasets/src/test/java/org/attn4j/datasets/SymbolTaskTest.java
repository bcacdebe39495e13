package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SymbolTaskTest {

    private static final SymbolTaskConfig SMALL = new SymbolTaskConfig(7, 2, 6, 2_000, 300, 5);

    @Test
    void copiesAndReverses() throws IOException {
        for (SentencePair pair : CopyTask.of(Usage.TEST, SMALL).readAll()) {
            assertEquals(pair.source(), pair.target());
        }
        for (SentencePair pair : ReverseTask.of(Usage.TEST, SMALL).readAll()) {
            List<String> symbols = Arrays.asList(pair.source().split(" "));
            Collections.reverse(symbols);
            assertEquals(String.join(" ", symbols), pair.target());
        }
    }

    @Test
    void partsHaveTheirSizesAndShareNothing() throws IOException {
        Set<String> all = new HashSet<>();
        int total = 0;
        for (Usage usage : Usage.values()) {
            ReverseTask part = ReverseTask.of(usage, SMALL);
            List<SentencePair> pairs = part.readAll();
            assertEquals(usage == Usage.TRAIN ? 2_000 : 300, pairs.size());
            assertEquals(pairs.size(), part.size());
            pairs.forEach(pair -> all.add(pair.source()));
            total += pairs.size();
        }
        assertEquals(total, all.size());
    }

    @Test
    void drawsAllSymbolsAndLengths() throws IOException {
        Set<Integer> lengths = new TreeSet<>();
        Set<String> symbols = new TreeSet<>();
        for (SentencePair pair : CopyTask.of(Usage.TRAIN, SMALL).readAll()) {
            String[] sequence = pair.source().split(" ");
            lengths.add(sequence.length);
            symbols.addAll(Arrays.asList(sequence));
        }
        assertEquals(Set.of(2, 3, 4, 5, 6), lengths);
        assertEquals(Set.of("0", "1", "2", "3", "4", "5", "6"), symbols);
    }

    @Test
    void followsTheSeed() throws IOException {
        SymbolTaskConfig other = new SymbolTaskConfig(7, 2, 6, 2_000, 300, 6);
        List<SentencePair> pairs = CopyTask.of(Usage.TRAIN, SMALL).readAll();
        assertEquals(pairs, CopyTask.of(Usage.TRAIN, SMALL).readAll());
        assertNotEquals(pairs, CopyTask.of(Usage.TRAIN, other).readAll());
    }

    @Test
    void refusesMoreSequencesThanThereAre() {
        SymbolTaskConfig tooMany = new SymbolTaskConfig(2, 1, 2, 10, 1, 1); // there are 6
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> CopyTask.of(Usage.TRAIN, tooMany))
                        .getMessage();
        assertTrue(message.contains("different sequences"), message);
        assertThrows(
                IllegalArgumentException.class, () -> new SymbolTaskConfig(5, 9, 3, 10, 10, 1));
    }
}
