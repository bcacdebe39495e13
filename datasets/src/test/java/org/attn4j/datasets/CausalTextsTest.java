package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.datasets.PackedTexts.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows of texts, packed or not, and blocks of a stream. */
class CausalTextsTest {

    private static CausalText text(int... ids) {
        return CausalText.of(ids);
    }

    @Test
    void longTextsAreCutSoThatEveryTokenIsPredictedOnce() {
        CausalText text = text(10, 11, 12, 13, 14, 15, 16);
        List<CausalText> parts = text.cut(3);
        assertEquals(2, parts.size());
        assertArrayEquals(new int[] {10, 11, 12, 13}, parts.get(0).ids());
        assertArrayEquals(new int[] {13, 14, 15, 16}, parts.get(1).ids());
        assertEquals(
                text.learnedTokens(), parts.stream().mapToInt(CausalText::learnedTokens).sum());
        assertEquals(List.of(2, 2, 2), text.cut(2).stream().map(CausalText::length).toList());
        assertEquals(List.of(text), text.cut(6));
    }

    @Test
    void packingFindsTheBestFitAndLosesNothing() {
        // Positions 5, 4, 3, 2, 2 in rows of 8: 5 + 3 and 4 + 2 + 2.
        List<CausalText> texts =
                IntStream.of(2, 5, 2, 3, 4).mapToObj(n -> CausalText.of(new int[n + 1])).toList();
        List<Row> rows = PackedTexts.pack(texts, 8);
        assertEquals(
                List.of(List.of(5, 3), List.of(4, 2, 2)),
                rows.stream()
                        .map(row -> row.texts().stream().map(CausalText::length).toList())
                        .toList());
    }

    @Test
    @Tag("engine")
    void packedTextsHaveSquaresPositionsAndLabelsOfTheirOwn() {
        CausalText answer = new CausalText(new int[] {7, 8, 9}, new boolean[] {true, false, true});
        PackedTexts packed = new PackedTexts(0, true, true);
        assertEquals(List.of("input_ids", "attention_mask", "position_ids"), packed.inputs());
        try (NDManager manager = TestEngine.newManager()) {
            Collator.Columns columns =
                    packed.collate(
                            manager,
                            List.of(
                                    new Row(List.of(text(4, 5, 6), answer)),
                                    new Row(List.of(text(1, 2)))),
                            0);
            NDArray ids = columns.data().get(0);
            assertEquals(new Shape(2, 4), ids.getShape());
            assertArrayEquals(new long[] {4, 5, 7, 8, 1, 0, 0, 0}, ids.toLongArray());
            assertArrayEquals(
                    new long[] {0, 1, 0, 1, 0, 0, 0, 0}, columns.data().get(2).toLongArray());
            assertArrayEquals(
                    new long[] {5, 6, -100, 9, 2, -100, -100, -100},
                    columns.labels().head().toLongArray());
            boolean[] seen = columns.data().get(1).toBooleanArray(); // (2, 4, 4)
            for (int row = 0; row < 2; row++) {
                for (int t = 0; t < 4; t++) {
                    for (int s = 0; s < 4; s++) {
                        boolean same = row == 0 ? t / 2 == s / 2 : t == 0 && s == 0;
                        assertEquals(same, seen[(row * 4 + t) * 4 + s], row + " " + t + " " + s);
                    }
                }
            }
        }
    }

    @Test
    @Tag("engine")
    void aStreamPredictsEveryTokenButTheFirstOnce() {
        int[] ids = IntStream.range(10, 21).toArray();
        TokenStream stream = new TokenStream(ids, 4, false);
        try (NDManager manager = TestEngine.newManager()) {
            Collator.Columns columns = stream.collate(manager, stream.blocks(), 0);
            assertArrayEquals(
                    new long[] {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 0},
                    columns.data().head().toLongArray());
            assertArrayEquals(
                    new long[] {11, 12, 13, 14, 15, 16, 17, 18, 19, 20, -100, -100},
                    columns.labels().head().toLongArray());
        }
    }

    @Test
    @Tag("engine")
    void blocksToLearnFromBeginAtOtherPlacesEachTime() {
        int[] ids = IntStream.range(0, 100).toArray();
        TokenStream stream = new TokenStream(ids, 10, true);
        try (NDManager manager = TestEngine.newManager()) {
            List<Long> starts =
                    IntStream.range(0, 50)
                            .mapToLong(seed -> first(stream, manager, seed))
                            .boxed()
                            .distinct()
                            .sorted()
                            .toList();
            assertEquals(IntStream.range(20, 30).asLongStream().boxed().toList(), starts);
            assertEquals(first(stream, manager, 5), first(stream, manager, 5));
            List<TokenStream.Block> last = List.of(stream.blocks().get(9));
            long[] labels = stream.collate(manager, last, 3).labels().head().toLongArray();
            assertEquals(9, labels.length);
            assertEquals(99, labels[8], "no block goes beyond the end");
        }
    }

    private static long first(TokenStream stream, NDManager manager, long seed) {
        List<TokenStream.Block> third = List.of(stream.blocks().get(2));
        return stream.collate(manager, third, seed).data().head().toLongArray()[0];
    }

    @Test
    void textsOfOneTokenAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> text(1));
        assertThrows(IllegalArgumentException.class, () -> new TokenStream(new int[1], 4, false));
        assertThrows(IllegalArgumentException.class, () -> new TokenStream(new int[9], 0, false));
    }
}
