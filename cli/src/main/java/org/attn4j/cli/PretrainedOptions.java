package org.attn4j.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.checkpoint.hub.HubModel;
import org.attn4j.models.checkpoint.hub.HubSettings;
import org.attn4j.models.model.Pretrained;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every verb that uses a published model. */
final class PretrainedOptions {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description =
                    "A folder with config.json, weights and tokenizer, or org/name[@revision] of"
                            + " the Hub, which is fetched into the cache unless it is there.")
    private String model;

    @Mixin private UnknownSettingsOption unknownSettings;

    @Mixin private EngineOptions engine;

    /** The model's folder, fetched if it must be. */
    Path folder(PrintWriter err) throws IOException {
        Path path = Path.of(model);
        if (Files.exists(path) || !HubModel.isName(model)) {
            return path;
        }
        Hub hub = new Hub(HubSettings.fromEnvironment(), FetchCommand.progress(err));
        return hub.model(HubModel.parse(model));
    }

    /** The chosen engine, loaded. */
    EngineOptions.Chosen open() {
        return engine.open();
    }

    /** A manager on the chosen engine and device. */
    NDManager newManager() {
        return engine.open().newManager();
    }

    /** How a model is loaded onto a manager. */
    Pretrained.Loader loader(NDManager manager) {
        return unknownSettings.loader().optManager(manager);
    }
}
