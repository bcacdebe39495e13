package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Draws noun phrases and object pronouns. */
final class NounPhrases {

    private static final List<NounPhrase> PRONOUNS =
            List.of(
                    pronoun("I", "je", 0, Gender.MASCULINE),
                    pronoun("you", "tu", 1, Gender.MASCULINE),
                    pronoun("he", "il", 2, Gender.MASCULINE),
                    pronoun("she", "elle", 2, Gender.FEMININE),
                    pronoun("we", "nous", 3, Gender.MASCULINE),
                    pronoun("they", "ils", 4, Gender.MASCULINE));
    private static final List<NounPhrase> NAMES =
            List.of(
                    name("Paul", Gender.MASCULINE),
                    name("Thomas", Gender.MASCULINE),
                    name("Antoine", Gender.MASCULINE),
                    name("Marie", Gender.FEMININE),
                    name("Julie", Gender.FEMININE),
                    name("Alice", Gender.FEMININE));
    private static final List<Phrase> TONIC =
            List.of(
                    Phrase.of("me", "moi"),
                    Phrase.of("you", "toi"),
                    Phrase.of("him", "lui"),
                    Phrase.of("her", "elle"),
                    Phrase.of("us", "nous"),
                    Phrase.of("them", "eux"));
    private static final List<Clitic> DIRECT =
            List.of(
                    new Clitic("me", "me", 0, Gender.MASCULINE, true),
                    new Clitic("you", "te", 1, Gender.MASCULINE, true),
                    new Clitic("him", "le", 2, Gender.MASCULINE, true),
                    new Clitic("her", "la", 2, Gender.FEMININE, true),
                    new Clitic("us", "nous", 3, Gender.MASCULINE, true),
                    new Clitic("them", "les", 4, Gender.MASCULINE, true));
    private static final List<Clitic> INDIRECT =
            List.of(
                    new Clitic("me", "me", 0, Gender.MASCULINE, false),
                    new Clitic("you", "te", 1, Gender.MASCULINE, false),
                    new Clitic("him", "lui", 2, Gender.MASCULINE, false),
                    new Clitic("her", "lui", 2, Gender.FEMININE, false),
                    new Clitic("us", "nous", 3, Gender.MASCULINE, false),
                    new Clitic("them", "leur", 4, Gender.MASCULINE, false));

    private final Chooser choose;
    private final Lexicon lexicon;

    NounPhrases(Chooser choose, Lexicon lexicon) {
        this.choose = choose;
        this.lexicon = lexicon;
    }

    private static NounPhrase pronoun(String english, String french, int person, Gender gender) {
        return new NounPhrase(Phrase.of(english, french), person, gender, true);
    }

    private static NounPhrase name(String name, Gender gender) {
        return new NounPhrase(Phrase.of(name, name), NounPhrase.THIRD, gender, false);
    }

    /**
     * A subject whose noun is of one of the kinds; a negated verb takes no "every" and the like.
     */
    NounPhrase subject(Set<String> kinds, boolean negated) {
        boolean person = kinds.contains("person");
        return switch (choose.weighted(person ? 40 : 0, person ? 11 : 0, person ? 5 : 0, 44)) {
            case 0 -> pronoun();
            case 1 -> name();
            case 2 -> couple();
            default -> noun(kinds, negated ? Use.NEGATED_SUBJECT : Use.SUBJECT);
        };
    }

    /** A subject that is not they: a later they could mean women, and be elles. */
    NounPhrase laterSubject() {
        return switch (choose.weighted(45, 25, 30)) {
            case 0 -> choose.pick(PRONOUNS.subList(0, 5));
            case 1 -> name();
            default -> noun(Set.of("person"), Use.DEFINITE);
        };
    }

    NounPhrase pronoun() {
        return choose.pick(PRONOUNS);
    }

    NounPhrase you() {
        return PRONOUNS.get(1);
    }

    NounPhrase we() {
        return PRONOUNS.get(4);
    }

    NounPhrase name() {
        return choose.pick(NAMES);
    }

    /** Two persons joined by "and". */
    NounPhrase couple() {
        NounPhrase first = choose.percent(50) ? name() : kin();
        NounPhrase second = choose.percent(50) ? name() : kin();
        if (first.english().equals(second.english())) {
            return couple();
        }
        Phrase both = first.phrase().then(Phrase.of("and", "et")).then(second.phrase());
        boolean feminine = first.gender() == Gender.FEMININE && second.gender() == Gender.FEMININE;
        return new NounPhrase(
                both,
                NounPhrase.THIRD_PLURAL,
                feminine ? Gender.FEMININE : Gender.MASCULINE,
                false);
    }

