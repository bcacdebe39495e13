package org.attn4j.cli.model;

import java.io.IOException;
import java.util.List;
import java.util.StringJoiner;
import org.attn4j.cli.option.EmbedOptions;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code embed}: vectors of texts. */
@Command(
        name = "embed",
        description = "Embeds texts as sentence-transformers does: a line of numbers for each.")
public final class EmbedCommand extends TaskCommand {

    @Mixin private EmbedOptions options;

    public EmbedCommand() {
        super(Task.TEXT_EMBEDDING);
    }

    @Override
    void checkOptions() {
        options.check();
    }

    @Override
    Job open(TaskModel model) throws IOException {
        TextEmbedder embedder = options.embedder(model);
        return (texts, readings) ->
                results(
                        texts,
                        options.embed(embedder, texts),
                        readings,
                        (document, text, vector) -> {
                            document.put("embedding", vector);
                            return List.of(line(vector));
                        });
    }

    private static String line(float[] vector) {
        StringJoiner line = new StringJoiner(" ");
        for (float value : vector) {
            line.add(Float.toString(value));
        }
        return line.toString();
    }
}
