package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Generates English sentences with their French translations.
 *
 * <p>An English sentence has one translation only. Where English leaves something open, one rule
 * decides: "you" is tu; "they", "we", "I" and their object forms are masculine; "friend", "student"
 * and the like are masculine nouns; the past is the passé composé, with verbs of state the
 * imparfait; a question that asks for yes or no begins with est-ce que, others invert.
 */
final class EnglishFrenchGrammar {

    private static final int MOST_WORDS = 20;
    private static final NounPhrase WHO =
            new NounPhrase(Phrase.of("who", "qui"), NounPhrase.THIRD, Gender.MASCULINE, false);
    private static final Verb THINK =
            reporting(EnglishVerb.regular("think"), FrenchVerb.regular("penser", false));
    private static final Verb SAY =
            reporting(
                    EnglishVerb.regular("say"),
                    new FrenchVerb(
                            "dire",
                            List.of("dis", "dis", "dit", "disons", "disent"),
                            "dit",
                            "dir",
                            false));
    private static final Verb KNOW =
            reporting(
                    EnglishVerb.regular("know"),
                    new FrenchVerb(
                            "savoir",
                            List.of("sais", "sais", "sait", "savons", "savent"),
                            "su",
                            "saur",
                            false));

    private final Chooser choose;
    private final Lexicon lexicon = new Lexicon();
    private final NounPhrases nouns;
    private final Adjuncts adjuncts;
    private final Clauses clauses;

    /**
     * Creates a generator of sentences.
     *
     * @param random the source of all choices: the same numbers give the same sentences
     */
    EnglishFrenchGrammar(RandomGenerator random) {
        choose = new Chooser(random);
        nouns = new NounPhrases(choose, lexicon);
        adjuncts = new Adjuncts(choose, nouns);
        clauses = new Clauses(choose, lexicon, nouns, adjuncts);
    }

    private static Verb reporting(EnglishVerb english, FrenchVerb french) {
        return new Verb(
                english,
                french,
                Verb.Construction.NONE,
                "",
                Set.of(),
                Set.of("person"),
                true,
                Set.of());
    }

    /**
     * Draws a sentence, of at most 20 English words.
     *
     * @return the English sentence and its French translation
     */
    Sentence sentence() {
        while (true) {
            Sentence drawn = draw();
            if (drawn.phrase().english().size() <= MOST_WORDS) {
                return drawn;
            }
        }
    }

    private Sentence draw() {
        return switch (choose.weighted(52, 13, 9, 3, 3, 4, 4, 12)) {
            case 0 -> Sentence.statement(statement());
            case 1 -> yesNo();
            case 2 -> asking();
            case 3 -> who();
            case 4 -> what();
            case 5 -> Sentence.statement(command());
            case 6 -> existence();
            default -> Sentence.statement(compound());
        };
    }

    private Phrase statement() {
        Clause clause = clauses.any(Clauses.Limits.NONE);
        boolean plain = clause.adverb() == null && clause.modal() == null;
        boolean polar = clause.polarity() == Polarity.POSITIVE || clause.polarity() == Polarity.NOT;
        boolean timeless = clause.complements().isEmpty() || !clause.verb().state();
        if (plain && polar && timeless && !clause.verb().isBe() && choose.percent(5)) {
            Clause bare = clauses.action(Clauses.Limits.BARE, null);
            if (!bare.verb().state()
                    && bare.polarity() != Polarity.NEVER
                    && bare.polarity() != Polarity.NO_LONGER) {
                Phrase time = adjuncts.time(bare.tense());
                return time.then(Phrase.of(",", ",")).then(Phrase.declarative(bare));
            }
        }
        return Phrase.declarative(clause);
    }

    /** A question that asks for yes or no. */
    private Sentence yesNo() {
        while (true) {
            Clause clause = clauses.any(Clauses.Limits.NONE);
            boolean fits =
                    clause.subject().person() != 0
                            && (clause.polarity() == Polarity.POSITIVE
                                    || clause.polarity() == Polarity.NOT && choose.percent(40));
            if (fits) {
                Phrase asked =
                        ClauseLinks.join(
                                clause,
                                EnglishClause.question(clause),
                                FrenchClause.declarative(clause));
                return new Sentence(afterEstCeQue(asked), true);
            }
        }
    }

    /** The question that English asks by its first word. */
    private static Phrase afterEstCeQue(Phrase question) {
        return new Phrase(List.of(), List.of("est-ce", "que"))
                .then(question)
                .linked(0, 0, false)
                .linked(0, 1, false);
    }

    /** Where, when or why. */
    private Sentence asking() {
        while (true) {
            Clause clause = clauses.action(Clauses.Limits.BARE, null);
            if (clause.subject().person() == 0) {
                continue;
            }
            boolean positive = clause.polarity() == Polarity.POSITIVE;
            boolean event = !clause.verb().state() && clause.tense() != Tense.PRESENT;
            boolean placed =
                    switch (clause.verb().construction()) {
                        case GOAL, ORIGIN, STAY -> true;
                        default -> clause.verb().state();
                    };
            Phrase word =
                    switch (choose.weighted(
                            4, positive && event ? 3 : 0, positive && !placed ? 3 : 0)) {
                        case 0 -> Phrase.of("why", "pourquoi");
                        case 1 -> Phrase.of("when", "quand");
                        default -> Phrase.of("where", "où");
                    };
            return new Sentence(word.then(inverted(clause)), true);
        }
    }

    private static Phrase inverted(Clause clause) {
        return ClauseLinks.join(
                clause, EnglishClause.question(clause), FrenchClause.inverted(clause));
    }