    private NounPhrase kin() {
        Noun noun = choose.pick(lexicon.nouns(Set.of("kin")));
        return phrase(noun, false, Determiner.POSSESSIVE, 0);
    }

    /** Somebody known: a name or a person. */
    NounPhrase person() {
        return choose.percent(25) ? name() : noun(Set.of("person"), Use.DEFINITE);
    }

    Phrase tonic() {
        return choose.pick(TONIC);
    }

    /** Things spoken of before. */
    Clitic them() {
        return DIRECT.get(DIRECT.size() - 1);
    }

    /** An object pronoun that is not the subject's own, which would be reflexive. */
    Clitic clitic(boolean direct, NounPhrase subject) {
        Clitic clitic = choose.pick(direct ? DIRECT : INDIRECT);
        boolean first = subject.person() == 0 || subject.person() == 3;
        boolean ownFirst = first && (clitic.person() == 0 || clitic.person() == 3);
        boolean ownSecond = subject.person() == 1 && clitic.person() == 1;
        return ownFirst || ownSecond ? clitic(direct, subject) : clitic;
    }

    /** Where a noun phrase stands, which says what determiners it may have. */
    enum Use {
        SUBJECT,
        NEGATED_SUBJECT,
        OBJECT,
        NEGATED_OBJECT,
        /** After a preposition, or wherever what is meant is known. */
        DEFINITE,
        /** A or some, as after "there is". */
        INDEFINITE,
        /** Not any, as after "there isn't". */
        NEGATED_INDEFINITE
    }

    NounPhrase noun(Set<String> kinds, Use use) {
        return noun(choose.pick(lexicon.nouns(kinds)), use);
    }

    NounPhrase noun(Noun noun, Use use) {
        if (noun.is("mass")) {
            return phrase(noun, false, massDeterminer(use), 25);
        }
        boolean plural = !noun.is("only") && choose.percent(38);
        if (use != Use.INDEFINITE && use != Use.NEGATED_INDEFINITE) {
            if (noun.is("kin")) {
                return choose.percent(25)
                        ? possessed(noun, plural)
                        : phrase(noun, plural, Determiner.POSSESSIVE, 8);
            }
            if (!noun.is("person") && !noun.is("natural") && choose.percent(7)) {
                return possessed(noun, plural);
            }
        }
        return phrase(noun, plural, determiner(noun, plural, use), 35);
    }

    /** A phrase with "the", singular or plural. */
    NounPhrase definite(Noun noun) {
        return phrase(noun, choose.percent(40), Determiner.THE, 20);
    }

    private Determiner massDeterminer(Use use) {
        return switch (use) {
            case INDEFINITE -> Determiner.SOME;
            case NEGATED_INDEFINITE -> Determiner.ANY;
            case DEFINITE -> Determiner.THE;
            default ->
                    switch (choose.weighted(40, 35, 15, 10)) {
                        case 0 -> use == Use.NEGATED_OBJECT ? Determiner.ANY : Determiner.SOME;
                        case 1 -> Determiner.THE;
                        case 2 -> Determiner.POSSESSIVE;
                        default -> Determiner.THIS;
                    };
        };
    }

    private Determiner determiner(Noun noun, boolean plural, Use use) {
        boolean object = use == Use.OBJECT || use == Use.NEGATED_OBJECT;
        boolean negated = use == Use.NEGATED_OBJECT || use == Use.NEGATED_INDEFINITE;
        Determiner indefinite = negated ? Determiner.ANY : plural ? Determiner.SOME : Determiner.A;
        if (use == Use.NEGATED_INDEFINITE) {
            return indefinite;
        }
        if (use == Use.INDEFINITE) {
            return !plural || choose.percent(35)
                    ? indefinite
                    : choose.percent(65) ? Determiner.NUMBER : Determiner.MANY;
        }
        int a = use == Use.DEFINITE ? 0 : object ? 26 : 12;
        int own = noun.is("person") && !noun.is("friend") ? 0 : noun.is("place") ? 8 : 16;
        int rest = use == Use.SUBJECT || use == Use.OBJECT ? 1 : 0;
        int the = noun.is("friend") ? 10 : 45;
        return plural
                ? switch (choose.weighted(the, a, own, 10, 4, 9 * rest, 7 * rest, 5 * rest)) {
                    case 0 -> Determiner.THE;
                    case 1 -> indefinite;
                    case 2 -> Determiner.POSSESSIVE;
                    case 3 -> Determiner.THIS;
                    case 4 -> Determiner.THE_NUMBER;
                    case 5 -> Determiner.NUMBER;
                    case 6 -> Determiner.ALL;
                    default -> Determiner.MANY;
                }
                : switch (choose.weighted(the, a, own, 12, 5 * rest)) {
                    case 0 -> Determiner.THE;
                    case 1 -> indefinite;
                    case 2 -> Determiner.POSSESSIVE;
                    case 3 -> Determiner.THIS;
                    default -> Determiner.EVERY;
                };
    }

