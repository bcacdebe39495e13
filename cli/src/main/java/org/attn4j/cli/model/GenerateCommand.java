package org.attn4j.cli.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.io.TextInput;
import org.attn4j.common.Require;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: goes on with prompts, or turns texts into others. */
@Command(
        name = "generate",
        description = {
            "Goes on with prompts, or turns texts into others with a model that has an encoder.",
            "Prints the prompt with what follows it, searching or drawing as the model's"
                    + " generation_config.json and the options say, which have the names of"
                    + " transformers' generate. A text may have several lines: --json tells where"
                    + " each ends."
        })
public final class GenerateCommand extends GeneratingCommand {

    @Mixin private TextInput input;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "A prompt; may be given several times.")
    private List<String> prompts = new ArrayList<>();

    @Option(
            names = "--truncate",
            description =
                    "Cuts texts that are too long for a model with an encoder, and says which.")
    private boolean truncate;

    @Option(names = "--stream", description = "Shows text as it is written, with one beam.")
    private boolean stream;

    @Option(names = "--only-new", description = "Leaves the prompt out of what is printed.")
    private boolean onlyNew;

    @Override
    void checkOptions(boolean asJson) {
        Require.that(!stream || !asJson, "--stream and --json exclude each other: leave one");
    }

    @Override
    boolean streams() {
        return stream;
    }

    @Override
    TextInput input() {
        return input;
    }

    @Override
    void prepare(GenerationRequest.Builder request) {
        request.optTruncate(truncate);
    }

    @Override
    void feed(TextInput.Consumer consumer) throws IOException {
        input.arguments(prompts, consumer);
        if (prompts.isEmpty() || input.isGiven()) {
            input.forEach(consumer);
        }
    }

    @Override
    String shownBefore(TextGenerator generator, String text) {
        return onlyNew || generator.isEncoderDecoder() ? "" : text;
    }
}
