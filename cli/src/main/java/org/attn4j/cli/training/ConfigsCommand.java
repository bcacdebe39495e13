package org.attn4j.cli.training;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.config.BuiltInConfigs;
import org.attn4j.cli.config.YamlFile;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code configs}: the built-in configurations, or the text of one. */
@Command(
        name = "configs",
        description =
                "Lists the built-in configurations, or prints one of them, to start one's own from.")
public final class ConfigsCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to print in full.")
    private String name;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (name != null) {
            String text = BuiltInConfigs.text(name);
            out.print(json ? Json.pretty(YamlFile.parse(text, name)) + "\n" : text);
            return ExitCode.DONE;
        }
        Map<String, String> summaries = new LinkedHashMap<>();
        for (String each : BuiltInConfigs.names()) {
            summaries.put(each, BuiltInConfigs.summary(each));
        }
        if (json) {
            out.println(Json.pretty(summaries));
        } else {
            summaries.forEach((each, summary) -> out.printf("%-22s %s%n", each, summary));
        }
        return ExitCode.DONE;
    }
}
