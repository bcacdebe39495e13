package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/** Draws clauses: somebody does something, is somehow, or something is somewhere. */
final class Clauses {

    private static final Verb NEED =
            new Verb(
                    EnglishVerb.regular("need"),
                    FrenchVerb.AVOIR,
                    Verb.Construction.ABOUT,
                    "",
                    Set.of("object", "person"),
                    Set.of("person"),
                    true,
                    Set.of());

    private static final Set<String> DRINK = Set.of("drink");

    private static final List<Phrase> FEELINGS =
            List.of(
                    Phrase.of("hungry", "faim"),
                    Phrase.of("thirsty", "soif"),
                    Phrase.of("cold", "froid"),
                    Phrase.of("sleepy", "sommeil"));

    private final Chooser choose;
    private final Lexicon lexicon;
    private final NounPhrases nouns;
    private final Adjuncts adjuncts;

    Clauses(Chooser choose, Lexicon lexicon, NounPhrases nouns, Adjuncts adjuncts) {
        this.choose = choose;
        this.lexicon = lexicon;
        this.nouns = nouns;
        this.adjuncts = adjuncts;
    }

    /** What a clause may contain. */
    record Limits(boolean negation, boolean adjuncts, boolean clitics) {

        static final Limits NONE = new Limits(true, true, true);
        static final Limits BARE = new Limits(true, false, true);

        /** In the second part of a sentence, where "they" and "them" could take up a feminine. */
        static final Limits LATER = new Limits(true, false, false);
    }

    /** Any clause with a subject of its own. */
    Clause any(Limits limits) {
        return switch (choose.weighted(78, 15, 7)) {
            case 0 -> action(limits, null);
            case 1 -> quality(limits, null);
            default -> feeling(limits, null);
        };
    }

    /** Any clause about the subject given, a person. */
    Clause about(NounPhrase subject, Limits limits) {
        return switch (choose.weighted(74, 15, 11)) {
            case 0 -> action(limits, subject);
            case 1 -> quality(limits, subject);
            default -> feeling(limits, subject);
        };
    }

    Verb actionVerb() {
        Verb.Construction[] one =
                switch (choose.weighted(50, 8, 8, 11, 14, 9)) {
                    case 0 -> new Verb.Construction[] {Verb.Construction.DIRECT};
                    case 1 -> new Verb.Construction[] {Verb.Construction.INDIRECT};
                    case 2 -> new Verb.Construction[] {Verb.Construction.ABOUT};
                    case 3 -> new Verb.Construction[] {Verb.Construction.GIVE};
                    case 4 -> new Verb.Construction[] {Verb.Construction.NONE};
                    default ->
                            new Verb.Construction[] {
                                Verb.Construction.GOAL,
                                Verb.Construction.ORIGIN,
                                Verb.Construction.STAY
                            };
                };
        Verb verb = choose.pick(lexicon.verbs(one));
        return verb.construction() == Verb.Construction.ABOUT && choose.percent(25) ? NEED : verb;
    }

    /** A clause with a verb that is not "be"; a null subject is drawn. */
    Clause action(Limits limits, NounPhrase given) {
        return action(actionVerb(), limits, given);
    }

    Clause action(Verb verb, Limits limits, NounPhrase given) {
        Tense tense = tense(verb);
        Polarity polarity = limits.negation() ? polarity(verb, tense) : Polarity.POSITIVE;
        NounPhrase subject = given != null ? given : subject(verb, polarity);
        Clause clause = new Clause(subject, verb, tense, polarity);
        boolean plain = polarity == Polarity.POSITIVE || polarity == Polarity.NOT;
        if (limits.adjuncts() && verb != NEED && choose.percent(6)) {
            Polarity simple = plain ? polarity : Polarity.POSITIVE;
            clause =
                    new Clause(subject, verb, Tense.PRESENT, simple)
                            .withModal(
                                    verb.french().infinitive().equals("vouloir")
                                            ? Modal.CAN
                                            : choose.pick(List.of(Modal.values())));
        } else if (limits.adjuncts() && plain && choose.percent(11) && !pastState(verb, tense)) {
            clause = clause.withAdverb(adjuncts.frequency(tense, polarity));
        }
        clause = complemented(clause, limits);
        return limits.adjuncts() ? withAdjunct(clause) : clause;
    }

