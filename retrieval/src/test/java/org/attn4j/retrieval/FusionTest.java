package org.attn4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reciprocal rank fusion, worked by hand. */
class FusionTest {

    private static List<Hit> ranking(String... names) {
        return Stream.of(names).map(it -> new Hit(new Passage(it, "", "", it, 0, 1), 0.5)).toList();
    }

    private static List<String> names(List<Hit> hits) {
        return hits.stream().map(it -> it.passage().source()).toList();
    }

    @Test
    void ranksAreAddedByTheirReciprocals() {
        List<Hit> fused =
                Fusion.reciprocalRank(List.of(ranking("a", "b", "c"), ranking("c", "a", "d")), 60);
        // a: 1/61 + 1/62, c: 1/63 + 1/61, b: 1/62, d: 1/63
        assertEquals(List.of("a", "c", "b", "d"), names(fused));
        assertEquals(0.032522474881, fused.get(0).score(), 1e-12);
        assertEquals(0.032266458496, fused.get(1).score(), 1e-12);
        assertEquals(0.016129032258, fused.get(2).score(), 1e-12);
        assertEquals(0.015873015873, fused.get(3).score(), 1e-12);
    }

    @Test
    void aSmallConstantLetsTheFirstRanksDecide() {
        List<List<Hit>> rankings =
                List.of(ranking("a", "b", "c"), ranking("d", "b", "c"), ranking("e", "c", "b"));
        // k = 0: a, d and e have 1; b has 1/2 + 1/2 + 1/3, c has 1/3 + 1/3 + 1/2
        assertEquals(List.of("b", "c", "a", "d", "e"), names(Fusion.reciprocalRank(rankings, 0)));
        assertEquals(4.0 / 3, Fusion.reciprocalRank(rankings, 0).get(0).score(), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> Fusion.reciprocalRank(rankings, -1));
    }

    @Test
    void ofEqualOnesTheEarlierRankingDecides() {
        assertEquals(
                List.of("a", "b"),
                names(Fusion.reciprocalRank(List.of(ranking("a"), ranking("b")), 60)));
        assertEquals(List.of(), Fusion.reciprocalRank(List.of(), 60));
    }
}
