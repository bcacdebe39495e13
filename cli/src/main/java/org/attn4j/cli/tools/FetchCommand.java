package org.attn4j.cli.tools;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.maven.MavenModels;
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
        description = {
            "Fetches a model from the Hugging Face Hub, or from Maven, and prints its folder in the cache.",
            "The NAME of maven:NAME is one of all-MiniLM-L6-v2, bge-small-en-v1.5, bge-small-zh-v1.5 and"
                    + " e5-small-v2, which langchain4j's artifacts hold. They come from the mirror in"
                    + " ~/.m2/settings.xml, or from the repository ATTN4J_MAVEN_REPOSITORY."
        })
public final class FetchCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Parameters(
            paramLabel = "MODEL",
            description = "organisation/name, organisation/name@revision, or maven:NAME.")
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
        Path folder;
        try (Progress progress = Progress.ofBytes(spec.commandLine().getErr())) {
            folder = MavenModels.isName(model) ? fromMaven(progress) : fromHub(progress);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("--bundle " + bundle + ": " + e.getReason(), e);
        }
        spec.commandLine().getOut().println(folder);
        return ExitCode.DONE;
    }

    private Path fromMaven(Progress progress) throws IOException {
        MavenModels models = MavenModels.fromEnvironment(progress);
        return bundle == null ? models.folder(model) : models.bundle(model, bundle);
    }

    private Path fromHub(Progress progress) throws IOException {
        HubModel name = HubModel.parse(model);
        Hub hub = new Hub(HubSettings.fromEnvironment(), progress);
        return bundle == null ? hub.model(name) : hub.bundle(name, bundle);
    }
}