    private NounPhrase subject(Verb verb, Polarity polarity) {
        if (choose.percent(7)) {
            NounPhrase relative = relative(verb.subjects());
            if (relative != null) {
                return relative;
            }
        }
        return nouns.subject(verb.subjects(), polarity.isNegative());
    }

    private static boolean pastState(Verb verb, Tense tense) {
        return verb.state() && tense == Tense.PAST;
    }

    private Tense tense(Verb verb) {
        return switch (choose.weighted(44, verb.hasPast() ? 32 : 0, 24)) {
            case 0 -> Tense.PRESENT;
            case 1 -> Tense.PAST;
            default -> Tense.FUTURE;
        };
    }

    private Polarity polarity(Verb verb, Tense tense) {
        int never = pastState(verb, tense) ? 0 : 7;
        int noLonger = tense == Tense.PAST ? 0 : 6;
        return switch (choose.weighted(66, 20, never, noLonger)) {
            case 0 -> Polarity.POSITIVE;
            case 1 -> Polarity.NOT;
            case 2 -> Polarity.NEVER;
            default -> Polarity.NO_LONGER;
        };
    }

    private Clause complemented(Clause clause, Limits limits) {
        Verb verb = clause.verb();
        boolean person = verb.objects().contains("person");
        boolean pronoun = limits.clitics() && person && choose.percent(38);
        return switch (verb.construction()) {
            case DIRECT ->
                    pronoun
                            ? clause.withClitic(nouns.clitic(true, clause.subject()))
                            : limits.clitics()
                                            && !person
                                            && !DRINK.equals(verb.objects())
                                            && choose.percent(14)
                                    ? clause.withClitic(nouns.them())
                                    : clause.with(object(verb, clause.polarity()).phrase());
            case INDIRECT ->
                    pronoun
                            ? clause.withClitic(nouns.clitic(false, clause.subject()))
                            : clause.with(to(Phrase.EMPTY.english(), nouns.person()));
            case ABOUT -> clause.with(about(verb));
            case GIVE -> giving(clause, limits);
            case GOAL -> clause.with(goal().after(verb.preposition(), "à"));
            case ORIGIN -> clause.with(goal().after(verb.preposition(), "de"));
            case STAY -> clause.with(adjuncts.place());
            case NONE, BE -> clause;
        };
    }

    private NounPhrase goal() {
        return nouns.noun(Set.of("goal"), NounPhrases.Use.DEFINITE);
    }

    private static Phrase to(List<String> english, NounPhrase person) {
        return new Phrase(english, List.of("à")).then(person.phrase());
    }

    private Phrase about(Verb verb) {
        NounPhrase thing =
                verb.objects().contains("person") && choose.percent(20)
                        ? nouns.name()
                        : nouns.noun(verb.objects(), NounPhrases.Use.DEFINITE);
        List<String> french = verb == NEED ? List.of("besoin", "de") : List.of("de");
        return new Phrase(List.of(), french).then(thing.phrase());
    }

    private Clause giving(Clause clause, Limits limits) {
        Phrase gift = object(clause.verb(), clause.polarity()).phrase();
        if (limits.clitics() && choose.percent(45)) {
            return clause.withClitic(nouns.clitic(false, clause.subject())).with(gift);
        }
        return clause.with(gift).with(to(List.of("to"), nouns.person()));
    }

    /** A direct object: a name, a relative or, mostly, a noun. */
    NounPhrase object(Verb verb, Polarity polarity) {
        if (verb.objects().contains("person") && choose.percent(15)) {
            return nouns.name();
        }
        if (choose.percent(7)) {
            NounPhrase relative = relative(verb.objects());
            if (relative != null) {
                return relative;
            }
        }
        return nouns.noun(
                verb.objects(),
                verb.takesDefinite()
                        ? NounPhrases.Use.DEFINITE
                        : polarity.isNegative()
                                ? NounPhrases.Use.NEGATED_OBJECT
                                : NounPhrases.Use.OBJECT);
    }

