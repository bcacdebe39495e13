package org.attn4j.datasets.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Clauses put into words, against sentences that any grammar of French would give. */
class ClauseTest {

    private static final NounPhrase HE = subject("he", "il", 2, Gender.MASCULINE, true);
    private static final NounPhrase SHE = subject("she", "elle", 2, Gender.FEMININE, true);
    private static final NounPhrase I = subject("I", "je", 0, Gender.MASCULINE, true);
    private static final NounPhrase GIRLS =
            subject("the girls", "les filles", 4, Gender.FEMININE, false);
    private static final Phrase APPLE = Phrase.of("the apple", "la pomme");
    private static final Clitic HER = new Clitic("her", "la", 2, Gender.FEMININE, true);
    private static final Clitic TO_HIM = new Clitic("him", "lui", 2, Gender.MASCULINE, false);
    private static final Phrase OFTEN = Phrase.of("often", "souvent");

    private static NounPhrase subject(
            String english, String french, int person, Gender gender, boolean pronoun) {
        return new NounPhrase(Phrase.of(english, french), person, gender, pronoun);
    }

    private static Verb verb(String english) {
        return new Lexicon()
                .verbs(Verb.Construction.values()).stream()
                        .filter(verb -> verb.english().base().equals(english))
                        .findFirst()
                        .orElseThrow();
    }

    private static String english(ClauseWords words) {
        return English.write(words.words()).text();
    }

    private static String french(ClauseWords words) {
        return French.write(words.words()).text();
    }

    private static void assertSaid(Clause clause, String english, String french) {
        assertEquals(english, english(EnglishClause.declarative(clause)));
        assertEquals(french, french(FrenchClause.declarative(clause)));
    }

    private static void assertAsked(Clause clause, String english, String french) {
        assertEquals(english, english(EnglishClause.question(clause)));
        assertEquals(french, french(FrenchClause.inverted(clause)));
    }

    @Test
    void negationSurroundsTheFiniteVerb() {
        Verb eat = verb("eat");
        assertSaid(
                new Clause(HE, eat, Tense.PAST, Polarity.NOT, APPLE),
                "he didn't eat the apple",
                "il n'a pas mangé la pomme");
        assertSaid(
                new Clause(HE, eat, Tense.PRESENT, Polarity.NEVER, APPLE),
                "he never eats the apple",
                "il ne mange jamais la pomme");
        assertSaid(
                new Clause(I, eat, Tense.FUTURE, Polarity.NO_LONGER, APPLE),
                "I will no longer eat the apple",
                "je ne mangerai plus la pomme");
    }

    @Test
    void participlesAgreeWithSubjectOrPrecedingObject() {
        assertSaid(
                new Clause(GIRLS, verb("leave"), Tense.PAST, Polarity.POSITIVE),
                "the girls left",
                "les filles sont parties");
        Clause see = new Clause(HE, verb("see"), Tense.PAST, Polarity.POSITIVE);
        assertSaid(see.withClitic(HER), "he saw her", "il l'a vue");
        assertSaid(see.after(GIRLS), "he saw", "il a vues");
        assertSaid(
                new Clause(SHE, verb("see"), Tense.PAST, Polarity.POSITIVE, APPLE),
                "she saw the apple",
                "elle a vu la pomme");
    }

    @Test
    void pronounsGoBeforeTheirVerb() {
        Clause speak = new Clause(SHE, verb("speak to"), Tense.PRESENT, Polarity.NOT);
        assertSaid(speak.withClitic(TO_HIM), "she doesn't speak to him", "elle ne lui parle pas");
        Clause see = new Clause(I, verb("see"), Tense.PRESENT, Polarity.POSITIVE);
        assertSaid(
                see.withModal(Modal.WANT).withClitic(HER), "I want to see her", "je veux la voir");
    }

    @Test
    void adverbsFollowTheFiniteVerb() {
        Clause sleep = new Clause(HE, verb("sleep"), Tense.PAST, Polarity.POSITIVE);
        assertSaid(sleep.withAdverb(OFTEN), "he often slept", "il a souvent dormi");
        Clause not = new Clause(HE, verb("sleep"), Tense.PRESENT, Polarity.NOT);
        assertSaid(not.withAdverb(OFTEN), "he doesn't often sleep", "il ne dort pas souvent");
    }

    @Test
    void statesPastAreImparfait() {
        assertSaid(
                new Clause(I, verb("know"), Tense.PAST, Polarity.NOT),
                "I didn't know",
                "je ne connaissais pas");
        assertSaid(
                new Clause(GIRLS, Verb.BE, Tense.PAST, Polarity.NOT),
                "the girls weren't",
                "les filles n'étaient pas");
    }

    @Test
    void questionsInvertWithEuphonicT() {
        assertAsked(
                new Clause(SHE, verb("eat"), Tense.PRESENT, Polarity.POSITIVE, APPLE),
                "does she eat the apple",
                "mange-t-elle la pomme");
        assertAsked(
                new Clause(HE, verb("eat"), Tense.PAST, Polarity.NOT, APPLE),
                "didn't he eat the apple",
                "n'a-t-il pas mangé la pomme");
        assertAsked(
                new Clause(GIRLS, verb("arrive"), Tense.PAST, Polarity.POSITIVE),
                "did the girls arrive",
                "les filles sont-elles arrivées");
        assertAsked(
                new Clause(HE, verb("take"), Tense.PRESENT, Polarity.POSITIVE),
                "does he take",
                "prend-il");
        assertAsked(
                new Clause(GIRLS, Verb.BE, Tense.FUTURE, Polarity.NOT),
                "won't the girls be",
                "les filles ne seront-elles pas");
    }

    @Test
    void commandsDropTheS() {
        Clause clause =
                new Clause(
                        subject("you", "tu", 1, Gender.MASCULINE, true),
                        verb("open"),
                        Tense.PRESENT,
                        Polarity.NOT,
                        Phrase.of("the window", "la fenêtre"));
        assertEquals("don't open the window", english(EnglishClause.imperative(clause)));
        assertEquals("n'ouvre pas la fenêtre", french(FrenchClause.imperative(clause)));
    }

    @Test
    void modalsAreNegatedTheirOwnWay() {
        Clause sleep = new Clause(SHE, verb("sleep"), Tense.PRESENT, Polarity.NOT);
        assertSaid(sleep.withModal(Modal.CAN), "she can't sleep", "elle ne peut pas dormir");
        assertSaid(
                sleep.withModal(Modal.WANT),
                "she doesn't want to sleep",
                "elle ne veut pas dormir");
    }
}
