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

    private final Chooser choose;
    private final Lexicon lexicon;
    private final NounPhrases nouns;
    private final Adjuncts adjuncts;
    private final Relatives relatives;
    private final Moods moods;
    private final Descriptions descriptions;

    Clauses(Chooser choose, Lexicon lexicon, NounPhrases nouns, Adjuncts adjuncts) {
        this.choose = choose;
        this.lexicon = lexicon;
        this.nouns = nouns;
        this.adjuncts = adjuncts;
        relatives = new Relatives(choose, lexicon, nouns);
        moods = new Moods(choose);
        descriptions = new Descriptions(choose, lexicon, nouns, adjuncts, relatives, moods);
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
            case 1 -> descriptions.quality(limits, null);
            default -> descriptions.feeling(limits, null);
        };
    }

    /** Any clause about the subject given, a person. */
    Clause about(NounPhrase subject, Limits limits) {
        return switch (choose.weighted(74, 15, 11)) {
            case 0 -> action(limits, subject);
            case 1 -> descriptions.quality(limits, subject);
            default -> descriptions.feeling(limits, subject);
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
        Tense tense = moods.tense(verb);
        Polarity polarity = limits.negation() ? moods.polarity(verb, tense) : Polarity.POSITIVE;
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
        } else if (limits.adjuncts()
                && plain
                && choose.percent(11)
                && !Moods.pastState(verb, tense)) {
            clause = clause.withAdverb(adjuncts.frequency(tense, polarity));
        }
        clause = complemented(clause, limits);
        return limits.adjuncts() ? withAdjunct(clause) : clause;
    }

    private NounPhrase subject(Verb verb, Polarity polarity) {
        if (choose.percent(7)) {
            NounPhrase relative = relatives.relative(verb.subjects());
            if (relative != null) {
                return relative;
            }
        }
        return nouns.subject(verb.subjects(), polarity.isNegative());
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
            NounPhrase relative = relatives.relative(verb.objects());
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
}
