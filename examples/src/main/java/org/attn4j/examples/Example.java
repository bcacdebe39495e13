package org.attn4j.examples;

import java.util.function.Consumer;

/**
 * A small task in which a mechanism matters: it is trained, measured, and says what it shows. What
 * {@code attn4j example} lists and runs; {@link Examples} holds them.
 */
public interface Example {

    /**
     * Returns what it is called on the command line.
     *
     * @return lower case, words joined by hyphens
     */
    String name();

    /**
     * Returns what it shows.
     *
     * @return one line
     */
    String summary();

    /**
     * Trains and measures.
     *
     * @param settings engine, seed and how long to train; all that is random follows from the seed
     * @param progress is told now and then how it goes, a line each
     * @return what came out
     */
    ExampleResult run(ExampleSettings settings, Consumer<String> progress);
}
