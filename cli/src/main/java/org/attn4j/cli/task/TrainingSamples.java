package org.attn4j.cli.task;

import java.io.IOException;
import java.util.List;
import org.attn4j.attention.capture.AttentionObserver;

/**
 * The examples of the validation data by which a run shows how its model gets better: always the
 * same ones. What it writes for them is no draw, so that training goes on as without them.
 *
 * @param outputs gives them, with what the model makes of them now
 * @param reading shows an observer how the model attends to them now
 */
public record TrainingSamples(Outputs outputs, Reading reading) {

    /** How many there are at most. */
    public static final int COUNT = 4;

    /** How many of them an observer is shown, which takes some ten milliseconds. */
    private static final int READ = 2;

    /**
     * An example.
     *
     * @param input what the model reads
     * @param expected what the data say it should give
     * @param output what it gives
     */
    public record Sample(String input, String expected, String output) {

        /** The cells of a table's row. */
        public List<String> row() {
            return List.of(input, expected, output);
        }
    }

    /** Gives the examples. */
    @FunctionalInterface
    public interface Outputs {

        List<Sample> get() throws IOException;
    }

    /** Reads the examples. */
    @FunctionalInterface
    public interface Reading {

        void by(AttentionObserver observer) throws IOException;
    }

    /** The first of the validation data, which are the examples. */
    public static <E> List<E> first(List<E> data) {
        return data.subList(0, Math.min(COUNT, data.size()));
    }

    /** Those of the examples that an observer is shown. */
    public static <E> List<E> read(List<E> examples) {
        return examples.subList(0, Math.min(READ, examples.size()));
    }
}
