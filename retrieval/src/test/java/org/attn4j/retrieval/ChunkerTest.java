package org.attn4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.junit.jupiter.api.Test;

/** Where texts are cut; the tokens of most tests are words and full stops. */
class ChunkerTest {

    private static final Path SENTENCE_MODEL =
            Path.of("../transformer-models/src/test/resources/goldens/tasks/bert_sentence");

    private static int[][] words(String text) {
        List<int[]> offsets = new ArrayList<>();
        Matcher token = Pattern.compile("\\w+|[^\\w\\s]").matcher(text);
        while (token.find()) {
            offsets.add(new int[] {token.start(), token.end()});
        }
        return offsets.toArray(int[][]::new);
    }

    private static List<String> cut(String text, int maxTokens, int overlap) {
        return new Chunker(ChunkerTest::words, maxTokens, overlap)
                .chunks(text).stream().map(it -> text.substring(it.start(), it.end())).toList();
    }

    @Test
    void aShortTextIsOneChunkWithoutTheSpaceAroundIt() {
        assertEquals(List.of("One two."), cut("  One two. \n", 3, 1));
        assertEquals(List.of(), cut(" \n\n ", 3, 1));
        assertEquals(List.of(), cut("", 3, 1));
    }

    @Test
    void chunksEndBehindTheLastWholeSentence() {
        // 3 + 4 tokens fit into 8; the third sentence would make 10
        assertEquals(
                List.of("One two. Three four five.", "Six seven."),
                cut("One two. Three four five. Six seven.", 8, 0));
    }

    @Test
    void chunksBeginWithAWholeSentenceOfTheOverlap() {
        // of the last 5 tokens of the first chunk, "Three four five." is a whole sentence of 4
        assertEquals(
                List.of("One two. Three four five.", "Three four five. Six seven."),
                cut("One two. Three four five. Six seven.", 8, 5));
    }

    @Test
    void aLongSentenceIsCutBetweenWordsAndOverlapsByWords() {
        assertEquals(List.of("a b c d", "c d e f", "e f g"), cut("a b c d e f g", 4, 2));
        assertEquals(List.of("a b c d", "e f g"), cut("a b c d e f g", 4, 0));
    }

    @Test
    void chunksEndWithAParagraphOfTheirSecondHalf() {
        String text = "a b c. d e f.\n\ng h i. j k l.";
        assertEquals(List.of("a b c. d e f.", "g h i. j k l."), cut(text, 12, 0));
        // in the first half a paragraph is no reason for a short chunk
        assertEquals(
                List.of("A b.\n\nC d e. F g h.", "I j k."),
                cut("A b.\n\nC d e. F g h. I j k.", 12, 0));
    }

    @Test
    void separatedWordsHaveSentencesInLowerCaseToo() {
        assertEquals(
                List.of("one two . three four .", "five six ."),
                cut("one two . three four . five six .", 8, 0));
    }

    @Test
    void headingsAndItemsOfListsAreBorders() {
        assertEquals(
                List.of("# One\na b c d", "# Two\ne f"), cut("# One\na b c d\n# Two\ne f", 8, 0));
        assertEquals(List.of("- a b\n- c d", "- e f g"), cut("- a b\n- c d\n- e f g", 8, 0));
    }

    @Test
    void nothingOfAnyTextIsLostAndNoChunkIsTooLong() {
        Random random = new Random(5);
        String alphabet = "ab .\n,AB  ";
        for (int round = 0; round < 300; round++) {
            StringBuilder made = new StringBuilder();
            for (int i = random.nextInt(200); i > 0; i--) {
                made.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String text = made.toString();
            int most = 1 + random.nextInt(12);
            int overlap = random.nextInt(most);
            List<Chunk> chunks = new Chunker(ChunkerTest::words, most, overlap).chunks(text);
            int covered = 0;
            int start = -1;
            for (Chunk chunk : chunks) {
                String name = "'%s' %s %s: %s".formatted(text, most, overlap, chunks);
                assertTrue(chunk.start() > start, name);
                assertTrue(chunk.end() > covered, name);
                if (chunk.start() > covered) {
                    assertTrue(text.substring(covered, chunk.start()).isBlank(), name);
                }
                int tokens = words(text.substring(chunk.start(), chunk.end())).length;
                assertTrue(tokens <= most, name);
                start = chunk.start();
                covered = chunk.end();
            }
            assertTrue(text.substring(covered).isBlank());
        }
    }

    @Test
    void roomIsLeftForWhatStandsBefore() {
        String text = "a b c d e f g";
        Chunker chunker = new Chunker(ChunkerTest::words, 4, 0);
        assertEquals(
                List.of(new Chunk(0, 3), new Chunk(4, 7), new Chunk(8, 11), new Chunk(12, 13)),
                chunker.chunks(text, 2));
        assertThrows(IllegalArgumentException.class, () -> chunker.chunks(text, 3));
    }

    @Test
    void tokensAreThoseOfTheModel() throws IOException {
        String text =
                "the old doctor has a big dog and the young teacher has a red cat. ".repeat(9);
        try (ModelTokenizer tokenizer = ModelTokenizer.load(SENTENCE_MODEL)) {
            List<Chunk> chunks = Chunker.of(tokenizer, 20, 5).chunks(text);
            assertTrue(chunks.size() > 3, chunks.toString());
            for (Chunk chunk : chunks) {
                int tokens = tokenizer.ids(text.substring(chunk.start(), chunk.end())).length;
                assertTrue(tokens <= 20 && tokens > 5, chunks.toString());
            }
        }
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Chunker(ChunkerTest::words, 4, 4));
        assertThrows(IllegalArgumentException.class, () -> new Chunker(ChunkerTest::words, 0, 0));
    }
}
