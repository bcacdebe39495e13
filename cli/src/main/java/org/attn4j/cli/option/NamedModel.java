package org.attn4j.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.attn4j.common.Require;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model of a verb that reads its files: named by an argument, or as other verbs name it. */
public final class NamedModel {

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description =
                    "What 'train' wrote to --out, another folder with config.json, or"
                            + " org/name[@revision] of the Hub, or maven:NAME.")
    private String argument;

    @Option(names = "--model", paramLabel = "MODEL", description = "The same.")
    private String option;

    /** The model's folder, fetched if it must be. */
    public Path folder(PrintWriter err) throws IOException {
        Require.that((argument == null) != (option == null), "one model is needed: name it once");
        return ModelOptions.folder(argument == null ? option : argument, err);
    }
}
