package org.attn4j.cli.attention;

import org.attn4j.common.Require;
import picocli.CommandLine.Parameters;

/** The text, and the second one, that a verb shows a model. */
public final class ObservingOptions {

    @Parameters(index = "0", paramLabel = "TEXT", description = "What the model reads.")
    private String text;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TARGET",
            description =
                    "What an encoder-decoder is to write (default: what it writes by itself), or the"
                            + " second text of a pair that an encoder reads.")
    private String second;

    String text() {
        Require.that(!text.isBlank(), "the text must not be empty");
        return text;
    }

    /** Null for none. */
    String second() {
        Require.that(second == null || !second.isBlank(), "the target must not be empty");
        return second;
    }
}
