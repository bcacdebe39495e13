package org.attn4j.cli.model;

import java.io.IOException;
import org.attn4j.cli.io.TextInput;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code summarize}: the short of long texts. */
@Command(
        name = "summarize",
        description = {
            "Summarizes texts with a model such as BART or T5.",
            "Each text given and each file is one; without any, standard input is. Uses the settings"
                    + " that the model has for this task; what is longer than the model reads is cut"
                    + " off, and standard error tells where."
        })
public final class SummarizeCommand extends GeneratingCommand {

    @Mixin private TextInput input;

    @Override
    void feed(TextInput.Consumer consumer) throws IOException {
        consumer.accept(input.whole().stream().map(String::strip).toList());
    }

    @Override
    void prepare(GenerationRequest.Builder request) {
        request.optTask("summarization").optTruncate(true);
    }

    @Override
    void check(TextGenerator generator) {
        if (!generator.isEncoderDecoder()) {
            throw new IllegalArgumentException(
                    generator.model().model().architecture()
                            + " goes on with a text rather than summarize it: use generate");
        }
    }

    @Override
    TextInput input() {
        return input;
    }
}
