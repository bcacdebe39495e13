package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * A clause before it is put into words.
 *
 * @param subject the subject
 * @param verb the verb
 * @param tense its time
 * @param polarity affirmed or negated
 * @param adverb an adverb that goes with the verb, such as "often", or null
 * @param clitic an object pronoun, or null
 * @param modal a modal verb, or null
 * @param precedingObject a direct object that stands before the clause, as in a relative, or null
 * @param complements what follows the verb
 */
record Clause(
        NounPhrase subject,
        Verb verb,
        Tense tense,
        Polarity polarity,
        Phrase adverb,
        Clitic clitic,
        Modal modal,
        NounPhrase precedingObject,
        List<Phrase> complements) {

    Clause(NounPhrase subject, Verb verb, Tense tense, Polarity polarity, Phrase... complements) {
        this(subject, verb, tense, polarity, null, null, null, null, List.of(complements));
    }

    Clause withAdverb(Phrase word) {
        return new Clause(
                subject, verb, tense, polarity, word, clitic, modal, precedingObject, complements);
    }

    Clause withClitic(Clitic pronoun) {
        return new Clause(
                subject,
                verb,
                tense,
                polarity,
                adverb,
                pronoun,
                modal,
                precedingObject,
                complements);
    }

    Clause withModal(Modal helper) {
        return new Clause(
                subject,
                verb,
                Tense.PRESENT,
                polarity,
                adverb,
                clitic,
                helper,
                precedingObject,
                complements);
    }

    Clause after(NounPhrase object) {
        return new Clause(
                subject, verb, tense, polarity, adverb, clitic, modal, object, complements);
    }

    Clause with(Phrase complement) {
        List<Phrase> more = new ArrayList<>(complements);
        more.add(complement);
        return new Clause(
                subject,
                verb,
                tense,
                polarity,
                adverb,
                clitic,
                modal,
                precedingObject,
                List.copyOf(more));
    }
}
