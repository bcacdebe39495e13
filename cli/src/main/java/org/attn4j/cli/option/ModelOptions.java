package org.attn4j.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every verb that uses a trained model. */
public final class ModelOptions {

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "The model directory: what 'train' wrote to --out.")
    private Path directory;

    @Mixin private EngineOptions engine;

    public Path directory() {
        return directory;
    }

    public LoadedModel load() throws IOException {
        return LoadedModel.load(directory, engine.open());
    }
}
