package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Readings;
import org.attn4j.cli.io.TextInput;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.option.PrecisionOption;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TextReading;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the verbs that ask a published model about texts have in common. */
abstract class TaskCommand implements Callable<Integer> {

    /** More than are tokenised at a time, so that those behind are while the model computes. */
    static final int TEXTS_TOGETHER = 2048;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Mixin private PrecisionOption precision;
    @Mixin private TextInput input;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** What came of a text: a part of the JSON document, and lines to read. */
    record Result(Object document, List<String> lines) {}

    /** Answers for texts. */
    @FunctionalInterface
    interface Job {

        List<Result> run(List<String> texts, Readings readings) throws IOException;
    }

    private final Task task;

    TaskCommand(Task task) {
        this.task = task;
    }

    /** Refuses options that make no sense, before anything is loaded. */
    void checkOptions() {}

    /** Makes ready what answers. */
    abstract Job open(TaskModel model) throws IOException;

    /** Hands over the texts, some at a time. */
    void feed(TextInput texts, TextInput.Consumer consumer) throws IOException {
        texts.forEach(TEXTS_TOGETHER, consumer);
    }

    @Override
    public final Integer call() throws IOException {
        checkOptions();
        PrintWriter out = spec.commandLine().getOut();
        Json.Elements documents = new Json.Elements(out);
        Readings readings;
        var folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                TaskModel loaded =
                        TaskModel.load(task, folder, precision.of(model.loader(manager)))) {
            Job job = open(loaded);
            PrintWriter err = spec.commandLine().getErr();
            readings = new Readings(input, err, OptionalInt.empty());
            feed(
                    input,
                    texts -> {
                        for (Result result : job.run(texts, readings)) {
                            if (json) {
                                documents.add(result.document());
                            } else {
                                result.lines().forEach(out::println);
                            }
                        }
                        out.flush();
                    });
        }
        if (json) {
            documents.end();
        }
        return readings.exitCode();
    }

    /** Gives what came of a value. */
    @FunctionalInterface
    interface Shown<T> {

        /** Adds to the document of a text, and returns the lines to read. */
        List<String> show(Map<String, Object> document, String text, T value);
    }

    /** Tells what was not read, and shows the rest. */
    static <T> List<Result> results(
            List<String> texts, List<Outcome<T>> outcomes, Readings readings, Shown<T> shown) {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Outcome<T> outcome = outcomes.get(i);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("text", texts.get(i));
            List<String> empty = readings.next(outcome.reading());
            Readings.describe(outcome.reading(), document);
            List<String> lines =
                    outcome.reading().refused()
                            ? empty
                            : shown.show(document, texts.get(i), outcome.value());
            results.add(new Result(document, lines));
        }
        return results;
    }

    /** Answers for the lines that can be parsed, and refuses the others. */
    static <P, T> List<Outcome<T>> parsed(
            List<String> lines,
            Function<String, P> parse,
            Function<List<P>, List<Outcome<T>>> answer) {
        List<P> parsed = new ArrayList<>();
        List<Outcome<T>> outcomes = new ArrayList<>();
        for (String line : lines) {
            try {
                parsed.add(parse.apply(line));
                outcomes.add(null);
            } catch (IllegalArgumentException e) {
                outcomes.add(new Outcome<>(null, TextReading.refused(0, e.getMessage())));
            }
        }
        Iterator<Outcome<T>> answers = answer.apply(parsed).iterator();
        outcomes.replaceAll(outcome -> outcome == null ? answers.next() : outcome);
        return outcomes;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Tabs and line ends would break the lines of a table. */
    static String cell(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
