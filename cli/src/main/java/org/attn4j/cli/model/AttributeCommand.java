package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;
import org.attn4j.common.Require;
import org.attn4j.models.attribution.Attribution;
import org.attn4j.models.attribution.AttributionMethod;
import org.attn4j.models.attribution.AttributionTarget;
import org.attn4j.models.attribution.Attributor;
import org.attn4j.models.attribution.ScoredText;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TextPair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code attribute}: what a prediction rests on. */
@Command(
        name = "attribute",
        description = {
            "Tells which tokens of a text a prediction rests on.",
            "For classifiers, masked and causal language models: the prediction, then a line for"
                    + " each token with its score, a bar and the token. For encoder-decoders: a row"
                    + " for each token that is written, a column for each that is read. --words joins"
                    + " what is read to words.",
            "What is shared out is the logit of a class, or the natural logarithm of a token's"
                    + " probability; + speaks for it and - against it. Shares of rollout and norms"
                    + " have no sign."
        })
public final class AttributeCommand implements Callable<Integer> {

    private static final int BAR = 20;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;

    @Parameters(
            arity = "1..2",
            paramLabel = "TEXT",
            description =
                    "The text; for an encoder-decoder maybe what it is to have written (default:"
                            + " what it writes).")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--pair",
            paramLabel = "TEXT",
            description = "The second text of a pair, for models that read pairs.")
    private String pair;

    @Option(
            names = "--target",
            paramLabel = "CLASS|TOKEN",
            description =
                    "A class by its name or number, or a token: of the masks, the next one, or the"
                            + " first that is written (default: what the model predicts).")
    private String target;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "integrated-gradients; gradient: gradient times input; gradient-norm; rollout:"
                            + " attention alone (default: ${DEFAULT-VALUE}).",
            defaultValue = "integrated-gradients")
    private String method;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "Points between baseline and text, for integrated-gradients (default: "
                            + Attributor.STEPS
                            + ").")
    private Integer steps;

    @Option(
            names = "--words",
            description =
                    "Joins the tokens that are read to words, with the sum of their scores; special"
                            + " tokens stay.")
    private boolean words;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Writes a page, too.")
    private Path html;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        OutputFile.of("--html", html, ".html");
        AttributionMethod how = AttributionMethod.of(method);
        checkOptions(how);
        Path folder = model.folder(spec.commandLine().getErr());
        Task task = Task.of(ModelDirectory.open(folder).config());
        try (NDManager manager = model.newManager();
                TaskModel loaded = TaskModel.load(task, folder, model.loader(manager))) {
            Attributor attributor =
                    new Attributor(loaded, how, steps == null ? Attributor.STEPS : steps);
            List<Attribution> attributions =
                    texts.size() == 1
                            ? attributor.attribute(new TextPair(texts.get(0), pair), target)
                            : attributor.attributeWritten(texts.get(0), texts.get(1));
            String blank =
                    attributor.baselineId().isEmpty()
                            ? "zeros"
                            : loaded.tokenizer().token(attributor.baselineId().getAsInt());
            print(attributions, attributor.isEncoderDecoder(), blank);
            if (html != null) {
                AtomicFile.writeString(html, page(attributions, blank).toHtml());
            }
        }
        return ExitCode.DONE;
    }

    private void checkOptions(AttributionMethod how) {
        Require.that(
                steps == null || how == AttributionMethod.INTEGRATED_GRADIENTS,
                "--steps goes with --method integrated-gradients, got --method %s",
                how);
        Require.that(
                target == null || how != AttributionMethod.ROLLOUT,
                "rollout is the same whatever is predicted: leave out --target");
        Require.that(
                texts.size() == 1 || target == null && pair == null,
                "a second text is what the model is to have written: --target and --pair do not go"
                        + " with it");
    }

    private void print(List<Attribution> attributions, boolean matrix, String blank) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.pretty(attributions.stream().map(this::document).toList()));
        } else if (matrix) {
            matrix(attributions).forEach(out::println);
        } else {
            for (Attribution each : attributions) {
                out.println(headline(each, blank));
                lines(each).forEach(out::println);
            }
        }
        out.flush();
    }

    private Map<String, Object> document(Attribution each) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("text", texts.get(0));
        if (pair != null) {
            document.put("pair", pair);
        }
        document.put("method", each.method().toString());
        document.put("target", target(each.target()));
        if (each.baseline().isPresent()) {
            document.put("baseline", each.baseline().getAsDouble());
            document.put("gap", each.gap().getAsDouble());
        }
        document.put(
                words ? "words" : "tokens", scored(each).stream().map(this::document).toList());
        return document;
    }

    /** What was read, token by token or word by word. */
    private List<ScoredText> scored(Attribution each) {
        return words ? each.scoredWords(new TextPair(texts.get(0), pair)) : each.scoredTokens();
    }

    private static Map<String, Object> target(AttributionTarget target) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(target.isClass() ? "class" : "token", target.name());
        document.put("id", target.id());
        if (!target.isClass()) {
            document.put("position", target.position());
        }
        document.put(target.isClass() ? "logit" : "logProbability", target.value());
        return document;
    }

    private Map<String, Object> document(ScoredText scored) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(words ? "word" : "token", scored.text());
        document.put("start", scored.start());
        document.put("end", scored.end());
        document.put("sequence", scored.sequence());
        document.put("special", scored.special());
        document.put("score", scored.score());
        return document;
    }

    /** A row for each token that is written, a column for each that is read. */
    private List<String> matrix(List<Attribution> attributions) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "\t"
                        + scored(attributions.get(0)).stream()
                                .map(it -> TaskCommand.cell(it.text()))
                                .collect(tabs()));
        for (Attribution each : attributions) {
            lines.add(
                    TaskCommand.cell(each.target().name())
                            + "\t"
                            + scored(each).stream()
                                    .map(it -> number(each.method(), it.score()))
                                    .collect(tabs()));
        }
        return lines;
    }

    private static Collector<CharSequence, ?, String> tabs() {
        return Collectors.joining("\t");
    }

    private List<String> lines(Attribution each) {
        List<ScoredText> all = scored(each);
        double most = all.stream().mapToDouble(it -> Math.abs(it.score())).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (ScoredText scored : all) {
            double score = scored.score();
            int length = most == 0 ? 0 : (int) Math.round(BAR * Math.abs(score) / most);
            String bar = (score < 0 ? "-" : "+").repeat(length);
            lines.add(
                    "%s\t%s\t%s"
                            .formatted(
                                    number(each.method(), score),
                                    bar + " ".repeat(BAR - length),
                                    TaskCommand.cell(scored.text())));
        }
        return lines;
    }

    private static String number(AttributionMethod method, double score) {
        return String.format(Locale.ROOT, method.isSigned() ? "%+.4f" : "%.4f", score);
    }

    /** What was predicted, and what integrated gradients compare it with. */
    private static String headline(Attribution each, String blank) {
        AttributionTarget target = each.target();
        String predicted =
                target.isClass()
                        ? "%s (class %s): logit %s"
                                .formatted(target.name(), target.id(), number(target.value()))
                        : "%s at position %s: log-probability %s"
                                .formatted(
                                        target.name(), target.position(), number(target.value()));
        return each.baseline().isEmpty()
                ? predicted
                : predicted
                        + "; with %s in place of the tokens %s; the scores add up to the difference but for %s"
                                .formatted(
                                        blank,
                                        number(each.baseline().getAsDouble()),
                                        number(each.gap().getAsDouble()));
    }

    private static String number(double value) {
        return TaskCommand.number(value);
    }

    private Report page(List<Attribution> attributions, String blank) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", model.recorded());
        facts.put("text", texts.get(0));
        if (pair != null) {
            facts.put("pair", pair);
        }
        facts.put("method", attributions.get(0).method().toString());
        List<Section> sections = new ArrayList<>();
        sections.add(new Section.Facts("", facts));
        for (Attribution each : attributions) {
            List<ScoredText> scored = scored(each);
            sections.add(
                    new Section.Scores(
                            each.target().name(),
                            headline(each, blank),
                            scored.stream().map(ScoredText::text).toList(),
                            scored.stream().mapToDouble(ScoredText::score).toArray()));
        }
        return new Report("What the prediction rests on", sections);
    }
}
