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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.common.WordAlignment;
import org.attn4j.common.WordAlignment.Link;
import org.attn4j.datasets.Randomness;
import org.attn4j.datasets.SentencePair;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedCorpusTest {

    private static List<EmbeddedCorpus> parts;
    private static List<SentencePair> train;
    private static List<SentencePair> valid;
    private static List<SentencePair> test;
    private static final List<SentencePair> ALL = new ArrayList<>();

    @BeforeAll
    static void generate() throws IOException {
        Map<Usage, EmbeddedCorpus> made = EmbeddedCorpus.parts();
        parts = List.of(made.get(Usage.TRAIN), made.get(Usage.VALIDATION), made.get(Usage.TEST));
        train = parts.get(0).readAll();
        valid = parts.get(1).readAll();
        test = parts.get(2).readAll();
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
            SentencePair pair = grammar.sentence().pair();
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

    /** Names are the same in both languages: which belong together needs no grammar. */
    @Test
    void namesAreSurelyAligned() {
        List<WordAlignment> alignments = alignments();
        int names = 0;
        for (int i = 0; i < ALL.size(); i++) {
            String[] english = ALL.get(i).source().split(" ");
            String[] french = ALL.get(i).target().split(" ");
            WordAlignment alignment = alignments.get(i);
            alignment.requireWithin(english.length, french.length);
            for (Pattern word : NAMES) {
                List<Integer> from = places(english, word);
                List<Integer> to = places(french, word);
                assertEquals(from.size(), to.size(), ALL.get(i)::toString);
                for (int n = 0; n < from.size(); n++) {
                    Link link = new Link(from.get(n), to.get(n));
                    assertTrue(alignment.sure().contains(link), ALL.get(i) + " " + alignment);
                    names++;
                }
            }
        }
        assertTrue(names > 5_000, "only " + names);
    }

    /** A noun's sure links, but for "?", are to words that hold a form of its translation. */
    @Test
    void nounsAreSurelyAlignedWithTheirTranslations() {
        Map<String, Set<String>> translations = new HashMap<>();
        for (Noun noun : new Lexicon().nouns(KINDS)) {
            for (boolean plural : List.of(false, true)) {
                translations
                        .computeIfAbsent(noun.english(plural), unused -> new HashSet<>())
                        .add(noun.french(plural));
            }
        }
        List<WordAlignment> alignments = alignments();
        int nouns = 0;
        for (int i = 0; i < ALL.size(); i++) {
            String[] english = ALL.get(i).source().split(" ");
            String[] french = ALL.get(i).target().split(" ");
            for (Link link : alignments.get(i).sure()) {
                Set<String> known =
                        translations.get(english[link.source()].replaceAll("[.,?]", ""));
                String word = french[link.target()].replaceAll("[.,]|.*'", "");
                if (known != null && !word.equals("?")) {
                    assertTrue(known.contains(word), ALL.get(i) + " " + link);
                    nouns++;
                }
            }
        }
        assertTrue(nouns > 40_000, "only " + nouns);
    }

    @Test
    void everyFrenchWordIsLinked() {
        List<WordAlignment> alignments = alignments();
        for (int i = 0; i < ALL.size(); i++) {
            long linked =
                    alignments.get(i).possible().stream().map(Link::target).distinct().count();
            assertEquals(ALL.get(i).target().split(" ").length, linked, ALL.get(i)::toString);
        }
    }

    private static final List<Pattern> NAMES =
            Stream.of("Paul", "Thomas", "Antoine", "Marie", "Julie", "Alice")
                    .map(name -> Pattern.compile("(.*')?" + name + "('s?)?[.,?]?"))
                    .toList();

    private static final Set<String> KINDS =
            Set.of("person", "kin", "friend", "animal", "food", "meal", "drink", "object", "place");

    private static List<WordAlignment> alignments() {
        return parts.stream().flatMap(it -> it.alignments().orElseThrow().stream()).toList();
    }

    private static List<Integer> places(String[] words, Pattern word) {
        return IntStream.range(0, words.length)
                .filter(i -> word.matcher(words[i]).matches())
                .boxed()
                .toList();
    }

    private static final int FINGERPRINT = -2076869806;
}
