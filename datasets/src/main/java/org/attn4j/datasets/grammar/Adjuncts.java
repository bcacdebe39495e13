package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/** Draws what may be added to a clause: when, where, with whom, how often. */
final class Adjuncts {

    private static final List<Phrase> PRESENT =
            List.of(
                    Phrase.of("every day", "tous les jours"),
                    Phrase.of("in the morning", "le matin"),
                    Phrase.of("in the evening", "le soir"),
                    Phrase.of("today", "aujourd'hui"));
    private static final List<Phrase> PAST =
            List.of(
                    Phrase.of("yesterday", "hier"),
                    Phrase.of("yesterday evening", "hier soir"),
                    Phrase.of("this morning", "ce matin"),
                    Phrase.of("on Monday", "lundi"),
                    Phrase.of("today", "aujourd'hui"));
    private static final List<Phrase> FUTURE =
            List.of(
                    Phrase.of("tomorrow", "demain"),
                    Phrase.of("tomorrow morning", "demain matin"),
                    Phrase.of("this evening", "ce soir"),
                    Phrase.of("on Monday", "lundi"),
                    Phrase.of("today", "aujourd'hui"));
    private static final Phrase OFTEN = Phrase.of("often", "souvent");
    private static final Phrase ALWAYS = Phrase.of("always", "toujours");
    private static final Phrase SOMETIMES = Phrase.of("sometimes", "parfois");
    private static final Phrase ALREADY = Phrase.of("already", "déjà");

    private final Chooser choose;
    private final NounPhrases nouns;

    Adjuncts(Chooser choose, NounPhrases nouns) {
        this.choose = choose;
        this.nouns = nouns;
    }

    Phrase time(Tense tense) {
        return choose.pick(
                switch (tense) {
                    case PRESENT -> PRESENT;
                    case PAST -> PAST;
                    case FUTURE -> FUTURE;
                });
    }

    /** An adverb between subject and verb in English, after the finite verb in French. */
    Phrase frequency(Tense tense, Polarity polarity) {
        if (polarity == Polarity.NOT) {
            return choose.percent(60) ? OFTEN : ALWAYS;
        }
        Phrase last = tense == Tense.PAST ? ALREADY : SOMETIMES;
        return choose.pick(List.of(OFTEN, ALWAYS, last));
    }

    Phrase place() {
        return switch (choose.weighted(45, 12, 10, 23, 10)) {
            case 0 -> at("in", "in", "dans");
            case 1 -> at("at", "at", "à");
            case 2 -> at("on", "on", "sur");
            case 3 -> beside();
            default ->
                    choose.percent(50)
                            ? at("furniture", "under", "sous")
                            : at("natural", "under", "sous");
        };
    }

    private Phrase beside() {
        return switch (choose.weighted(1, 1, 1, 1)) {
            case 0 -> at("landmark", "behind", "derrière");
            case 1 -> at("landmark", "in front of", "devant");
            case 2 -> at("landmark", "near", "près de");
            default -> at("landmark", "next to", "à côté de");
        };
    }

    /** Where a thing may lie. */
    Phrase spot() {
        return choose.percent(40) ? at("furniture", "on", "sur") : place();
    }

    private Phrase at(String kind, String english, String french) {
        return nouns.noun(Set.of(kind), NounPhrases.Use.DEFINITE).after(english, french);
    }

    Phrase company() {
        Phrase with = Phrase.of("with", "avec");
        return switch (choose.weighted(35, 25, 40)) {
            case 0 -> with.then(nouns.tonic());
            case 1 -> with.then(nouns.name().phrase());
            default ->
                    nouns.noun(Set.of("kin", "friend"), NounPhrases.Use.DEFINITE)
                            .after("with", "avec");
        };
    }
}
