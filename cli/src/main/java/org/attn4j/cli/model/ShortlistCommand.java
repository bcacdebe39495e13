package org.attn4j.cli.model;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.NamedModel;
import org.attn4j.common.Require;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.generate.shortlist.IbmModel1;
import org.attn4j.models.generate.shortlist.LexicalTable;
import org.attn4j.models.task.LexicalTableFile;
import org.attn4j.models.tokenizer.ModelTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code shortlist}: learns how a model's tokens translate, for {@code translate --shortlist}. */
@Command(
        name = "shortlist",
        description = {
            "Learns from parallel text which tokens translate which, for 'translate --shortlist'.",
            "By IBM model 1, over the tokens of the model. The same text gives the same table, in the"
                    + " format of Marian's lex.s2t."
        })
public final class ShortlistCommand implements Callable<Integer> {

    private static final int MOST_TOKENS = 512; // of a side: pairs of them are counted

    @Mixin private CommonOptions common;
    @Mixin private NamedModel model;

    @Option(
            names = "--source",
            required = true,
            paramLabel = "FILE",
            description = "Texts, one a line, plain or gzip.")
    private Path source;

    @Option(
            names = "--target",
            required = true,
            paramLabel = "FILE",
            description = "Their translations, one a line.")
    private Path target;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The table to write; compressed if its name ends in .gz.")
    private Path out;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "Learns from the first N pairs of lines (default: 1000000).")
    private int mostPairs = 1_000_000;

    @Option(
            names = "--best",
            paramLabel = "M",
            description = "How many translations of a token are written (default: 100).")
    private int best = 100;

    @Option(
            names = "--frequent",
            paramLabel = "N",
            description = "How many of the most frequent tokens are written (default: 1000).")
    private int frequent = 1000;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description =
                    "Iterations of the learning (default: " + IbmModel1.USUAL_ITERATIONS + ").")
    private int iterations = IbmModel1.USUAL_ITERATIONS;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Require.atLeast("--pairs", mostPairs, 1);
        Require.atLeast("--best", best, 1);
        Require.atLeast("--frequent", frequent, 0);
        Require.atLeast("--iterations", iterations, 1);
        OutputFile.of("--out", out, "");
        PrintWriter err = spec.commandLine().getErr();
        try (ModelTokenizer tokenizer = ModelTokenizer.load(model.folder(err))) {
            List<int[]> sources = new ArrayList<>();
            List<int[]> targets = new ArrayList<>();
            AlignedFiles files = AlignedFiles.of(source, target);
            try (Stream<SentencePair> pairs = files.open()) {
                Iterator<SentencePair> each = pairs.limit(mostPairs).iterator();
                while (each.hasNext()) {
                    SentencePair pair = each.next();
                    int[] from = tokenizer.ids(pair.source());
                    int[] to = tokenizer.targetIds(pair.target());
                    if (from.length <= MOST_TOKENS && to.length <= MOST_TOKENS) {
                        sources.add(from);
                        targets.add(to);
                    }
                }
            }
            Require.that(
                    sources.stream().anyMatch(ids -> ids.length > 0),
                    "%s has no text to learn from",
                    files.name());
            LexicalTable table = IbmModel1.train(sources, targets, iterations, frequent, best);
            LexicalTableFile.write(table, tokenizer, out);
            spec.commandLine().getOut().printf("%s: from %s pairs of texts%n", out, sources.size());
        }
        return ExitCode.DONE;
    }
}