    private Clause withAdjunct(Clause clause) {
        boolean bare = clause.verb().construction() == Verb.Construction.NONE;
        boolean plain =
                clause.adverb() == null
                        && clause.modal() == null
                        && (clause.polarity() == Polarity.POSITIVE
                                || clause.polarity() == Polarity.NOT);
        if (choose.percent(bare ? 45 : 10)) {
            boolean place = choose.percent(70) && clause.verb().takesPlace();
            return clause.with(place ? adjuncts.place() : adjuncts.company());
        }
        if (plain && !clause.verb().state() && choose.percent(22)) {
            return clause.with(adjuncts.time(clause.tense()));
        }
        return clause;
    }

    /** The boy who sleeps, the cakes that the boy ate: or null if no verb suits the noun drawn. */
    NounPhrase relative(Set<String> kinds) {
        Noun noun = choose.pick(lexicon.nouns(kinds));
        if (noun.is("mass") || noun.is("kin") || noun.is("friend")) {
            return null;
        }
        NounPhrase head = nouns.definite(noun);
        boolean animate = noun.is("person") || noun.is("animal");
        return animate && choose.percent(45) ? withSubject(head, noun) : withObject(head, noun);
    }

    private NounPhrase withSubject(NounPhrase head, Noun noun) {
        List<Verb> verbs =
                lexicon.verbs(Verb.Construction.NONE, Verb.Construction.DIRECT).stream()
                        .filter(verb -> noun.isAnyOf(verb.subjects()))
                        .toList();
        NounPhrase who =
                new NounPhrase(
                        List.of(noun.is("person") ? "who" : "that"),
                        List.of("qui"),
                        head.person(),
                        head.gender(),
                        false);
        Clause clause = simple(choose.pick(verbs), who);
        if (clause.verb().construction() == Verb.Construction.DIRECT) {
            clause =
                    clause.with(
                            nouns.noun(clause.verb().objects(), NounPhrases.Use.DEFINITE).phrase());
        }
        return head.with(declarative(clause));
    }

    private NounPhrase withObject(NounPhrase head, Noun noun) {
        List<Verb> verbs =
                lexicon.verbs(Verb.Construction.DIRECT).stream()
                        .filter(verb -> noun.isAnyOf(verb.objects()))
                        .toList();
        if (verbs.isEmpty()) {
            return null;
        }
        Clause clause = simple(choose.pick(verbs), nouns.laterSubject()).after(head);
        return head.with(Phrase.of("that", "que").then(declarative(clause)));
    }

    private Clause simple(Verb verb, NounPhrase subject) {
        Tense tense = verb.hasPast() && choose.percent(55) ? Tense.PAST : Tense.PRESENT;
        Polarity polarity = choose.percent(12) ? Polarity.NOT : Polarity.POSITIVE;
        return new Clause(subject, verb, tense, polarity);
    }

    static Phrase declarative(Clause clause) {
        return new Phrase(EnglishClause.declarative(clause), FrenchClause.declarative(clause));
    }

    /** Somebody or something is somehow; a null subject is drawn. */
    Clause quality(Limits limits, NounPhrase given) {
        Tense tense = tense(Verb.BE);
        Polarity polarity = limits.negation() ? polarity(Verb.BE, tense) : Polarity.POSITIVE;
        if (choose.percent(14)) {
            return job(tense, polarity, given);
        }
        Adjective adjective = adjective(given != null);
        NounPhrase subject = given != null ? given : bearer(adjective, polarity);
        Clause clause = new Clause(subject, Verb.BE, tense, polarity);
        if (tense != Tense.PAST
                && (polarity == Polarity.POSITIVE || polarity == Polarity.NOT)
                && choose.percent(8)) {
            clause = clause.withAdverb(adjuncts.frequency(Tense.PRESENT, polarity));
        }
        if (limits.adjuncts() && !adjective.comparative().isEmpty() && choose.percent(28)) {
            return clause.with(comparison(adjective, subject));
        }
        String french = adjective.french(subject.gender(), subject.plural());
        Phrase word = Phrase.of(adjective.english(), french);
        return clause.with(degree(polarity).then(word));
    }

