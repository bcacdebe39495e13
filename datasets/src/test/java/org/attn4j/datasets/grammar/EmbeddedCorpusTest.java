package org.attn4j.datasets.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attn4j.datasets.Randomness;
import org.attn4j.datasets.SentencePair;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedCorpusTest {

    private static List<SentencePair> train;
    private static List<SentencePair> valid;
    private static List<SentencePair> test;
    private static final List<SentencePair> ALL = new ArrayList<>();

    @BeforeAll
    static void generate() throws IOException {
        Map<Usage, EmbeddedCorpus> parts = EmbeddedCorpus.parts();
        train = parts.get(Usage.TRAIN).readAll();
        valid = parts.get(Usage.VALIDATION).readAll();
        test = parts.get(Usage.TEST).readAll();
        Stream.of(train, valid, test).forEach(ALL::addAll);
    }

    @Test
    void hasTheSizesPromised() {
        assertEquals(EmbeddedCorpus.DEFAULT_TRAIN_SIZE, train.size());
        assertTrue(train.size() >= 20_000);
        assertEquals(500, valid.size());
        assertEquals(500, test.size());
        assertEquals(ALL.size(), new HashSet<>(ALL).size());
    }

    @Test
    void heldOutSentencesAreNotInTraining() {
        Set<String> seen = new HashSet<>();
        for (SentencePair pair : train) {
            seen.add(pair.source());
            seen.add(pair.target());
        }
        for (SentencePair pair : Stream.concat(valid.stream(), test.stream()).toList()) {
            assertFalse(seen.contains(pair.source()), pair.source());
            assertFalse(seen.contains(pair.target()), pair.target());
        }
        Set<String> validSources = new HashSet<>();
        valid.forEach(pair -> validSources.add(pair.source()));
        assertTrue(test.stream().noneMatch(pair -> validSources.contains(pair.source())));
    }

    @Test
    void everyEnglishSentenceHasOneTranslation() {
        Map<String, String> translations = new HashMap<>();
        EnglishFrenchGrammar grammar = new EnglishFrenchGrammar(new Randomness(99));
        for (int i = 0; i < 30_000; i++) {
            SentencePair pair = grammar.sentence();
            String before = translations.put(pair.source(), pair.target());
            assertTrue(before == null || before.equals(pair.target()), () -> pair + ", " + before);
        }
    }

    @Test
    void followsTheSeed() throws IOException {
        List<SentencePair> again = EmbeddedCorpus.parts(3, 200).get(Usage.TRAIN).readAll();
        assertEquals(again, EmbeddedCorpus.parts(3, 200).get(Usage.TRAIN).readAll());
        assertNotEquals(again, EmbeddedCorpus.parts(4, 200).get(Usage.TRAIN).readAll());
    }

    /** So that a seed means the same corpus on every JDK and in every release. */
    @Test
    void theDefaultCorpusDoesNotChangeUnnoticed() {
        assertEquals(FINGERPRINT, ALL.hashCode());
    }

    @Test
    void everyHeldOutWordIsFrequentInTraining() {
        Map<String, Integer> counts = new HashMap<>();
        for (SentencePair pair : train) {
            words(pair).forEach(word -> counts.merge(word, 1, Integer::sum));
        }
        for (SentencePair pair : Stream.concat(valid.stream(), test.stream()).toList()) {
            words(pair).forEach(word -> assertTrue(counts.getOrDefault(word, 0) >= 3, word));
        }
    }

    private static Stream<String> words(SentencePair pair) {
        return Stream.of((pair.source() + " " + pair.target()).split("[ '.,?-]+"));
    }

    @Test
    void lengthsVary() {
        int[] lengths = ALL.stream().mapToInt(p -> p.source().split(" ").length).toArray();
        assertTrue(Arrays.stream(lengths).max().orElseThrow() <= 20);
        assertTrue(Arrays.stream(lengths).filter(n -> n <= 4).count() > 2_000);
        assertTrue(Arrays.stream(lengths).filter(n -> n >= 12).count() > 1_500);
    }

    @Test
    void frenchIsFreeOfWhatIsNeverRight() {
        Pattern wrong =
                Pattern.compile(
                        "(?i)\\b(le|la|de|je|ne|que|me|te) [aàâeéèêiîoôœu]" // no elision
                                + "|\\b(à|de) les?\\b(?! [aeiouéèêh])" // no contraction
                                + "|\\b(le|la|de|ce|ma|ta|sa|beau|vieux|nouveau)"
                                + " (homme|hôtel|hôpital|huile)\\b"
                                + "|\\b(ce|ma|ta|sa|beau|nouveau) [aàâeéèêiîoôœu]"
                                + "|\\b(cet|bel|vieil|nouvel) (?![aàâeéèêiîoôœuh])"
                                + "|l'hibou|d'huit|qu'huit|  ");
        for (SentencePair pair : ALL) {
            assertFalse(wrong.matcher(pair.target()).find(), pair.toString());
        }
    }

    @Test
    void someBecomesDeBeforeAnAdjective() {
        Pattern some =
                Pattern.compile("Some (small|big|beautiful|pretty|old|young|new|good|bad|fat) .*");
        List<SentencePair> found =
                ALL.stream().filter(pair -> some.matcher(pair.source()).matches()).toList();
        assertTrue(found.size() > 30, "only " + found.size());
        for (SentencePair pair : found) {
            assertTrue(pair.target().startsWith("De "), pair.toString());
        }
    }

    @Test
    void holdsWhatMakesTranslationHard() {
        String french = String.join("\n", ALL.stream().map(SentencePair::target).toList());
        for (String piece :
                List.of(
                        "bel ",
                        "vieil ",
                        "nouvel ",
                        "cet ",
                        "de beaux ",
                        "mon école",
                        "j'",
                        "n'",
                        "d'",
                        "qu'",
                        "l'",
                        " au ",
                        " aux ",
                        " du ",
                        " des ",
                        " pas ",
                        " jamais ",
                        " plus ",
                        "Est-ce que ",
                        "-t-elle",
                        "Pourquoi ",
                        "Où ",
                        "Quand ",
                        "Qu'est-ce que",
                        " lui ",
                        " leur ",
                        "beaucoup de ",
                        "toutes les ",
                        "parce qu'",
                        " a vue",
                        " sont parties",
                        "plus grand",
                        " ans")) {
            int count = french.split(Pattern.quote(piece), -1).length - 1;
            assertTrue(count >= 5, piece + " occurs " + count + " times");
        }
    }

    private static final int FINGERPRINT = -2076869806;
}
