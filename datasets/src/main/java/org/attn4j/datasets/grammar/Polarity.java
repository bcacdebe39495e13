package org.attn4j.datasets.grammar;

/** Affirmation and the negations, with the word that French puts after the finite verb. */
enum Polarity {
    POSITIVE(null),
    NOT("pas"),
    NEVER("jamais"),
    NO_LONGER("plus");

    private final String french;

    Polarity(String french) {
        this.french = french;
    }

    String french() {
        return french;
    }

    boolean isNegative() {
        return this != POSITIVE;
    }
}
