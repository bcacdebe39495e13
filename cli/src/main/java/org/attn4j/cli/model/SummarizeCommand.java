package org.attn4j.cli.model;

import java.io.IOException;
import org.attn4j.cli.io.TextInput;
import org.attn4j.common.Require;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code summarize}: the short of long texts. */
@Command(
        name = "summarize",
        description = {
            "Summarizes texts with a model such as BART or T5, or with one that was taught to go on"
                    + " with a summary.",
            "Each text given and each file is one; without any, standard input is. Uses the settings"
                    + " that the model has for this task; what is longer than the model reads is cut"
                    + " off, and standard error tells where."
        })
public final class SummarizeCommand extends GeneratingCommand {

    private static final String TEXT = "{text}";

    @Mixin private TextInput input;

    @Option(
            names = "--template",
            paramLabel = "PROMPT",
            defaultValue = "{text}\nTL;DR:",
            description =
                    "What a model without an encoder goes on with, {text} for the text (default:"
                            + " the text, a new line and TL;DR:).")
    private String template;

    private boolean continues;

    @Override
    void feed(TextInput.Consumer consumer) throws IOException {
        consumer.accept(
                input.whole().stream()
                        .map(String::strip)
                        .map(
                                text ->
                                        continues
                                                ? template.replace("\\n", "\n").replace(TEXT, text)
                                                : text)
                        .toList());
    }

    @Override
    void prepare(GenerationRequest.Builder request) {
        request.optTask("summarization").optTruncate(!continues);
    }

    @Override
    void check(TextGenerator generator) {
        continues = !generator.isEncoderDecoder();
        Require.that(template.contains(TEXT), "--template must hold {text}, got '%s'", template);
    }

    @Override
    TextInput input() {
        return input;
    }
}
