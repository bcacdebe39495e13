package org.attn4j.datasets.grammar;

/** Draws time and polarity, as far as the verb allows them. */
final class Moods {

    private final Chooser choose;

    Moods(Chooser choose) {
        this.choose = choose;
    }

    /** Whether the French past is the imparfait. */
    static boolean pastState(Verb verb, Tense tense) {
        return verb.state() && tense == Tense.PAST;
    }

    Tense tense(Verb verb) {
        return switch (choose.weighted(44, verb.hasPast() ? 32 : 0, 24)) {
            case 0 -> Tense.PRESENT;
            case 1 -> Tense.PAST;
            default -> Tense.FUTURE;
        };
    }

    Polarity polarity(Verb verb, Tense tense) {
        int never = pastState(verb, tense) ? 0 : 7;
        int noLonger = tense == Tense.PAST ? 0 : 6;
        return switch (choose.weighted(66, 20, never, noLonger)) {
            case 0 -> Polarity.POSITIVE;
            case 1 -> Polarity.NOT;
            case 2 -> Polarity.NEVER;
            default -> Polarity.NO_LONGER;
        };
    }
}
