package org.attn4j.cli.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.common.Require;

/**
 * What {@code bench} measures with. It is found as a service: what the library is measured against
 * is heavy, and comes along only where somebody measures.
 */
public interface Benchmarks {

    /** What is measured. */
    enum Subject {
        ENCODE,
        TRANSLATE,
        DECODE,
        ATTENTION,
        TRAIN,
        LOAD,
        GROWTH,
        SMALL,
        ALL;

        /** What {@link #ALL} stands for. */
        public static final List<Subject> IN_ALL =
                List.of(ENCODE, TRANSLATE, DECODE, ATTENTION, TRAIN, LOAD);

        /** Whether a sentence model is measured. */
        public boolean readsTexts() {
            return this == ENCODE || this == LOAD || this == SMALL || this == ALL;
        }

        /** Whether the PyTorch of Python does some of it too. */
        public boolean asksPython() {
            return this == TRANSLATE || this == ATTENTION || this == TRAIN || this == ALL;
        }
    }

    /**
     * What is asked for.
     *
     * @param model the sentence model, as a verb takes it
     * @param python the command of a Python that may have PyTorch
     * @param rounds how often each contender is timed
     * @param memory whether peak memory is measured too
     * @param compared the document of an earlier run; null for none
     */
    record Request(
            Subject subject,
            EngineOptions engine,
            String model,
            String python,
            int rounds,
            boolean memory,
            boolean json,
            Path compared) {

        public Request {
            Require.that(
                    rounds >= 1 && rounds <= 1000,
                    "--rounds must be from 1 to 1000, got %s",
                    rounds);
            Require.that(
                    compared == null || Files.isRegularFile(compared),
                    "--compare: there is no file %s",
                    compared);
        }
    }

    /**
     * Measures and prints.
     *
     * @return the exit code
     */
    int run(Request request, PrintWriter out, PrintWriter err) throws IOException;
}
