package org.attn4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.LineReader;
import org.attn4j.models.tokenizer.TextPair;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The texts that a verb works on: arguments, files, or else standard input. */
final class TextInput {

    static final String STANDARD_INPUT = "standard input";

    private static final LineLimit LIMIT = new LineLimit(10_000_000, LineLimit.Policy.REFUSE);
    private static final int TOGETHER = 256;

    @Parameters(
            arity = "0..*",
            paramLabel = "TEXT",
            description = "The texts; without any, and without --file, standard input.")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "A file in UTF-8, plain or gzip, with a text on each line, as standard input has;"
                            + " an empty line is an empty text.")
    private List<Path> files = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Takes texts, some at a time. */
    @FunctionalInterface
    interface Consumer {

        void accept(List<String> texts) throws IOException;
    }

    /** Takes the reader of a file or of standard input. */
    @FunctionalInterface
    private interface Source {

        void read(LineReader reader) throws IOException;
    }

    /** Whether there are texts or files, so that standard input is not read. */
    boolean isGiven() {
        return !texts.isEmpty() || !files.isEmpty();
    }

    /** Gives all texts, some at a time, in their order: the arguments, and each line. */
    void forEach(Consumer consumer) throws IOException {
        if (!texts.isEmpty()) {
            consumer.accept(texts);
        }
        boolean terminal = !isGiven() && System.console() != null;
        forEachSource(
                reader -> {
                    List<String> batch = new ArrayList<>();
                    prompt(terminal);
                    for (String line = reader.next(); line != null; line = reader.next()) {
                        batch.add(line);
                        if (terminal || batch.size() == TOGETHER) {
                            consumer.accept(List.copyOf(batch));
                            batch.clear();
                            prompt(terminal);
                        }
                    }
                    if (!batch.isEmpty()) {
                        consumer.accept(List.copyOf(batch));
                    }
                });
    }

    /** All texts at once, without empty lines. */
    List<String> withoutEmptyLines() throws IOException {
        List<String> all = new ArrayList<>(texts);
        forEachSource(
                reader -> reader.all().stream().filter(line -> !line.isBlank()).forEach(all::add));
        return all;
    }

    /** All texts at once, of which files and standard input are one each, as they are. */
    List<String> whole() throws IOException {
        List<String> all = new ArrayList<>(texts);
        forEachSource(reader -> all.add(reader.text()));
        return all;
    }

    /** The two texts of a line, which a tab separates; of an empty line both are empty. */
    static TextPair pair(String line) {
        int tab = line.indexOf('\t');
        if (tab >= 0) {
            return new TextPair(line.substring(0, tab), line.substring(tab + 1));
        }
        if (line.isBlank()) {
            return new TextPair("", "");
        }
        throw new IllegalArgumentException(
                "--pairs wants two texts separated by a tab, got: " + line);
    }

    private void forEachSource(Source source) throws IOException {
        for (Path file : files) {
            try (LineReader reader = LineReader.open(file, LIMIT)) {
                source.read(reader);
            }
        }
        if (!isGiven()) {
            source.read(LineReader.of(System.in, STANDARD_INPUT, LIMIT));
        }
    }

    private void prompt(boolean terminal) {
        if (terminal) {
            PrintWriter err = spec.commandLine().getErr();
            err.print("> ");
            err.flush();
        }
    }
}
