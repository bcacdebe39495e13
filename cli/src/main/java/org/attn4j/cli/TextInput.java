package org.attn4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The texts that a verb works on: arguments, files, or else standard input, a line each. */
final class TextInput {

    private static final int TOGETHER = 128;

    @Parameters(
            arity = "0..*",
            paramLabel = "TEXT",
            description = "The texts; without any, and without --file, standard input.")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "A file of texts in UTF-8, a line each; empty lines are passed over.")
    private List<Path> files = new ArrayList<>();

    /** Takes texts, some at a time. */
    @FunctionalInterface
    interface Consumer {

        void accept(List<String> texts) throws IOException;
    }

    /** Whether there are texts or files, so that standard input is not read. */
    boolean isGiven() {
        return !texts.isEmpty() || !files.isEmpty();
    }

    /** Gives all texts, some at a time, in their order. */
    void forEach(Consumer consumer) throws IOException {
        if (!texts.isEmpty()) {
            consumer.accept(texts);
        }
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                lines(in, consumer);
            }
        }
        if (texts.isEmpty() && files.isEmpty()) {
            lines(System.in, consumer);
        }
    }

    /** All texts at once. */
    List<String> all() throws IOException {
        List<String> all = new ArrayList<>();
        forEach(all::addAll);
        return all;
    }

    /** All texts at once, of which files and standard input are one each. */
    List<String> whole() throws IOException {
        List<String> all = new ArrayList<>(texts);
        for (Path file : files) {
            all.add(Files.readString(file));
        }
        if (all.isEmpty()) {
            StringBuilder whole = new StringBuilder();
            lines(System.in, lines -> lines.forEach(line -> whole.append(line).append('\n')));
            all.add(whole.toString());
        }
        return all;
    }

    private static void lines(InputStream in, Consumer consumer) throws IOException {
        var decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, decoder));
        List<String> batch = new ArrayList<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isBlank()) {
                batch.add(line);
            }
            if (batch.size() == TOGETHER) {
                consumer.accept(List.copyOf(batch));
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            consumer.accept(List.copyOf(batch));
        }
    }
}
