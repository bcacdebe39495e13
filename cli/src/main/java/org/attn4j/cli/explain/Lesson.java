package org.attn4j.cli.explain;

import java.util.Set;

/** Something that is worked through on numbers. */
interface Lesson {

    /** What a command line may set of a lesson. */
    enum Choice {
        TEXT("a text"),
        TARGET("a second text"),
        D_MODEL("--d-model"),
        HEADS("--heads"),
        CAUSAL("--causal");

        private final String spoken;

        Choice(String spoken) {
            this.spoken = spoken;
        }

        String spoken() {
            return spoken;
        }
    }

    /** The name by which it is asked for. */
    String name();

    /** One line on what it shows. */
    String summary();

    /** What may be set. */
    Set<Choice> choices();

    /** The text unless one is given, long enough that something is seen. */
    default String usualText() {
        return "the cat sat";
    }

    /** D unless another is given. */
    default int usualSize() {
        return 4;
    }

    /** N unless others are given, of a lesson with heads. */
    default int usualHeads() {
        return 2;
    }

    /** Works it through. */
    Explanation explain(Setting setting);
}
