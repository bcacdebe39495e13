package org.attn4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.datasets.CorpusException;
import org.attn4j.models.task.Similarity;
import org.attn4j.retrieval.document.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an index finds, held to what is computed by hand and by going through all vectors. */
class PassageIndexTest {

    @TempDir Path folder;

    private static Document document(String id, String text) {
        return new Document("/d/file", id, "", text);
    }

    private void write(IndexSettings settings, List<String> texts, List<float[]> vectors)
            throws IOException {
        try (PassageWriter writer = PassageWriter.open(folder, settings)) {
            for (int i = 0; i < texts.size(); i++) {
                writer.put(
                        document(Integer.toString(i), texts.get(i)),
                        List.of(new Chunk(0, texts.get(i).length())),
                        List.of(vectors.get(i)));
            }
            writer.commit();
        }
    }

    @Test
    void wordsAreScoredByBm25() throws IOException {
        List<String> texts =
                List.of("wings flutter", "a wing in a slipstream", "boundary layers", "heat, heat");
        write(TestIndexes.settings(), texts, texts.stream().map(TestIndexes::letters).toList());
        try (PassageIndex index = PassageIndex.open(folder)) {
            List<Hit> hits = index.byWords("Winged flutters", 10);
            // Stems without stop words: 2 + 2 + 2 + 2 words, 2 on average, so that the length
            // counts
            // for nothing. "wing" is in 2 of 4, idf = ln(1 + 2.5 / 2.5); "flutter" in 1 of 4, idf =
            // ln(1 + 3.5 / 1.5). Each occurs once: tf = 1 / (1 + 1.2).
            assertEquals(2, hits.size());
            assertEquals("wings flutter", hits.get(0).passage().text());
            assertEquals((Math.log(2) + Math.log(1 + 3.5 / 1.5)) / 2.2, hits.get(0).score(), 1e-6);
            assertEquals(Math.log(2) / 2.2, hits.get(1).score(), 1e-6);
            // 2 occurrences: tf = 2 / (2 + 1.2)
            assertEquals(
                    Math.log(1 + 3.5 / 1.5) * 2 / 3.2,
                    index.byWords("heat", 1).get(0).score(),
                    1e-6);
            assertEquals(List.of(), index.byWords("of the and", 10));
            assertEquals(List.of(), index.byWords("", 10));
            assertEquals(1, index.byWords("layers AND heat*) \"", 1).size());
            String many =
                    String.join(" ", IntStream.range(0, 3000).mapToObj(i -> "w" + i).toList());
            assertThrows(IllegalArgumentException.class, () -> index.byWords(many, 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"COSINE,NONE", "DOT,NONE", "EUCLIDEAN,NONE", "COSINE,INT8", "DOT,INT8"})
    void vectorsAreFoundWithTheModelsSimilarity(Similarity similarity, Quantization quantization)
            throws IOException {
        Random random = new Random(3);
        List<float[]> vectors = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            vectors.add(vector(random, 24));
            texts.add("text " + i);
        }
        write(TestIndexes.settings(similarity, quantization, 24), texts, vectors);
        // seven bits over the whole range: an error of 1/254 of it a number, of random sign
        boolean exact = quantization == Quantization.NONE;
        try (PassageIndex index = PassageIndex.open(folder)) {
            int found = 0;
            for (int round = 0; round < 20; round++) {
                float[] query = vector(random, 24);
                List<Integer> nearest =
                        IntStream.range(0, 500)
                                .boxed()
                                .sorted(
                                        Comparator.comparingDouble(
                                                i -> -similarity.of(query, vectors.get(i))))
                                .limit(10)
                                .toList();
                Set<Integer> hits = new HashSet<>();
                for (Hit hit : index.byVector(query, 10)) {
                    int i = Integer.parseInt(hit.passage().id());
                    hits.add(i);
                    double lengths =
                            similarity == Similarity.DOT
                                    ? length(query) * length(vectors.get(i))
                                    : 1;
                    assertEquals(
                            similarity.of(query, vectors.get(i)),
                            hit.score(),
                            exact ? 1e-4 : 0.05 * lengths);
                }
                found += (int) nearest.stream().filter(hits::contains).count();
            }
            // of 200; the graph is asked for 100 of 500, and quantised vectors are other vectors
            assertTrue(found >= (exact ? 190 : 180), found + " found");
            float[] wrong = new float[5];
            assertThrows(IllegalArgumentException.class, () -> index.byVector(wrong, 3));
        }
    }

    private static double length(float[] vector) {
        return Math.sqrt(Similarity.DOT.of(vector, vector));
    }

    private static float[] vector(Random random, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    @Test
    void vectorsMayHaveMoreNumbersThanLuceneTakes() throws IOException {
        float[] vector = new float[1536];
        vector[1500] = 2;
        write(
                TestIndexes.settings(Similarity.DOT, Quantization.NONE, 1536),
                List.of("long"),
                List.of(vector));
        try (PassageIndex index = PassageIndex.open(folder)) {
            assertEquals(4, index.byVector(vector, 1).get(0).score(), 1e-5);
        }
    }

    @Test
    void bothRankingsAreFused() throws IOException {
        List<String> texts = List.of("abcabc", "zebra", "cab xyz");
        write(TestIndexes.settings(), texts, texts.stream().map(TestIndexes::letters).toList());
        try (PassageIndex index = PassageIndex.open(folder)) {
            List<Hit> hits = index.byBoth("cab", TestIndexes.letters("cab"), 2);
            // "cab xyz" is second by vector and first by words, "abcabc" first by vector alone
            assertEquals("cab xyz", hits.get(0).passage().text());
            assertEquals(1.0 / 62 + 1.0 / 61, hits.get(0).score(), 1e-12);
            assertEquals("abcabc", hits.get(1).passage().text());
            assertEquals(1.0 / 61, hits.get(1).score(), 1e-12);
        }
    }

    @Test
    void whatIsNoIndexIsRefusedInASentence() throws IOException {
        Path missing = folder.resolve("missing");
        assertTold("no index", () -> PassageIndex.open(missing));
        assertTold("no index", () -> PassageIndex.open(folder));
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertTold("holds notes.txt", () -> PassageWriter.open(folder, TestIndexes.settings()));
        Path file = folder.resolve("notes.txt");
        assertTold("is a file", () -> PassageWriter.open(file, TestIndexes.settings()));
    }

    @Test
    void aDamagedIndexIsRefusedInASentence() throws IOException {
        write(TestIndexes.settings(), List.of("one"), List.of(TestIndexes.letters("one")));
        Path segments;
        try (var files = Files.list(folder)) {
            segments =
                    files.filter(it -> it.getFileName().toString().startsWith("segments_"))
                            .findFirst()
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segments);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segments, bytes);
        assertTold("make it again", () -> PassageIndex.open(folder));
    }

    @Test
    void oneWriterAtATime() throws IOException {
        try (PassageWriter first = PassageWriter.open(folder, TestIndexes.settings())) {
            assertTold("another process", () -> PassageWriter.open(folder, TestIndexes.settings()));
            first.commit();
        }
    }

    /** Commits one document, puts another, and waits to be killed. */
    static final class KilledWriter {

        private KilledWriter() {}

        public static void main(String[] args) throws Exception {
            try (PassageWriter writer =
                    PassageWriter.open(Path.of(args[0]), TestIndexes.settings())) {
                put(writer, "one");
                writer.commit();
                put(writer, "two");
                System.out.println("ready");
                Thread.sleep(600_000);
            }
        }
    }

    private static void put(PassageWriter writer, String text) throws IOException {
        writer.put(
                document(text, text),
                List.of(new Chunk(0, text.length())),
                List.of(TestIndexes.letters(text)));
    }

    @Test
    void aKilledWriterLeavesWhatItCommitted() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledWriter.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var out = process.inputReader()) {
            assertEquals("ready", out.readLine());
            assertTold("another process", () -> PassageWriter.open(folder, TestIndexes.settings()));
        } finally {
            process.destroyForcibly().waitFor();
        }
        try (PassageWriter writer = PassageWriter.open(folder, TestIndexes.settings())) {
            assertTrue(writer.holds(document("one", "one")));
            assertFalse(writer.knows(document("two", "two")));
            put(writer, "two");
            writer.commit();
        }
        try (PassageIndex index = PassageIndex.open(folder)) {
            assertEquals(2, index.size());
            assertEquals("two", index.byWords("two", 5).get(0).passage().text());
        }
    }

    @Test
    void anIndexIsGoneOnWithAsItWasMadeAlone() throws IOException {
        PassageWriter.open(folder, TestIndexes.settings()).close();
        PassageWriter.open(folder, TestIndexes.settings()).close();
        for (IndexSettings other :
                List.of(
                        TestIndexes.settings(Similarity.DOT, Quantization.NONE, 26),
                        TestIndexes.settings(Similarity.COSINE, Quantization.INT8, 26),
                        new IndexSettings(
                                new ModelIdentity(
                                        "other", "", "2", "", false, "", "", 26, Similarity.COSINE),
                                8,
                                0,
                                false,
                                Quantization.NONE,
                                WordAnalysis.ENGLISH))) {
            var e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> PassageWriter.open(folder, other));
            assertTrue(e.getMessage().contains("was made with"), e.getMessage());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> TestIndexes.settings(Similarity.MANHATTAN, Quantization.NONE, 26));
    }

    private static void assertTold(
            String part, org.junit.jupiter.api.function.Executable executable) {
        CorpusException e = assertThrows(CorpusException.class, executable);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
