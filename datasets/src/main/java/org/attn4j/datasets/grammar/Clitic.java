package org.attn4j.datasets.grammar;

/**
 * An object pronoun.
 *
 * @param english the English pronoun
 * @param french the French one, which goes before the verb
 * @param person whose pronoun it is, as in {@link NounPhrase}
 * @param gender what a participle after a direct object agrees with
 * @param direct whether it is a direct object
 */
record Clitic(String english, String french, int person, Gender gender, boolean direct) {}
