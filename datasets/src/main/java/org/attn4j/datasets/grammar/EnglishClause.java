package org.attn4j.datasets.grammar;

import java.util.ArrayList;
import java.util.List;

/** Puts a clause into English words. */
final class EnglishClause {

    private final Clause clause;
    private final List<String> words = new ArrayList<>();

    private EnglishClause(Clause clause) {
        this.clause = clause;
    }

    static List<String> declarative(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        english.words.addAll(clause.subject().english());
        english.predicate();
        return english.words;
    }

    static List<String> question(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        english.inverted();
        return english.words;
    }

    /** The command to do what the clause says. */
    static List<String> imperative(Clause clause) {
        EnglishClause english = new EnglishClause(clause);
        if (clause.polarity() == Polarity.NOT) {
            english.add("don't");
        }
        english.add(clause.verb().english().base());
        english.rest();
        return english.words;
    }

    private boolean third() {
        return clause.subject().person() == NounPhrase.THIRD;
    }

    private boolean negated() {
        return clause.polarity() == Polarity.NOT;
    }

    private void add(String text) {
        words.addAll(List.of(text.split(" ")));
    }

    private void predicate() {
        if (clause.verb().isBe() && clause.tense() != Tense.FUTURE) {
            add(be(negated()));
            middle();
        } else if (clause.modal() != null) {
            modal();
        } else if (clause.tense() == Tense.FUTURE) {
            add(negated() ? "won't" : "will");
            middle();
            add(clause.verb().english().base());
        } else if (negated()) {
            add(auxiliary() + "n't");
            middle();
            add(clause.verb().english().base());
        } else {
            middle();
            add(finite());
        }
        rest();
    }

    private void inverted() {
        if (clause.verb().isBe() && clause.tense() != Tense.FUTURE) {
            add(be(negated()));
            words.addAll(clause.subject().english());
            middle();
        } else {
            boolean can = clause.modal() != null && clause.modal() != Modal.WANT;
            String first = can ? clause.modal().english(false) : auxiliary();
            add(negated() ? (can ? clause.modal().negated() : not(first)) : first);
            words.addAll(clause.subject().english());
            middle();
            if (clause.modal() == Modal.WANT) {
                add(Modal.WANT.english(false));
            }
            add(clause.verb().english().base());
        }
        rest();
    }

    private static String not(String auxiliary) {
        return auxiliary.equals("will") ? "won't" : auxiliary + "n't";
    }

    private void modal() {
        Modal modal = clause.modal();
        if (!negated()) {
            add(modal.english(third()));
        } else if (modal.negated() != null) {
            add(modal.negated());
        } else {
            add((third() ? "doesn't " : "don't ") + modal.english(false));
        }
        add(clause.verb().english().base());
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

    private String be(boolean negated) {
        int person = clause.subject().person();
        boolean past = clause.tense() == Tense.PAST;
        if (person == 0 && !past) {
            return negated ? "am not" : "am";
        }
        boolean singular = person == NounPhrase.THIRD || person == 0;
        String form = past ? (singular ? "was" : "were") : (singular ? "is" : "are");
        return negated ? form + "n't" : form;
    }

    private void middle() {
        if (clause.polarity() == Polarity.NEVER) {
            add("never");
        } else if (clause.polarity() == Polarity.NO_LONGER) {
            add("no longer");
        }
        if (clause.adverb() != null) {
            words.addAll(clause.adverb().english());
        }
    }

    private void rest() {
        if (clause.clitic() != null) {
            add(clause.clitic().english());
        }
        for (Phrase complement : clause.complements()) {
            words.addAll(complement.english());
        }
    }
}
