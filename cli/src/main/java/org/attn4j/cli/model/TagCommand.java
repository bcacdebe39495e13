package org.attn4j.cli.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.task.Aggregation;
import org.attn4j.models.task.Entity;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TokenTagger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tag}: the classes of the tokens of texts, such as names of people and positions. */
@Command(
        name = "tag",
        description = {
            "Tags the tokens, words or names of texts.",
            "A line for each, with its probability, its class, where it begins and ends, and what it"
                    + " is. An empty line follows each text."
        })
public final class TagCommand extends TaskCommand {

    @Option(
            names = "--aggregation",
            paramLabel = "NAME",
            description =
                    "none: every token; simple: neighbours of one class together; first, average,"
                            + " max: whole words, by their first, mean or surest token"
                            + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "simple")
    private String aggregation;

    @Option(
            names = "--ignore",
            paramLabel = "CLASS",
            split = ",",
            description = "Classes that are left out (default: O).")
    private List<String> ignored = List.of(TokenTagger.OUTSIDE);

    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "Reads texts that are too long in parts that share N tokens (default: cuts"
                            + " them, and says which).")
    private int stride = -1;

    public TagCommand() {
        super(Task.TOKEN_CLASSIFICATION);
    }

    @Override
    void checkOptions() {
        Require.that(
                stride < 0 || Aggregation.of(aggregation) != Aggregation.NONE,
                "--stride needs an --aggregation other than none");
    }

    @Override
    Job open(TaskModel model) {
        TokenTagger tagger =
                new TokenTagger(model, Aggregation.of(aggregation), Set.copyOf(ignored), stride);
        return (texts, readings) ->
                results(texts, tagger.outcomes(texts), readings, TagCommand::shown);
    }

    private static List<String> shown(
            Map<String, Object> document, String text, List<Entity> entities) {
        document.put("entities", entities);
        List<String> lines = new ArrayList<>();
        for (Entity each : entities) {
            lines.add(
                    "%s\t%s\t%s-%s\t%s"
                            .formatted(
                                    number(each.score()),
                                    each.label(),
                                    each.start(),
                                    each.end(),
                                    cell(each.word().strip())));
        }
        lines.add("");
        return lines;
    }
}
