package org.attn4j.datasets.grammar;

/**
 * The forms of an English verb, with its particle ("looks for").
 *
 * @param base the infinitive
 * @param third the third person singular of the present
 * @param past the simple past
 */
record EnglishVerb(String base, String third, String past) {

    static final EnglishVerb BE = new EnglishVerb("be", "is", "was");

    /** A regular verb; what follows the first word is its particle. */
    static EnglishVerb regular(String base) {
        int end = base.indexOf(' ');
        String word = end < 0 ? base : base.substring(0, end);
        String particle = end < 0 ? "" : base.substring(end);
        String third = word + "s";
        String past = word.endsWith("e") ? word + "d" : word + "ed";
        if (word.endsWith("y") && !word.matches(".*[aeo]y")) {
            String stem = word.substring(0, word.length() - 1);
            third = stem + "ies";
            past = stem + "ied";
        }
        return new EnglishVerb(base, third + particle, past + particle);
    }
}
