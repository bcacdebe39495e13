package org.attn4j.cli.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.attention.spec.Nearest;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.common.Require;
import org.attn4j.examples.Example;
import org.attn4j.examples.ExampleResult;
import org.attn4j.examples.ExampleSettings;
import org.attn4j.examples.Examples;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code example}: the examples of the mechanisms, or one of them run. */
@Command(
        name = "example",
        description = {
            "Lists the examples, small tasks in which an attention mechanism matters, or runs one.",
            "Running one trains it and shows what came out. The exit code is 0 if it shows what it"
                    + " promises."
        })
public final class ExampleCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to run.")
    private String name;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The seed of everything random (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed = 1;

    @Option(
            names = "--effort",
            paramLabel = "SHARE",
            description =
                    "The share of the full training to do (default: ${DEFAULT-VALUE}); a small one"
                            + " shows that it runs, and promises no figures.",
            defaultValue = "1")
    private double effort = 1;

    @Option(
            names = "--html",
            paramLabel = "F.html",
            description = "Writes what the trained blocks attend to as a page, too.")
    private Path html;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            Require.that(html == null, "--html shows an example: give its name, too");
            return list(out);
        }
        return run(find(), out);
    }

    private int list(PrintWriter out) {
        Map<String, String> summaries = new LinkedHashMap<>();
        Examples.all().forEach(each -> summaries.put(each.name(), each.summary()));
        if (json) {
            out.println(Json.pretty(summaries));
        } else {
            summaries.forEach((each, summary) -> out.printf("%-18s %s%n", each, summary));
        }
        return ExitCode.DONE;
    }

    private Example find() {
        Example example = Examples.named(name);
        if (example == null) {
            List<String> names = Examples.all().stream().map(Example::name).toList();
            throw new IllegalArgumentException(
                    "no example is called '%s'%s".formatted(name, Nearest.hint(name, names)));
        }
        return example;
    }

    private int run(Example example, PrintWriter out) throws IOException {
        Path page = OutputFile.of("--html", html, ".html");
        PrintWriter err = spec.commandLine().getErr();
        EngineOptions.Chosen chosen = engine.open();
        ExampleSettings settings =
                new ExampleSettings(chosen.engine(), chosen.device(), seed, effort);
        long start = System.nanoTime();
        ExampleResult result = example.run(settings, err::println);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (page != null) {
            result.page().write(page);
        }
        if (json) {
            out.println(Json.pretty(document(example, settings, result, seconds)));
        } else {
            result.lines().forEach(out::println);
            result.figures()
                    .forEach((figure, value) -> out.printf("%-34s %s%n", figure, text(value)));
            out.println(String.format(Locale.ROOT, "%-34s %.1f", "seconds", seconds));
            if (page != null) {
                out.println(page);
            }
        }
        if (!result.reached() && effort == 1) {
            err.printf(
                    "attn4j: example %s does not show what it promises with seed %s%n", name, seed);
        }
        return result.reached() || effort < 1 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static Map<String, Object> document(
            Example example, ExampleSettings settings, ExampleResult result, double seconds) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("example", example.name());
        document.put("summary", example.summary());
        document.put("engine", settings.engine().getEngineName());
        document.put("seed", settings.seed());
        document.put("effort", settings.effort());
        document.put("reached", result.reached());
        document.put("seconds", seconds);
        document.put("figures", result.figures());
        return document;
    }

    private static String text(Object value) {
        return value instanceof Double || value instanceof Float
                ? String.format(Locale.ROOT, "%.4g", value)
                : String.valueOf(value);
    }
}
