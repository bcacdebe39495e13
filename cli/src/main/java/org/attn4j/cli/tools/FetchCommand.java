package org.attn4j.cli.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.checkpoint.hub.HubModel;
import org.attn4j.models.checkpoint.hub.HubSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fetch}: a model from the Hub into the cache, or into a folder that works offline. */
@Command(
        name = "fetch",
        description =
                "Fetches a model from the Hugging Face Hub into the cache that Python programs use"
                        + " too, and prints its folder.")
public final class FetchCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Parameters(
            paramLabel = "MODEL",
            description = "organisation/name, or organisation/name@revision.")
    private String model;

    @Option(
            names = "--bundle",
            paramLabel = "DIR",
            description =
                    "Makes a folder of real files, each checked against its digest, that works"
                            + " without a network and without the cache.")
    private Path bundle;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        HubModel name = HubModel.parse(model);
        Path folder;
        try (Progress progress = Progress.ofBytes(spec.commandLine().getErr())) {
            Hub hub = new Hub(HubSettings.fromEnvironment(), progress);
            folder = bundle == null ? hub.model(name) : hub.bundle(name, bundle);
        }
        spec.commandLine().getOut().println(folder);
        return ExitCode.DONE;
    }
}
