package org.attn4j.cli.io;

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
public final class TextInput {

    public static final String STANDARD_INPUT = "standard input";

    private static final LineLimit LIMIT = new LineLimit(10_000_000, LineLimit.Policy.REFUSE);
    private static final int TOGETHER = 256;

    /** About 60,000 tokens: long texts are answered as soon as short ones. */
    private static final long CHARACTERS_TOGETHER = 1 << 18;

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

    private final List<Run> runs = new ArrayList<>();
    private long given;

    /**
     * Texts that follow each other.
     *
     * @param first the number of the first among all texts, from 0
     * @param file where they stand, a line each; null for arguments
     * @param line where the first stands, from 1; 0 for a file that is one text
     */
    private record Run(long first, String file, long line) {}

    /** Takes texts, some at a time. */
    @FunctionalInterface
    public interface Consumer {

        void accept(List<String> texts) throws IOException;
    }

    /** Takes the reader of a file or of standard input. */
    @FunctionalInterface
    private interface Source {

        void read(String name, LineReader reader) throws IOException;
    }

    /** Whether there are texts or files, so that standard input is not read. */
    public boolean isGiven() {
        return !texts.isEmpty() || !files.isEmpty();
    }

    /** Gives all texts, some at a time, in their order: the arguments, and each line. */
    public void forEach(Consumer consumer) throws IOException {
        forEach(TOGETHER, consumer);
    }

    /** Gives all texts, so many lines at a time at most, fewer if they are long. */
    public void forEach(int together, Consumer consumer) throws IOException {
        arguments(texts, consumer);
        boolean terminal = !isGiven() && System.console() != null;
        forEachSource(
                (name, reader) -> {
                    runs.add(new Run(given, name, 1));
                    List<String> batch = new ArrayList<>();
                    long characters = 0;
                    prompt(terminal);
                    for (String line = next(reader, batch, consumer);
                            line != null;
                            line = next(reader, batch, consumer)) {
                        batch.add(line);
                        characters += line.length();
                        given++;
                        if (terminal
                                || batch.size() == together
                                || characters >= CHARACTERS_TOGETHER) {
                            consumer.accept(List.copyOf(batch));
                            batch.clear();
                            characters = 0;
                            prompt(terminal);
                        }
                    }
                    if (!batch.isEmpty()) {
                        consumer.accept(List.copyOf(batch));
                    }
                });
    }

    /** The next line; those before one that cannot be read are given. */
    private static String next(LineReader reader, List<String> before, Consumer consumer)
            throws IOException {
        try {
            return reader.next();
        } catch (IOException e) {
            if (!before.isEmpty()) {
                consumer.accept(List.copyOf(before));
            }
            throw e;
        }
    }

    /** All texts at once, without empty lines. */
    public List<String> withoutEmptyLines() throws IOException {
        List<String> all = new ArrayList<>();
        arguments(texts, all::addAll);
        forEachSource(
                (name, reader) -> {
                    boolean follows = false;
                    List<String> lines = reader.all();
                    for (int i = 0; i < lines.size(); i++) {
                        boolean blank = lines.get(i).isBlank();
                        if (!blank && !follows) {
                            runs.add(new Run(given, name, i + 1L));
                        }
                        if (!blank) {
                            all.add(lines.get(i));
                            given++;
                        }
                        follows = !blank;
                    }
                });
        return all;
    }

    /** Gives arguments of the command line, before or instead of these. */
    public void arguments(List<String> others, Consumer consumer) throws IOException {
        if (!others.isEmpty()) {
            boolean goesOn = !runs.isEmpty() && runs.get(runs.size() - 1).file() == null;
            if (!goesOn) {
                runs.add(new Run(given, null, given + 1));
            }
            given += others.size();
            consumer.accept(others);
        }
    }

    /** Whether a text is an argument of the command line. */
    boolean isArgument(long number) {
        return run(number).file() == null;
    }

    /**
     * Tells where a text comes from.
     *
     * @param number which of the texts that were given it is, from 0
     */
    String where(long number) {
        Run run = run(number);
        if (run.line() == 0) {
            return run.file();
        }
        long line = run.line() + number - run.first();
        if (run.file() == null) {
            return "text " + line;
        }
        return run.file().equals(STANDARD_INPUT) ? "line " + line : run.file() + ":" + line;
    }

    private Run run(long number) {
        int last = runs.size() - 1;
        while (last > 0 && runs.get(last).first() > number) {
            last--;
        }
        return runs.get(last);
    }

    /** All texts at once, of which files and standard input are one each, as they are. */
    public List<String> whole() throws IOException {
        List<String> all = new ArrayList<>();
        arguments(texts, all::addAll);
        forEachSource(
                (name, reader) -> {
                    runs.add(new Run(given++, name, 0));
                    all.add(reader.text());
                });
        return all;
    }

    /** The two texts of a line, which a tab separates; of an empty line both are empty. */
    public static TextPair pair(String line) {
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
                source.read(file.toString(), reader);
            }
        }
        if (!isGiven()) {
            source.read(STANDARD_INPUT, LineReader.of(System.in, STANDARD_INPUT, LIMIT));
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
