package org.attn4j.datasets.grammar;

import java.util.List;
import org.attn4j.datasets.grammar.ClauseWords.Part;

/** Puts a clause into English words. */
final class EnglishClause {

    private final Clause clause;
    private final ClauseWords words = new ClauseWords();

    private EnglishClause(Clause clause) {
        this.clause = clause;
    }

    static ClauseWords declarative(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        english.subject();
        english.predicate();
        return english.words;
    }

    static ClauseWords question(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        english.inverted();
        return english.words;
    }

    /** The command to do what the clause says. */
    static ClauseWords imperative(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        if (clause.polarity() == Polarity.NOT) {
            english.words.add("don't", Part.AUXILIARY, Part.NEGATION);
        }
        english.verb(clause.verb().english().base());
        english.rest();
        return english.words;
    }

    private boolean third() {
        return clause.subject().person() == NounPhrase.THIRD;
    }

    private boolean negated() {
        return clause.polarity() == Polarity.NOT;
    }

    private void subject() {
        words.addAll(clause.subject().english(), Part.SUBJECT);
    }

    private void verb(String text) {
        words.addAll(List.of(text.split(" ")), Part.VERB);
    }

    private void modalVerb(String text) {
        words.addAll(List.of(text.split(" ")), Part.MODAL);
    }

    /** Adds a word that is negated if the clause is. */
    private void negatable(String word, Part part) {
        if (negated()) {
            words.add(word, part, Part.NEGATION);
        } else {
            words.add(word, part);
        }
    }

    private void predicate() {
        if (clause.verb().isBe() && clause.tense() != Tense.FUTURE) {
            be();
            middle();
        } else if (clause.modal() != null) {
            modal();
        } else if (clause.tense() == Tense.FUTURE) {
            negatable(negated() ? "won't" : "will", Part.AUXILIARY);
            middle();
            verb(clause.verb().english().base());
        } else if (negated()) {
            negatable(auxiliary() + "n't", Part.AUXILIARY);
            middle();
            verb(clause.verb().english().base());
        } else {
            middle();
            verb(finite());
        }
        rest();
    }

    private void inverted() {
        if (clause.verb().isBe() && clause.tense() != Tense.FUTURE) {
            be();
            subject();
            middle();
        } else {
            boolean can = clause.modal() != null && clause.modal() != Modal.WANT;
            String first = can ? clause.modal().english(false) : auxiliary();
            negatable(
                    negated() ? (can ? clause.modal().negated() : not(first)) : first,
                    can ? Part.MODAL : Part.AUXILIARY);
            subject();
            middle();
            if (clause.modal() == Modal.WANT) {
                modalVerb(Modal.WANT.english(false));
            }
            verb(clause.verb().english().base());
        }
        rest();
    }

    private static String not(String auxiliary) {
        return auxiliary.equals("will") ? "won't" : auxiliary + "n't";
    }

    private void modal() {
        Modal modal = clause.modal();
        if (!negated()) {
            modalVerb(modal.english(third()));
        } else if (modal.negated() != null) {
            negatable(modal.negated(), Part.MODAL);
        } else {
            negatable(third() ? "doesn't" : "don't", Part.AUXILIARY);
            modalVerb(modal.english(false));
        }
        verb(clause.verb().english().base());
    }

    private String auxiliary() {
        return switch (clause.tense()) {
            case PRESENT -> third() ? "does" : "do";
            case PAST -> "did";
            case FUTURE -> "will";
        };
    }

    private String finite() {
        EnglishVerb verb = clause.verb().english();
        if (clause.tense() == Tense.PAST) {
            return verb.past();
        }
        return third() ? verb.third() : verb.base();
    }

    private void be() {
        int person = clause.subject().person();
        boolean past = clause.tense() == Tense.PAST;
        if (person == 0 && !past) {
            words.add("am", Part.VERB);
            if (negated()) {
                words.add("not", Part.NEGATION);
            }
            return;
        }
        boolean singular = person == NounPhrase.THIRD || person == 0;
        String form = past ? (singular ? "was" : "were") : (singular ? "is" : "are");
        negatable(negated() ? form + "n't" : form, Part.VERB);
    }

    private void middle() {
        if (clause.polarity() == Polarity.NEVER) {
            words.add("never", Part.NEGATION);
        } else if (clause.polarity() == Polarity.NO_LONGER) {
            words.addAll(List.of("no", "longer"), Part.NEGATION);
        }
        if (clause.adverb() != null) {
            words.addAll(clause.adverb().english(), Part.ADVERB);
        }
    }

    private void rest() {
        if (clause.clitic() != null) {
            words.add(clause.clitic().english(), Part.CLITIC);
        }
        for (int i = 0; i < clause.complements().size(); i++) {
            words.addComplement(clause.complements().get(i).english(), i);
        }
    }
}
