package org.attn4j.cli.io;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Says on standard error which texts were not read, or not whole, and what that means for the exit
 * code.
 */
public final class Readings {

    private final TextInput input;
    private final PrintWriter err;
    private final OptionalInt usual;
    private long number;
    private int exitCode = ExitCode.DONE;

    /**
     * Begins with the first text.
     *
     * @param input tells where a text comes from
     * @param usual how many tokens the model was made for, if that is known
     */
    public Readings(TextInput input, PrintWriter err, OptionalInt usual) {
        this.input = input;
        this.err = err;
        this.usual = usual;
    }

    /**
     * Tells of the next text.
     *
     * @return what is printed for it if it is refused: an empty line for a line, so that those
     *     after it keep their lines, and nothing for an argument
     */
    public List<String> next(TextReading reading) {
        long index = number++;
        tell(index, reading);
        return reading.refused() && input.isArgument(index) ? List.of() : List.of("");
    }

    /**
     * Tells of a text.
     *
     * @param index which of the texts it is, from 0
     */
    public void tell(long index, TextReading reading) {
        if (reading.refused()) {
            say(index, reading.problem());
            boolean argument = input.isArgument(index);
            exitCode = Math.max(exitCode, argument ? ExitCode.USAGE : ExitCode.FAILED);
        } else if (reading.cut()) {
            say(
                    index,
                    "the last %s of %s tokens were cut off, as the model reads %s"
                            .formatted(
                                    reading.tokens() - reading.read(),
                                    reading.tokens(),
                                    reading.read()));
        } else if (usual.isPresent() && reading.tokens() > usual.getAsInt()) {
            say(
                    index,
                    "the text has %s tokens and is read whole, though the model was made for %s"
                            .formatted(reading.tokens(), usual.getAsInt()));
        }
    }

    private void say(long index, String what) {
        err.println("attn4j: " + input.where(index) + ": " + what);
        err.flush();
    }

    /** Adds to a document what was not read. */
    public static void describe(TextReading reading, Map<String, Object> document) {
        if (reading.refused()) {
            document.put("error", reading.problem());
        } else if (reading.cut()) {
            document.put("tokens", reading.tokens());
            document.put("tokensRead", reading.read());
        }
    }

    /** What the verb ends with. */
    public int exitCode() {
        return exitCode;
    }
}
