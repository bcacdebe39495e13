package org.attn4j.datasets.grammar;

import java.util.List;
import java.util.Set;

/** Draws clauses with "be": what somebody or something is like, or how somebody feels. */
final class Descriptions {

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
    private final Relatives relatives;
    private final Moods moods;

    Descriptions(
            Chooser choose,
            Lexicon lexicon,
            NounPhrases nouns,
            Adjuncts adjuncts,
            Relatives relatives,
            Moods moods) {
        this.choose = choose;
        this.lexicon = lexicon;
        this.nouns = nouns;
        this.adjuncts = adjuncts;
        this.relatives = relatives;
        this.moods = moods;
    }

    /** Somebody or something is somehow; a null subject is drawn. */
    Clause quality(Clauses.Limits limits, NounPhrase given) {
        Tense tense = moods.tense(Verb.BE);
        Polarity polarity = limits.negation() ? moods.polarity(Verb.BE, tense) : Polarity.POSITIVE;
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
        if (limits.adjuncts()
                && polarity != Polarity.NO_LONGER // plus … plus
                && !adjective.comparative().isEmpty()
                && choose.percent(28)) {
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
            NounPhrase relative = relatives.relative(adjective.kinds());
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
        Phrase article =
                plural ? Phrase.EMPTY : new Phrase(List.of(English.article(english)), List.of());
        Phrase job = article.then(Phrase.of(english, noun.french(plural)));
        return new Clause(subject, Verb.BE, tense, polarity, job);
    }

    /** Somebody is hungry, afraid of something, or some years old: all with avoir in French. */
    Clause feeling(Clauses.Limits limits, NounPhrase given) {
        Tense tense = moods.tense(Verb.BE_AVOIR);
        Polarity polarity =
                limits.negation() ? moods.polarity(Verb.BE_AVOIR, tense) : Polarity.POSITIVE;
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
