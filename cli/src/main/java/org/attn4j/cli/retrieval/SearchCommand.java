package org.attn4j.cli.retrieval;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.common.Require;
import org.attn4j.retrieval.Hit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code search}: passages that fit a query, or how well many queries find theirs. */
@Command(
        name = "search",
        description = {
            "Searches in what 'index' made: a line for each passage, with its score, where it is"
                    + " from, and how it begins.",
            "With --queries and --qrels, the means of retrieval metrics over all queries that have a"
                    + " relevant document; a document ranks with its best passage."
        })
public final class SearchCommand implements Callable<Integer> {

    private static final int USUAL_HITS = 10;

    @Mixin private CommonOptions common;
    @Mixin private RetrievalOptions options;

    @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of the index.")
    private Path index;

    @Parameters(index = "1..*", paramLabel = "QUERY", description = "One or several queries.")
    private List<String> queries = new ArrayList<>();

    @Option(
            names = "--queries",
            paramLabel = "FILE",
            description =
                    "Queries as JSON lines or TSV with a header: _id, id or query_id, and text, query"
                            + " or question.")
    private Path queryFile;

    @Option(
            names = "--qrels",
            paramLabel = "FILE",
            description =
                    "Which documents are relevant, as TSV with a header or JSON lines: query-id,"
                            + " query_id or id; corpus-id, doc_id or passage; score, relevant or"
                            + " relevance (default: 1).")
    private Path qrels;

    @Option(
            names = "--metrics",
            paramLabel = "NAMES",
            split = ",",
            description =
                    "Which means: accuracy, precision and recall @1, @3, @5 and @10, mrr@10, ndcg@10,"
                            + " map@100 (default: ${DEFAULT-VALUE}).",
            defaultValue = "ndcg@10,recall@10")
    private List<String> metrics;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        options.check();
        boolean evaluates = queryFile != null;
        Require.that(
                evaluates == (qrels != null) && evaluates == queries.isEmpty(),
                "search takes a query, or --queries and --qrels");
        Retriever.requireWords(queries);
        LuceneLog.silence(common.isVerbose());
        PrintWriter out = spec.commandLine().getOut();
        RetrievalEvaluation evaluation =
                evaluates ? RetrievalEvaluation.read(queryFile, qrels, metrics) : null;
        try (Retriever retriever = Retriever.open(index, options, spec.commandLine().getErr())) {
            if (evaluates) {
                print(evaluation.scores(retriever), evaluation.size(), retriever, out);
            } else {
                search(retriever, out);
            }
        }
        return ExitCode.DONE;
    }

    private void search(Retriever retriever, PrintWriter out) throws IOException {
        Json.Elements documents = new Json.Elements(out);
        List<List<Hit>> found = retriever.find(queries, options.topK(USUAL_HITS));
        for (int i = 0; i < queries.size(); i++) {
            if (json) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("query", queries.get(i));
                document.put("scoredBy", retriever.scoreName());
                document.put("hits", found.get(i).stream().map(Sources::document).toList());
                documents.add(document);
            } else {
                found.get(i).forEach(it -> out.println(line(it)));
            }
        }
        if (json) {
            documents.end();
        }
    }

    private static String line(Hit hit) {
        return String.format(
                Locale.ROOT,
                "%.4f\t%s\t%s",
                hit.score(),
                Sources.shown(hit.passage()),
                Sources.snippet(hit.passage()));
    }

    private void print(
            Map<String, Double> scores, int count, Retriever retriever, PrintWriter out) {
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("queries", count);
            document.put("scoredBy", retriever.scoreName());
            document.put("metrics", scores);
            out.println(Json.pretty(document));
        } else {
            scores.forEach(
                    (name, value) ->
                            out.println(String.format(Locale.ROOT, "%s\t%.4f", name, value)));
        }
    }
}
