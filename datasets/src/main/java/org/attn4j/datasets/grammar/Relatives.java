package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/** Draws nouns with a relative clause. */
final class Relatives {

    private final Chooser choose;
    private final Lexicon lexicon;
    private final NounPhrases nouns;

    Relatives(Chooser choose, Lexicon lexicon, NounPhrases nouns) {
        this.choose = choose;
        this.lexicon = lexicon;
        this.nouns = nouns;
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
                        Phrase.of(noun.is("person") ? "who" : "that", "qui"),
                        head.person(),
                        head.gender(),
                        false);
        Clause clause = simple(choose.pick(verbs), who);
        if (clause.verb().construction() == Verb.Construction.DIRECT) {
            clause =
                    clause.with(
                            nouns.noun(clause.verb().objects(), NounPhrases.Use.DEFINITE).phrase());
        }
        return head.with(Phrase.declarative(clause));
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
        return head.with(Phrase.of("that", "que").then(Phrase.declarative(clause)));
    }

    private Clause simple(Verb verb, NounPhrase subject) {
        Tense tense = verb.hasPast() && choose.percent(55) ? Tense.PAST : Tense.PRESENT;
        Polarity polarity = choose.percent(12) ? Polarity.NOT : Polarity.POSITIVE;
        return new Clause(subject, verb, tense, polarity);
    }
}
