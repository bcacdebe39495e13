package org.attn4j.datasets.grammar;

import java.util.Set;

/**
 * A verb in both languages.
 *
 * @param english the English verb
 * @param french the French verb
 * @param construction what follows it
 * @param preposition the English preposition before a place, or ""
 * @param objects the kinds of noun that may be its object
 * @param subjects the kinds of noun that may be its subject
 * @param state whether it names a state, so that its French past is the imparfait
 * @param remarks what else the lexicon says of it
 */
record Verb(
        EnglishVerb english,
        FrenchVerb french,
        Construction construction,
        String preposition,
        Set<String> objects,
        Set<String> subjects,
        boolean state,
        Set<String> remarks) {

    /** What follows a verb. */
    enum Construction {
        /** A direct object in both languages. */
        DIRECT,
        /** French à, and a dative pronoun. */
        INDIRECT,
        /** French de. */
        ABOUT,
        /** A direct object, and a person with à. */
        GIVE,
        /** Nothing. */
        NONE,
        /** French à and a place. */
        GOAL,
        /** French de and a place. */
        ORIGIN,
        /** A place, with its own preposition. */
        STAY,
        /** An adjective or what else follows "be". */
        BE
    }

    static final Verb BE = be(FrenchVerb.ETRE);

    /** What is said with "be" in English and with "avoir" in French. */
    static final Verb BE_AVOIR = be(FrenchVerb.AVOIR);

    private static Verb be(FrenchVerb french) {
        return new Verb(
                EnglishVerb.BE, french, Construction.BE, "", Set.of(), Set.of(), true, Set.of());
    }

    /** Whether the English past can be told from the present. */
    boolean hasPast() {
        return !remarks.contains("nopast");
    }

    /** Whether its object is always something known. */
    boolean takesDefinite() {
        return remarks.contains("definite");
    }

    /** Whether one can be told to do it. */
    boolean canBeCommanded() {
        return !state && !remarks.contains("chance");
    }

    /** Whether one can say where it happens. */
    boolean takesPlace() {
        return !remarks.contains("noplace");
    }

    boolean isBe() {
        return english == EnglishVerb.BE;
    }
}