    private Phrase degree(Polarity polarity) {
        return switch (choose.weighted(70, 18, polarity.isNegative() ? 0 : 12)) {
            case 0 -> Phrase.EMPTY;
            case 1 -> Phrase.of("very", "très");
            default -> Phrase.of("too", "trop");
        };
    }

    private Adjective adjective(boolean ofPerson) {
        return choose.pick(
                lexicon.adjectives().stream()
                        .filter(word -> !ofPerson || word.kinds().contains("person"))
                        .toList());
    }

    private NounPhrase bearer(Adjective adjective, Polarity polarity) {
        if (choose.percent(6)) {
            NounPhrase relative = relative(adjective.kinds());
            if (relative != null) {
                return relative;
            }
        }
        return adjective.kinds().contains("person")
                ? nouns.subject(adjective.kinds(), polarity.isNegative())
                : nouns.noun(adjective.kinds(), NounPhrases.Use.DEFINITE);
    }

    private Phrase comparison(Adjective adjective, NounPhrase subject) {
        String french = adjective.french(subject.gender(), subject.plural());
        List<String> more = adjective.comparative();
        Phrase degree =
                switch (choose.weighted(60, 15, 25)) {
                    case 0 -> new Phrase(more, List.of("plus", french)).then(than());
                    case 1 ->
                            Phrase.of("less " + adjective.english(), "moins " + french)
                                    .then(than());
                    default ->
                            Phrase.of(
                                    "as " + adjective.english() + " as",
                                    "aussi " + french + " que");
                };
        boolean person = adjective.kinds().contains("person") && !subject.plural();
        return degree.then(
                person && choose.percent(50)
                        ? (choose.percent(60) ? nouns.name().phrase() : nouns.tonic())
                        : nouns.noun(adjective.kinds(), NounPhrases.Use.DEFINITE).phrase());
    }

    private static Phrase than() {
        return Phrase.of("than", "que");
    }

    /** He is a doctor: il est médecin, without an article. */
    private Clause job(Tense tense, Polarity polarity, NounPhrase given) {
        NounPhrase subject =
                given != null ? given : choose.percent(60) ? nouns.pronoun() : nouns.name();
        List<Noun> jobs =
                lexicon.nouns(Set.of("job")).stream()
                        .filter(noun -> noun.gender() == subject.gender())
                        .toList();
        Noun noun = choose.pick(jobs);
        boolean plural = subject.plural();
        String english = noun.english(plural);
        Phrase job =
                Phrase.of(
                        plural ? english : English.article(english) + " " + english,
                        noun.french(plural));
        return new Clause(subject, Verb.BE, tense, polarity, job);
    }

    /** Somebody is hungry, afraid of something, or some years old: all with avoir in French. */
    Clause feeling(Limits limits, NounPhrase given) {
        Tense tense = tense(Verb.BE_AVOIR);
        Polarity polarity = limits.negation() ? polarity(Verb.BE_AVOIR, tense) : Polarity.POSITIVE;
        NounPhrase subject =
                given != null
                        ? given
                        : nouns.subject(Set.of("person", "animal"), polarity.isNegative());
        Phrase feeling =
                switch (choose.weighted(60, 22, 18)) {
                    case 0 -> choose.pick(FEELINGS);
                    case 1 ->
                            Phrase.of("afraid of", "peur de")
                                    .then(
                                            nouns.noun(
                                                            Set.of("animal", "person"),
                                                            NounPhrases.Use.DEFINITE)
                                                    .phrase());
                    default -> choose.pick(Determiner.NUMBERS).then(Phrase.of("years old", "ans"));
                };
        boolean age = feeling.english().contains("years");
        Polarity sensible =
                age && polarity != Polarity.NOT && polarity.isNegative()
                        ? Polarity.POSITIVE
                        : polarity;
        return new Clause(subject, Verb.BE_AVOIR, tense, sensible, feeling);
    }
}
