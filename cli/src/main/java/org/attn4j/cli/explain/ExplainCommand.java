package org.attn4j.cli.explain;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.report.Report;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: a mechanism, worked through step by step on real numbers. */
@Command(
        name = "explain",
        description = {
            "Works an attention mechanism through step by step, on numbers that its own block computes.",
            "There is a lesson for each of 'mechanisms', multi-head unless one is named, and pages that"
                    + " compare: why, scaling, masked-self, cross and architectures. --list shows all."
        },
        footer = {
            "",
            "  attn4j explain \"the cat sat\"",
            "  attn4j explain additive \"the cat sat\" \"le chat\" --html additive.html",
            "  attn4j explain masked-self \"the cat sat on the mat\" --d-model 8 --heads 2"
        })
public final class ExplainCommand implements Callable<Integer> {

    private static final String USUAL = "multi-head";
    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(
            arity = "0..3",
            paramLabel = "[MECHANISM] [TEXT [TARGET]]",
            hideParamSyntax = true,
            description = {
                "The lesson, the text (default: a short one), and for mechanisms that look from",
                "one text at another the second text, which looks."
            })
    private List<String> words = List.of();

    @Option(
            names = "--d-model",
            paramLabel = "D",
            description = "Features of a word, from 2 to 16 (default: 4 in most lessons).")
    private Integer modelSize;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Heads, of a mechanism that has them (default: 2 in most lessons).")
    private Integer heads;

    @Option(names = "--causal", description = "A word sees itself and those before it alone.")
    private boolean causal;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Draws embeddings and weights (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int seed;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Writes a page that opens offline, in place of the text.")
    private Path html;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(names = "--list", description = "Lists the lessons.")
    private boolean list;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            printList(out);
            return ExitCode.DONE;
        }
        Require.that(
                html == null || !json, "--html writes a page and --json prints: give one of them");
        OutputFile.of("--html", html, ".html");
        Asked asked = asked();
        refuse(asked);
        EngineOptions.Chosen chosen = engine.open();
        try (NDManager manager = chosen.newManager()) {
            show(asked.lesson().explain(setting(asked, manager)), out);
        }
        return ExitCode.DONE;
    }

    private static void printList(PrintWriter out) {
        List<Lesson> all = Lessons.all();
        int width = all.stream().mapToInt(lesson -> lesson.name().length()).max().orElse(0);
        for (Lesson lesson : all) {
            out.printf("%-" + width + "s  %s%n", lesson.name(), lesson.summary());
        }
    }

    /** A lesson, and the texts that were given, null for none. */
    private record Asked(Lesson lesson, String text, String target) {}

    private Asked asked() {
        boolean named =
                !words.isEmpty()
                        && words.get(0).length() <= Setting.LONGEST_TOKEN // of a name, too
                        && (Lessons.isKnown(words.get(0))
                                || !SPACES.matcher(words.get(0).strip()).find());
        Lesson lesson = Lessons.named(named ? words.get(0) : USUAL);
        List<String> texts = named ? words.subList(1, words.size()) : words;
        Require.that(
                texts.size() <= 2,
                "explain takes a lesson, a text and a second text: put each text in quotes, got %s",
                words);
        return new Asked(
                lesson,
                texts.isEmpty() ? null : texts.get(0),
                texts.size() < 2 ? null : texts.get(1));
    }

    /** Nothing that was given goes unused in silence. */
    private void refuse(Asked asked) {
        Set<Lesson.Choice> given = EnumSet.noneOf(Lesson.Choice.class);
        add(given, asked.text() != null, Lesson.Choice.TEXT);
        add(given, asked.target() != null, Lesson.Choice.TARGET);
        add(given, modelSize != null, Lesson.Choice.D_MODEL);
        add(given, heads != null, Lesson.Choice.HEADS);
        add(given, causal, Lesson.Choice.CAUSAL);
        Set<Lesson.Choice> taken = asked.lesson().choices();
        for (Lesson.Choice choice : given) {
            Require.that(
                    taken.contains(choice),
                    "explain %s has no use for %s: leave it out",
                    asked.lesson().name(),
                    choice.spoken());
        }
    }

    private static void add(Set<Lesson.Choice> given, boolean is, Lesson.Choice choice) {
        if (is) {
            given.add(choice);
        }
    }

    private Setting setting(Asked asked, NDManager manager) {
        int size = modelSize == null ? asked.lesson().usualSize() : modelSize;
        return new Setting(
                tokens(asked.text() == null ? asked.lesson().usualText() : asked.text()),
                asked.target() == null ? null : tokens(asked.target()),
                size,
                heads == null ? usualHeads(asked.lesson(), size) : heads,
                causal,
                seed,
                manager);
    }

    /** As many heads as usual, or fewer if the size cannot be divided by them. */
    private static int usualHeads(Lesson lesson, int size) {
        int most = lesson.choices().contains(Lesson.Choice.HEADS) ? lesson.usualHeads() : 1;
        return IntStream.of(most, Math.min(most, 2))
                .filter(count -> size % count == 0)
                .findFirst()
                .orElse(1);
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>(List.of(SPACES.split(text)));
        tokens.removeIf(String::isEmpty);
        return tokens;
    }

    private void show(Explanation explanation, PrintWriter out) throws IOException {
        if (html != null) {
            Report page = new Report(explanation.title(), List.copyOf(explanation.steps()));
            AtomicFile.writeString(html, page.toHtml());
            out.println(html);
        } else if (json) {
            out.println(Json.pretty(explanation));
        } else {
            new TerminalPage(out).print(explanation);
        }
    }
}
