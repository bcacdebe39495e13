package org.attn4j.cli.task.retrieval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.common.Require;

/**
 * The section {@code data} of a run on compared texts.
 *
 * @param folder the folder that relative paths start from
 * @param train what to learn from
 * @param valid what to choose the best weights by; may be none
 * @param test what to report on; may be none
 */
record TextsSection(String folder, TextSource train, TextSource valid, TextSource test) {

    static final TextsSection DEFAULT =
            new TextsSection("", TextSource.NONE, TextSource.NONE, TextSource.NONE);

    Path path() {
        return Path.of(folder);
    }

    void check() throws IOException {
        Require.that(
                train.isGiven(), "data.train needs a file, or a corpus with queries, got neither");
        for (TextSource source : List.of(train, valid, test)) {
            if (source.isGiven()) {
                source.compared(path());
            }
        }
    }

    /** Whether there is anything to measure a trained model on. */
    boolean isMeasured() {
        return test.isGiven() || valid.isGiven();
    }

    /** What a trained model is measured on: the test data, or the validation data. */
    TextSource measured() {
        TextSource source = test.isGiven() ? test : valid;
        Require.that(source.isGiven(), "the configuration names no data.test and no data.valid");
        return source;
    }
}
