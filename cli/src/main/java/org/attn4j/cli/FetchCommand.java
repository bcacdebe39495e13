package org.attn4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.checkpoint.hub.HubModel;
import org.attn4j.models.checkpoint.hub.HubProgress;
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
final class FetchCommand implements Callable<Integer> {

    private static final long TELL_EVERY_NANOS = 1_000_000_000L;

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
        Hub hub = new Hub(HubSettings.fromEnvironment(), progress(spec.commandLine().getErr()));
        Path folder = bundle == null ? hub.model(name) : hub.bundle(name, bundle);
        spec.commandLine().getOut().println(folder);
        return ExitCode.DONE;
    }

    /** A line when a file begins, when it ends, and now and then between. */
    static HubProgress progress(PrintWriter err) {
        long[] last = new long[1];
        return (file, done, total) -> {
            long now = System.nanoTime();
            if (done == total || now - last[0] > TELL_EVERY_NANOS) {
                last[0] = now;
                String of = total < 0 ? "" : " of %,.1f".formatted(total / 1e6);
                err.printf("%s  %,.1f%s MB%n", file, done / 1e6, of);
                err.flush();
            }
        };
    }
}