    private NounPhrase phrase(Noun noun, boolean plural, Determiner determiner, int adjectives) {
        Phrase described = described(noun, plural, choose.percent(adjectives));
        String french = described.french().get(0);
        Phrase all =
                determiner
                        .words(
                                choose,
                                noun.gender(),
                                plural,
                                noun.is("mass"),
                                described.english().get(0),
                                french,
                                !french.equals(noun.french(plural)))
                        .then(described);
        return of(all, noun, plural);
    }

    private static NounPhrase of(Phrase words, Noun noun, boolean plural) {
        int person = plural ? NounPhrase.THIRD_PLURAL : NounPhrase.THIRD;
        return new NounPhrase(words, person, noun.gender(), false);
    }

    /** The girl's cat: le chat de la fille. */
    private NounPhrase possessed(Noun noun, boolean plural) {
        NounPhrase owner = choose.percent(40) ? name() : owner();
        Phrase described = described(noun, plural, choose.percent(25));
        List<String> english = new ArrayList<>(owner.english());
        String last = english.remove(english.size() - 1);
        english.add(English.possessive(last, owner.plural()));
        english.addAll(described.english());
        List<String> french = new ArrayList<>();
        french.add(plural ? "les" : noun.gender() == Gender.FEMININE ? "la" : "le");
        french.addAll(described.french());
        french.add("de");
        french.addAll(owner.french());
        List<Phrase.Link> links = new ArrayList<>();
        int owners = owner.english().size();
        int de = 1 + described.french().size();
        owner.phrase().links().forEach(link -> links.add(link.after(0, de + 1)));
        described.links().forEach(link -> links.add(link.after(owners, 1)));
        links.add(new Phrase.Link(english.size() - 1, 0, false)); // the article of the noun
        links.add(new Phrase.Link(owners - 1, de, false)); // what 's says
        return of(new Phrase(english, french, links), noun, plural);
    }

    private NounPhrase owner() {
        Noun noun = choose.pick(lexicon.nouns(Set.of("person")));
        boolean plural = !noun.is("only") && choose.percent(25);
        boolean own = noun.is("kin") || noun.is("friend");
        return phrase(noun, plural, own ? Determiner.POSSESSIVE : Determiner.THE, 10);
    }

    /** A noun with its adjectives, in each language's order. */
    private Phrase described(Noun noun, boolean plural, boolean withAdjectives) {
        List<Adjective> suiting = lexicon.adjectives(noun);
        if (!withAdjectives || suiting.isEmpty()) {
            return new Phrase(List.of(noun.english(plural)), List.of(noun.french(plural)));
        }
        List<Adjective> adjectives = new ArrayList<>(List.of(choose.pick(suiting)));
        boolean before = adjectives.get(0).before();
        List<Adjective> others = suiting.stream().filter(a -> !a.before() && before).toList();
        if (!others.isEmpty() && choose.percent(15)) {
            adjectives.add(choose.pick(others));
        }
        return described(noun, plural, adjectives);
    }

    private static Phrase described(Noun noun, boolean plural, List<Adjective> adjectives) {
        List<String> english = new ArrayList<>();
        List<String> french = new ArrayList<>(List.of(noun.french(plural)));
        List<Integer> origins = new ArrayList<>(List.of(adjectives.size())); // of the French words
        for (int i = 0; i < adjectives.size(); i++) {
            Adjective adjective = adjectives.get(i);
            english.add(adjective.english());
            int at = adjective.before() ? 0 : french.size();
            String next = adjective.before() ? french.get(0) : "";
            french.add(at, adjective.french(noun.gender(), plural, next));
            origins.add(at, i);
        }
        english.add(noun.english(plural));
        List<Phrase.Link> links = new ArrayList<>();
        for (int j = 0; j < origins.size(); j++) {
            links.add(new Phrase.Link(origins.get(j), j, true));
        }
        return new Phrase(english, french, links);
    }
}