    private Sentence who() {
        while (true) {
            Verb verb = clauses.actionVerb();
            if (verb.subjects().contains("person")) {
                Clause clause = clauses.action(verb, Clauses.Limits.BARE, WHO);
                return new Sentence(Phrase.declarative(clause), true);
            }
        }
    }

    private Sentence what() {
        List<Verb> verbs =
                lexicon.verbs(Verb.Construction.DIRECT).stream()
                        .filter(
                                verb ->
                                        verb.objects().contains("object")
                                                || verb.objects().contains("food"))
                        .toList();
        Verb verb = choose.pick(verbs);
        Tense tense =
                switch (choose.weighted(4, verb.hasPast() ? 4 : 0, 2)) {
                    case 0 -> Tense.PRESENT;
                    case 1 -> Tense.PAST;
                    default -> Tense.FUTURE;
                };
        NounPhrase subject = nouns.subject(Set.of("person"), true);
        if (subject.person() == 0) {
            return what();
        }
        Clause clause = new Clause(subject, verb, tense, Polarity.POSITIVE);
        Phrase question =
                subject.pronoun()
                        ? Phrase.of("what", "que").then(inverted(clause))
                        : Phrase.of("what", "qu'est-ce que")
                                .then(
                                        ClauseLinks.join(
                                                clause,
                                                EnglishClause.question(clause),
                                                FrenchClause.declarative(clause)));
        return new Sentence(question, true);
    }

    private Phrase command() {
        List<Verb> verbs =
                lexicon.verbs(Verb.Construction.DIRECT).stream()
                        .filter(Verb::canBeCommanded)
                        .toList();
        Verb verb = choose.pick(verbs);
        boolean together = choose.percent(30);
        Polarity polarity = !together && choose.percent(35) ? Polarity.NOT : Polarity.POSITIVE;
        NounPhrase subject = together ? nouns.we() : nouns.you();
        NounPhrase object = nouns.noun(verb.objects(), NounPhrases.Use.DEFINITE);
        Clause clause = new Clause(subject, verb, Tense.PRESENT, polarity, object.phrase());
        if (together) {
            return new Phrase(List.of("let's"), List.of())
                    .then(
                            ClauseLinks.join(
                                    clause,
                                    EnglishClause.imperative(clause),
                                    FrenchClause.hortative(clause)))
                    .linked(0, 0, false);
        }
        return ClauseLinks.join(
                clause, EnglishClause.imperative(clause), FrenchClause.imperative(clause));
    }

    /** There is something somewhere. */
    private Sentence existence() {
        Tense tense =
                switch (choose.weighted(60, 20, 20)) {
                    case 0 -> Tense.PRESENT;
                    case 1 -> Tense.PAST;
                    default -> Tense.FUTURE;
                };
        boolean negated = choose.percent(22);
        boolean question = !negated && choose.percent(25);
        NounPhrase what =
                nouns.noun(
                        Set.of("object", "animal", "food", "meal", "drink", "adult", "child"),
                        negated ? NounPhrases.Use.NEGATED_INDEFINITE : NounPhrases.Use.INDEFINITE);
        NounPhrase there =
                new NounPhrase(
                        new Phrase(
                                List.of("there"),
                                List.of("il"),
                                List.of(new Phrase.Link(0, 0, false))),
                        what.person(),
                        what.gender(),
                        true);
        Clause clause =
                new Clause(
                        there,
                        Verb.BE,
                        tense,
                        negated ? Polarity.NOT : Polarity.POSITIVE,
                        what.phrase(),
                        adjuncts.spot());
        ClauseWords french = french(clause);
        Phrase phrase =
                question
                        ? afterEstCeQue(
                                ClauseLinks.join(clause, EnglishClause.question(clause), french))
                        : ClauseLinks.join(clause, EnglishClause.declarative(clause), french);
        return new Sentence(phrase, question);
    }

    private static ClauseWords french(Clause existence) {
        NounPhrase il =
                new NounPhrase(
                        new Phrase(List.of(), List.of("il")),
                        NounPhrase.THIRD,
                        Gender.MASCULINE,
                        true);
        Clitic y = new Clitic("", "y", NounPhrase.THIRD, Gender.MASCULINE, false);
        Phrase[] complements = existence.complements().toArray(Phrase[]::new);
        return FrenchClause.declarative(
                new Clause(il, Verb.BE_AVOIR, existence.tense(), existence.polarity(), complements)
                        .withClitic(y));
    }

    private Phrase compound() {
        return switch (choose.weighted(30, 25, 20, 25)) {
            case 0 -> joined(Phrase.of("because", "parce que"));
            case 1 -> joined(Phrase.of(", but", ", mais"));
            case 2 -> joined(Phrase.of("and", "et"));
            default -> reported();
        };
    }

    private Phrase joined(Phrase conjunction) {
        Clause first = clauses.action(Clauses.Limits.BARE, null);
        Clause second = clauses.about(nouns.laterSubject(), Clauses.Limits.LATER);
        return Phrase.declarative(first).then(conjunction).then(Phrase.declarative(second));
    }

    private Phrase reported() {
        NounPhrase subject = nouns.subject(Set.of("person"), true);
        Verb verb = choose.pick(List.of(THINK, SAY, KNOW));
        Clause first = new Clause(subject, verb, Tense.PRESENT, Polarity.POSITIVE);
        Clause second = clauses.about(nouns.laterSubject(), Clauses.Limits.LATER);
        return Phrase.declarative(first)
                .then(Phrase.of("that", "que"))
                .then(Phrase.declarative(second));
    }
}
