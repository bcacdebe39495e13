package org.attn4j.datasets.grammar;

import java.util.List;

/** What stands before a noun. */
enum Determiner {
    THE,
    A,
    SOME,
    /** What a or some becomes for the object of a negated verb. */
    ANY,
    POSSESSIVE,
    THIS,
    EVERY,
    ALL,
    MANY,
    NUMBER,
    THE_NUMBER;

    static final List<Phrase> NUMBERS =
            List.of(
                    Phrase.of("two", "deux"),
                    Phrase.of("three", "trois"),
                    Phrase.of("four", "quatre"),
                    Phrase.of("five", "cinq"),
                    Phrase.of("six", "six"),
                    Phrase.of("seven", "sept"),
                    Phrase.of("eight", "huit"),
                    Phrase.of("ten", "dix"));

    /** Possessives: English, masculine or before a vowel, feminine, plural. */
    static final List<List<String>> POSSESSIVES =
            List.of(
                    List.of("my", "mon", "ma", "mes"),
                    List.of("your", "ton", "ta", "tes"),
                    List.of("his", "son", "sa", "ses"),
                    List.of("her", "son", "sa", "ses"),
                    List.of("our", "notre", "notre", "nos"),
                    List.of("their", "leur", "leur", "leurs"));

    /**
     * The words in both languages.
     *
     * @param choose draws the number or the possessor
     * @param gender of the noun
     * @param plural of the noun
     * @param mass whether the noun names a substance
     * @param english the word that follows in English
     * @param french the word that follows in French
     * @param adjective whether the word that follows in French is an adjective
     */
    Phrase words(
            Chooser choose,
            Gender gender,
            boolean plural,
            boolean mass,
            String english,
            String french,
            boolean adjective) {
        boolean feminine = gender == Gender.FEMININE;
        String the = plural ? "les" : feminine ? "la" : "le";
        return switch (this) {
            case THE -> Phrase.of("the", the);
            case A -> Phrase.of(English.article(english), feminine ? "une" : "un");
            case SOME -> Phrase.of("some", mass ? "de " + the : adjective ? "de" : "des");
            case ANY -> Phrase.of(plural || mass ? "any" : English.article(english), "de");
            case POSSESSIVE -> possessive(choose, feminine, plural, french);
            case THIS ->
                    Phrase.of(plural ? "these" : "this", demonstrative(plural, feminine, french));
            case EVERY -> Phrase.of("every", "chaque");
            case ALL -> Phrase.of("all the", feminine ? "toutes les" : "tous les");
            case MANY -> Phrase.of("many", "beaucoup de");
            case NUMBER -> choose.pick(NUMBERS);
            case THE_NUMBER -> Phrase.of("the", "les").then(choose.pick(NUMBERS));
        };
    }

    private static Phrase possessive(
            Chooser choose, boolean feminine, boolean plural, String french) {
        List<String> forms = choose.pick(POSSESSIVES);
        boolean ma = feminine && !French.startsWithVowel(french);
        return Phrase.of(forms.get(0), plural ? forms.get(3) : ma ? forms.get(2) : forms.get(1));
    }

    private static String demonstrative(boolean plural, boolean feminine, String french) {
        if (plural) {
            return "ces";
        }
        return feminine ? "cette" : French.startsWithVowel(french) ? "cet" : "ce";
    }
}
