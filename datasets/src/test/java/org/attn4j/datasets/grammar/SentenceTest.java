package org.attn4j.datasets.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Sentences whose words were aligned by hand, by the rules of {@link ClauseLinks}. */
class SentenceTest {

    private static final NounPhrase HE = pronoun("he", "il", 2, Gender.MASCULINE);
    private static final NounPhrase SHE = pronoun("she", "elle", 2, Gender.FEMININE);
    private static final Phrase APPLE = Phrase.of("the apple", "la pomme");
    private static final Clitic HER = new Clitic("her", "la", 2, Gender.FEMININE, true);

    private static NounPhrase pronoun(String english, String french, int person, Gender gender) {
        return new NounPhrase(Phrase.of(english, french), person, gender, true);
    }

    private static Verb verb(String english) {
        return new Lexicon()
                .verbs(Verb.Construction.values()).stream()
                        .filter(verb -> verb.english().base().equals(english))
                        .findFirst()
                        .orElseThrow();
    }

    private static void assertAligned(String english, String french, String links, Sentence said) {
        assertEquals(english, said.pair().source());
        assertEquals(french, said.pair().target());
        assertEquals(links, said.alignment().toString());
    }

    private static void assertStated(String english, String french, String links, Clause clause) {
        assertAligned(english, french, links, Sentence.statement(Phrase.declarative(clause)));
    }

    @Test
    void negationIsSurelyPasAndPossiblyNe() {
        assertStated(
                "He didn't eat the apple.",
                "Il n'a pas mangé la pomme.",
                "0-0 1p1 1-2 2p1 2-3 3-4 4-5",
                new Clause(HE, verb("eat"), Tense.PAST, Polarity.NOT, APPLE));
        assertStated(
                "He never eats the apple.",
                "Il ne mange jamais la pomme.",
                "0-0 1p1 1-3 2-2 3-4 4-5",
                new Clause(HE, verb("eat"), Tense.PRESENT, Polarity.NEVER, APPLE));
        assertStated(
                "He no longer eats the apple.",
                "Il ne mange plus la pomme.",
                "0-0 1p1 1p3 2p1 2p3 3-2 4-4 5-5",
                new Clause(HE, verb("eat"), Tense.PRESENT, Polarity.NO_LONGER, APPLE));
        assertStated(
                "He isn't big.",
                "Il n'est pas grand.",
                "0-0 1-1 1-2 2-3",
                new Clause(HE, Verb.BE, Tense.PRESENT, Polarity.NOT, Phrase.of("big", "grand")));
    }

    @Test
    void pronounsAndElidedWordsAreWithTheirNeighbours() {
        assertStated(
                "She saw her.",
                "Elle l'a vue.",
                "0-0 1p1 1-2 2-1 2p2",
                new Clause(SHE, verb("see"), Tense.PAST, Polarity.POSITIVE).withClitic(HER));
        assertStated(
                "She wants to see her.",
                "Elle veut la voir.",
                "0-0 1-1 2p1 3-3 4-2 4p3",
                new Clause(SHE, verb("see"), Tense.PRESENT, Polarity.POSITIVE)
                        .withModal(Modal.WANT)
                        .withClitic(HER));
    }

    @Test
    void particlesAndPrepositionsOfAVerbArePossible() {
        assertStated(
                "She looks for the apple.",
                "Elle cherche la pomme.",
                "0-0 1-1 2p1 3-2 4-3",
                new Clause(SHE, verb("look for"), Tense.PRESENT, Polarity.POSITIVE, APPLE));
        Phrase king = Phrase.of("the king", "le roi");
        assertStated(
                "She speaks to the king.",
                "Elle parle au roi.",
                "0-0 1-1 1p2 2p1 2p2 3-2 4-3",
                new Clause(
                        SHE,
                        verb("speak to"),
                        Tense.PRESENT,
                        Polarity.POSITIVE,
                        new Phrase(List.of(), List.of("à")).then(king)));
    }

    @Test
    void questionsAlignTheSubjectWithinTheVerbAndTheMarkThatStandsAlone() {
        Clause clause = new Clause(SHE, verb("eat"), Tense.FUTURE, Polarity.POSITIVE, APPLE);
        Phrase asked =
                ClauseLinks.join(
                        clause, EnglishClause.question(clause), FrenchClause.inverted(clause));
        assertAligned(
                "Will she eat the apple?",
                "Mangera-t-elle la pomme ?",
                "0p0 1-0 2-0 3-1 4-2 4-3",
                new Sentence(asked, true));
    }

    @Test
    void fixedExpressionsArePossibleAndWordsOneByOneSure() {
        assertEquals(List.of(), new Phrase(List.of("a"), List.of()).links());
        assertEquals(
                List.of(new Phrase.Link(0, 0, true), new Phrase.Link(1, 1, true)),
                Phrase.of("tomorrow morning", "demain matin").links());
        assertEquals(
                List.of(new Phrase.Link(0, 0, false), new Phrase.Link(1, 0, false)),
                Phrase.of("on Monday", "lundi").links());
    }

    @Test
    void commasArePossibleSinceTheyStandAtOtherWords() {
        assertAligned(
                "Today, he eats.",
                "Aujourd'hui, il mange.",
                "0-0 1-1 2-2",
                Sentence.statement(
                        Phrase.of("today", "aujourd'hui")
                                .then(Phrase.of(",", ","))
                                .then(
                                        Phrase.declarative(
                                                new Clause(
                                                        HE,
                                                        verb("eat"),
                                                        Tense.PRESENT,
                                                        Polarity.POSITIVE)))));
        assertEquals(
                "0-1 1-0 1p1",
                Sentence.statement(
                                new Phrase(
                                        List.of("red", "apple", ","),
                                        List.of("pomme", "rouge", ","),
                                        List.of(
                                                new Phrase.Link(0, 1, true),
                                                new Phrase.Link(1, 0, true),
                                                new Phrase.Link(2, 2, true))))
                        .alignment()
                        .toString());
    }
}
