package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MaskedTextsTest {

    private static final int MASK = 4;
    private static final int VOCABULARY = 1000;

    /** [CLS] 1, words of 2 tokens from 100 on, [SEP] 2. */
    private static MaskableText text(int words) {
        int[] ids = new int[2 * words + 2];
        int[] of = new int[ids.length];
        for (int t = 0; t < ids.length; t++) {
            boolean special = t == 0 || t == ids.length - 1;
            ids[t] = special ? t == 0 ? 1 : 2 : 99 + t;
            of[t] = special ? -1 : (t - 1) / 2;
        }
        return new MaskableText(ids, of);
    }

    private static TokenMasking masking(double share, boolean words) {
        return new TokenMasking(share, words, MASK, VOCABULARY);
    }

    @Test
    void aShareOfTheTokensIsGuessedAndNoSpecialOne() {
        MaskableText text = text(20); // 40 tokens that are not special: 15 % are 6
        for (int seed = 0; seed < 200; seed++) {
            TokenMasking.Masked masked = masking(0.15, false).mask(text, new Randomness(seed));
            assertEquals(6, masked.positions().length);
            assertEquals(6, Arrays.stream(masked.positions()).distinct().count());
            for (int i = 0; i < 6; i++) {
                int position = masked.positions()[i];
                assertTrue(position > 0 && position < 41, "special tokens are never guessed");
                assertEquals(text.ids()[position], masked.labels()[i]);
            }
            for (int t = 0; t < 42; t++) {
                int at = t;
                if (IntStream.of(masked.positions()).noneMatch(position -> position == at)) {
                    assertEquals(text.ids()[t], masked.ids()[t], "the others stay");
                }
            }
        }
        MaskableText one = new MaskableText(new int[] {1, 9, 2}, new int[] {-1, 0, -1});
        assertArrayEquals(
                new int[] {1},
                masking(0.15, false).mask(one, new Randomness(3)).positions(),
                "one at least");
    }

    /** Of 60,000 draws a share of p differs from p by over 4 standard deviations of 0.002. */
    @Test
    void ofTenGuessedTokensEightAreHiddenOneIsReplacedAndOneStays() {
        MaskableText text = text(20);
        int hidden = 0;
        int kept = 0;
        int all = 0;
        for (int seed = 0; seed < 10_000; seed++) {
            TokenMasking.Masked masked = masking(0.15, false).mask(text, new Randomness(seed));
            for (int i = 0; i < masked.positions().length; i++) {
                int now = masked.ids()[masked.positions()[i]];
                hidden += now == MASK ? 1 : 0;
                kept += now == masked.labels()[i] ? 1 : 0;
                all++;
            }
        }
        // A random token is the mask, and the token itself, once in 1000 times.
        assertEquals(0.8 + 0.1 / VOCABULARY, hidden / (double) all, 0.008);
        assertEquals(0.1 + 0.1 / VOCABULARY, kept / (double) all, 0.006);
    }

    @Test
    void wholeWordsAreGuessedTogether() {
        MaskableText text = text(20);
        for (int seed = 0; seed < 100; seed++) {
            int[] positions = masking(0.17, true).mask(text, new Randomness(seed)).positions();
            assertEquals(6, positions.length, "6.8 tokens make 7, and a word more would be 8");
            for (int i = 0; i < positions.length; i += 2) {
                assertEquals(1, positions[i] % 2, "a word begins at an odd position");
                assertEquals(positions[i] + 1, positions[i + 1]);
            }
        }
        MaskableText two = text(1); // 15 % of 2 tokens are 1 at least, but its word has 2
        assertArrayEquals(
                new int[] {1, 2}, masking(0.15, true).mask(two, new Randomness(0)).positions());
    }

    @Test
    @Tag("engine")
    void aBatchIsAFunctionOfItsSeed() {
        MaskedTexts texts = new MaskedTexts(masking(0.15, false), 0);
        List<MaskableText> examples = List.of(text(20), text(5));
        try (NDManager manager = TestEngine.newManager()) {
            Collator.Columns first = texts.collate(manager, examples, 7);
            assertEquals(new Shape(2, 42), first.data().get(0).getShape());
            assertEquals(new Shape(2, 6), first.data().get(2).getShape());
            long[] ids = first.data().get(0).toLongArray();
            long[] seen = first.data().get(1).toLongArray();
            assertEquals(42 + 12, Arrays.stream(seen).sum());
            for (int t = 12; t < 42; t++) {
                assertEquals(0, ids[42 + t], "padding");
                assertEquals(0, seen[42 + t]);
            }
            long[] labels = first.labels().head().toLongArray();
            // 15 % of 10 tokens are 2; the other four columns of that row do not count.
            assertEquals(4, Arrays.stream(labels).filter(id -> id == -100).count());
            assertArrayEquals(ids, texts.collate(manager, examples, 7).data().get(0).toLongArray());
            assertFalse(
                    Arrays.equals(
                            ids, texts.collate(manager, examples, 8).data().get(0).toLongArray()));
        }
    }

    @Test
    @Tag("engine")
    void everyTokenIsHiddenOnceWithAllOthersInSight() {
        MaskableText text = new MaskableText(new int[] {1, 9, 8, 2}, new int[] {-1, 0, 1, -1});
        MaskableText shorter = new MaskableText(new int[] {1, 7, 2}, new int[] {-1, 0, -1});
        List<SingleMasks.Hidden> hidden =
                Stream.of(text, shorter).flatMap(it -> SingleMasks.of(it).stream()).toList();
        try (NDManager manager = TestEngine.newManager()) {
            Collator.Columns columns = new SingleMasks(MASK, 0).collate(manager, hidden, 0);
            assertArrayEquals(
                    new long[] {1, 4, 8, 2, 1, 9, 4, 2, 1, 4, 2, 0},
                    columns.data().get(0).toLongArray());
            assertArrayEquals(
                    new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
                    columns.data().get(1).toLongArray());
            assertArrayEquals(new long[] {1, 2, 1}, columns.data().get(2).toLongArray());
            assertArrayEquals(new long[] {9, 8, 7}, columns.labels().head().toLongArray());
        }
    }

    @Test
    void textsWithoutATokenToGuessAndSharesOutOfRangeAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new MaskableText(new int[] {1, 2}, new int[] {-1, -1}));
        assertThrows(IllegalArgumentException.class, () -> masking(0, false));
        assertThrows(IllegalArgumentException.class, () -> masking(1, false));
    }
}
