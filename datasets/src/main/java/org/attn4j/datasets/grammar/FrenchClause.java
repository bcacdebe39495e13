package org.attn4j.datasets.grammar;

import java.util.List;
import org.attn4j.datasets.grammar.ClauseWords.Part;

/** Puts a clause into French words. */
final class FrenchClause {

    private static final List<String> MASCULINE_SUBJECTS = List.of("je", "tu", "il", "nous", "ils");
    private static final List<String> FEMININE_SUBJECTS =
            List.of("je", "tu", "elle", "nous", "elles");

    private final Clause clause;
    private final ClauseWords words = new ClauseWords();

    private FrenchClause(Clause clause) {
        this.clause = clause;
    }

    static ClauseWords declarative(Clause clause) {
        FrenchClause french = new FrenchClause(clause);
        french.words.addAll(clause.subject().french(), Part.SUBJECT);
        french.predicate(false);
        return french.words;
    }

    /** The clause without its subject, as one calls on others to do something together. */
    static ClauseWords hortative(Clause clause) {
        FrenchClause french = new FrenchClause(clause);
        french.predicate(false);
        return french.words;
    }

    /** The clause with its subject after the verb, or taken up by a pronoun after the verb. */
    static ClauseWords inverted(Clause clause) {
        FrenchClause french = new FrenchClause(clause);
        if (!clause.subject().pronoun()) {
            french.words.addAll(clause.subject().french(), Part.SUBJECT);
        }
        french.predicate(true);
        return french.words;
    }

    /** The command to do what the clause says, to one whom one says tu to. */
    static ClauseWords imperative(Clause clause) {
        FrenchClause french = new FrenchClause(clause);
        if (clause.polarity().isNegative()) {
            french.words.add("ne", Part.NE);
        }
        french.words.add(clause.verb().french().imperative(), Part.VERB, Part.FINITE);
        french.negation();
        french.complements();
        return french.words;
    }

    private void predicate(boolean inverted) {
        if (clause.polarity().isNegative()) {
            words.add("ne", Part.NE);
        }
        if (clause.clitic() != null && clause.modal() == null) {
            words.add(clause.clitic().french(), Part.CLITIC);
        }
        String finite = finite();
        Part part = clause.modal() != null ? Part.MODAL : isCompound() ? Part.AUXILIARY : Part.VERB;
        if (inverted && clause.subject().pronoun()) {
            words.add(finite + hyphenated(finite), part, Part.FINITE, Part.SUBJECT);
        } else {
            words.add(inverted ? finite + hyphenated(finite) : finite, part, Part.FINITE);
        }
        negation();
        if (clause.adverb() != null) {
            words.addAll(clause.adverb().french(), Part.ADVERB);
        }
        if (clause.modal() != null) {
            if (clause.clitic() != null) {
                words.add(clause.clitic().french(), Part.CLITIC);
            }
            words.add(clause.verb().french().infinitive(), Part.VERB);
        } else if (isCompound()) {
            words.add(participle(), Part.VERB);
        }
        complements();
    }

    private boolean isCompound() {
        return clause.tense() == Tense.PAST && !clause.verb().state();
    }

    private String finite() {
        int person = clause.subject().person();
        FrenchVerb verb = clause.verb().french();
        if (clause.modal() != null) {
            return clause.modal().french(person);
        }
        return switch (clause.tense()) {
            case PRESENT -> verb.present(person);
            case FUTURE -> verb.future(person);
            case PAST -> isCompound() ? verb.auxiliary().present(person) : verb.imparfait(person);
        };
    }

    /** With être the participle agrees with the subject, with avoir with an object before it. */
    private String participle() {
        FrenchVerb verb = clause.verb().french();
        Clitic clitic = clause.clitic();
        if (verb.withEtre()) {
            return verb.participle(clause.subject().gender(), clause.subject().plural());
        }
        if (clitic != null && clitic.direct()) {
            return verb.participle(clitic.gender(), clitic.person() > NounPhrase.THIRD);
        }
        NounPhrase object = clause.precedingObject();
        if (object != null) {
            return verb.participle(object.gender(), object.plural());
        }
        return verb.participle();
    }

    private String hyphenated(String finite) {
        int person = clause.subject().person();
        boolean feminine = clause.subject().gender() == Gender.FEMININE;
        String pronoun = (feminine ? FEMININE_SUBJECTS : MASCULINE_SUBJECTS).get(person);
        boolean euphonic =
                (finite.endsWith("a") || finite.endsWith("e")) && French.startsWithVowel(pronoun);
        return (euphonic ? "-t-" : "-") + pronoun;
    }

    private void negation() {
        if (clause.polarity().isNegative()) {
            words.add(clause.polarity().french(), Part.NEGATION);
        }
    }

    private void complements() {
        for (int i = 0; i < clause.complements().size(); i++) {
            words.addComplement(clause.complements().get(i).french(), i);
        }
    }
}
