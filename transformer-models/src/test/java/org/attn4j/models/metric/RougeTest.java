package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RougeTest {

    private static final double EXACT = 1e-9;

    /** The figures of rouge_score's own tests. */
    @ParameterizedTest
    @CsvSource({
        "1, testing, 1, 1/3, 1/2",
        "1, testing one, 1, 2/3, 4/5",
        "2, testing one, 1, 1/2, 2/3",
        "L, testing one, 1, 2/3, 4/5",
        "L, testing two, 1, 2/3, 4/5",
    })
    void equalsWhatIsPublished(
            String type, String hypothesis, String precision, String recall, String fMeasure) {
        check(type, hypothesis, "testing one two", precision, recall, fMeasure);
    }

    /** The example of Lin 2004, section 3.2: the union has four of five words. */
    @Test
    void unitesTheSubsequencesOfLines() {
        check("Lsum", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5", "4/10", "4/5", "8/15");
    }

    /** Lin 2004, section 3.1: word order tells the second candidate from the first. */
    @Test
    void theLongestSubsequenceKeepsTheOrderOfWords() {
        check("L", "police kill the gunman", "police killed the gunman", "3/4", "3/4", "3/4");
        check("L", "the gunman kill police", "police killed the gunman", "2/4", "2/4", "2/4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "L", "Lsum"})
    void isZeroWhereThereAreNoWords(String type) {
        check(type, "", "testing one two", "0", "0", "0");
        check(type, "/", "testing one two", "0", "0", "0");
        check(type, "testing", "", "0", "0", "0");
    }

    @Test
    void wordsAreRunsOfLatinLettersAndDigits() {
        check("1", "It's 3.5 ÉTÉ", "it s 3 5 t", "1", "1", "1");
        // the Kelvin sign is a k in lower case, wherever this runs
        check("1", "\u212A", "k", "1", "1", "1");
    }

    @Test
    void theBestReferenceCountsAndLinesAreAveraged() {
        RougeScore score =
                Rouge.ONE.score(
                        List.of("a b", "c d"),
                        List.of(List.of("x y", "c z"), Arrays.asList("a b c", null)));
        assertEquals(100 * (0.8 + 0.5) / 2, score.score(), EXACT);
        assertEquals(100 * (1 + 0.5) / 2, score.precision(), EXACT);
        assertEquals(100 * (2 / 3.0 + 0.5) / 2, score.recall(), EXACT);
        assertEquals(
                "ROUGE-1|nrefs:var|case:lc|stem:no|version:rouge_score-0.1.2 = 65.00",
                score.formatWithSignature());
        assertEquals(score.recall(), score.toMap().get("recall"));
    }

    /** Random texts of several lines, scored by rouge_score's algorithm in Python. */
    @Test
    void equalsTheReference() throws IOException {
        JsonArray cases = goldens();
        for (JsonElement element : cases) {
            JsonObject golden = element.getAsJsonObject();
            for (String type : List.of("1", "2", "L", "Lsum")) {
                RougeScore score =
                        new Rouge(type)
                                .scoreSentence(
                                        golden.get("hypothesis").getAsString(),
                                        List.of(golden.get("reference").getAsString()));
                JsonArray expected = golden.getAsJsonArray(type);
                String where = "ROUGE-" + type + " of " + golden;
                assertEquals(100 * expected.get(0).getAsDouble(), score.precision(), 1e-6, where);
                assertEquals(100 * expected.get(1).getAsDouble(), score.recall(), 1e-6, where);
                assertEquals(100 * expected.get(2).getAsDouble(), score.score(), 1e-6, where);
            }
        }
        assertTrue(cases.size() > 20, "the golden file holds too little");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "0", "10", "l"})
    void anUnknownTypeIsRefused(String type) {
        var e = assertThrows(IllegalArgumentException.class, () -> new Rouge(type));
        assertEquals("type must be 1 to 9, L or Lsum, got type='" + type + "'", e.getMessage());
    }

    private static JsonArray goldens() throws IOException {
        try (Reader reader =
                new InputStreamReader(
                        RougeTest.class.getResourceAsStream("/goldens/rouge.json"),
                        StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonArray();
        }
    }

    private static void check(
            String type,
            String hypothesis,
            String reference,
            String precision,
            String recall,
            String fMeasure) {
        RougeScore score = new Rouge(type).scoreSentence(hypothesis, List.of(reference));
        assertEquals(100 * fraction(precision), score.precision(), EXACT);
        assertEquals(100 * fraction(recall), score.recall(), EXACT);
        assertEquals(100 * fraction(fMeasure), score.score(), EXACT);
    }

    private static double fraction(String text) {
        String[] parts = text.split("/");
        double numerator = Double.parseDouble(parts[0]);
        return parts.length == 1 ? numerator : numerator / Double.parseDouble(parts[1]);
    }
}
