package org.attn4j.datasets.grammar;

import java.util.List;

/**
 * The forms of a French verb.
 *
 * @param infinitive the infinitive
 * @param present je, tu, il, nous, ils
 * @param participle the past participle, masculine singular
 * @param future the stem of the future
 * @param withEtre whether the passé composé takes être
 */
record FrenchVerb(
        String infinitive,
        List<String> present,
        String participle,
        String future,
        boolean withEtre) {

    static final FrenchVerb ETRE =
            new FrenchVerb(
                    "être", List.of("suis", "es", "est", "sommes", "sont"), "été", "ser", false);
    static final FrenchVerb AVOIR =
            new FrenchVerb("avoir", List.of("ai", "as", "a", "avons", "ont"), "eu", "aur", false);
    private static final List<String> FUTURE = List.of("ai", "as", "a", "ons", "ont");
    private static final List<String> IMPARFAIT = List.of("ais", "ais", "ait", "ions", "aient");

    /** A verb of the first conjugation. */
    static FrenchVerb regular(String infinitive, boolean withEtre) {
        String stem = infinitive.substring(0, infinitive.length() - 2);
        String nous = stem.endsWith("g") ? stem + "eons" : stem + "ons";
        return new FrenchVerb(
                infinitive,
                List.of(stem + "e", stem + "es", stem + "e", nous, stem + "ent"),
                stem + "é",
                infinitive,
                withEtre);
    }

    String present(int person) {
        return present.get(person);
    }

    String future(int person) {
        return future + FUTURE.get(person);
    }

    String imparfait(int person) {
        String nous = present.get(3);
        String stem = this == ETRE ? "ét" : nous.substring(0, nous.length() - "ons".length());
        return stem + IMPARFAIT.get(person);
    }

    String participle(Gender gender, boolean plural) {
        String form = gender == Gender.FEMININE ? participle + "e" : participle;
        return plural ? French.plural(form) : form;
    }

    FrenchVerb auxiliary() {
        return withEtre ? ETRE : AVOIR;
    }

    /** The imperative to one whom one says tu to. */
    String imperative() {
        String tu = present.get(1);
        return tu.endsWith("es") ? tu.substring(0, tu.length() - 1) : tu;
    }
}
