package org.attn4j.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the verbs that ask a published model about texts have in common. */
abstract class TaskCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private PretrainedOptions model;
    @Mixin private TextInput input;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** What came of a text: a part of the JSON document, and lines to read. */
    record Result(Object document, List<String> lines) {}

    /** Answers for texts. */
    @FunctionalInterface
    interface Job {

        List<Result> run(List<String> texts) throws IOException;
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
        texts.forEach(consumer);
    }

    @Override
    public final Integer call() throws IOException {
        checkOptions();
        PrintWriter out = spec.commandLine().getOut();
        Json.Elements documents = new Json.Elements(out);
        var folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                TaskModel loaded = TaskModel.load(task, folder, model.loader(manager))) {
            Job job = open(loaded);
            feed(
                    input,
                    texts -> {
                        for (Result result : job.run(texts)) {
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
        return ExitCode.DONE;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, got " + value);
        }
    }

    /** Tabs and line ends would break the lines of a table. */
    static String cell(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
