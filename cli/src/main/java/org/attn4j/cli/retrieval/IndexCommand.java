package org.attn4j.cli.retrieval;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EmbedOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.retrieval.Chunker;
import org.attn4j.retrieval.IndexReport;
import org.attn4j.retrieval.IndexSettings;
import org.attn4j.retrieval.Indexer;
import org.attn4j.retrieval.ModelIdentity;
import org.attn4j.retrieval.PassageWriter;
import org.attn4j.retrieval.Quantization;
import org.attn4j.retrieval.WordAnalysis;
import org.attn4j.retrieval.document.DocumentFiles;
import org.attn4j.retrieval.document.RecordFields;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code index}: documents to search in. */
@Command(
        name = "index",
        description = {
            "Indexes documents for 'search' and 'ask': cuts them into passages, embeds these, and"
                    + " keeps vectors and words.",
            "Reads text, Markdown, HTML, PDF, JSON lines and TSV with a header (of which each line"
                    + " is a document), and all of these in folders. Given the same --out again, it"
                    + " goes on where it was, passes over what has not changed and replaces what has."
        })
public final class IndexCommand implements Callable<Integer> {

    private static final int USUAL_TOKENS = 256;
    private static final int USUAL_OVERLAP = 32;

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;
    @Mixin private EmbedOptions embedding;

    @Parameters(arity = "1..*", paramLabel = "DOCS", description = "Files and folders.")
    private List<Path> documents;

    @Option(
            names = "--out",
            paramLabel = "INDEX",
            required = true,
            description = "The folder of the index, made or gone on with.")
    private Path out;

    @Option(
            names = "--query-prompt",
            paramLabel = "TEXT",
            description =
                    "What 'search' puts before queries (default: the model's prompt named query, or"
                            + " its usual one). --prompt is put before passages (default: the model's"
                            + " prompt named document, passage or corpus, or its usual one).")
    private String queryPrompt;

    @Option(
            names = "--chunk-tokens",
            paramLabel = "N",
            description =
                    "The most tokens of a passage (default: what the model reads, at most 256).")
    private Integer chunkTokens;

    @Option(
            names = "--overlap",
            paramLabel = "N",
            description =
                    "The most tokens that neighbouring passages share (default: 32, or an eighth of"
                            + " small passages).")
    private Integer overlap;

    @Option(
            names = "--with-title",
            description = "Puts a document's title before each of its passages.")
    private boolean withTitle;

    @Option(
            names = "--quantize",
            paramLabel = "KIND",
            description = "int8: vectors as bytes, in a quarter of the memory (default: none).",
            defaultValue = "none")
    private Quantization quantization;

    @Option(
            names = "--words",
            paramLabel = "NAME",
            description =
                    "How BM25 finds words: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "english")
    private WordAnalysis words;

    @Option(
            names = "--id-field",
            paramLabel = "NAME",
            description = "The id of a record in JSON lines and TSV (default: _id or id).")
    private String idField;

    @Option(
            names = "--title-field",
            paramLabel = "NAME",
            description = "Its title (default: title).")
    private String titleField;

    @Option(names = "--text-field", paramLabel = "NAME", description = "Its text (default: text).")
    private String textField;

    @Option(
            names = "--prune",
            description = "Takes documents out of the index that are in none of DOCS.")
    private boolean prune;

    @Option(names = "--json", description = "Prints one JSON document of what was done.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        embedding.check();
        Require.atLeast("--chunk-tokens", chunkTokens == null ? 1 : chunkTokens, 1);
        Require.atLeast("--overlap", overlap == null ? 0 : overlap, 0);
        PrintWriter err = spec.commandLine().getErr();
        LuceneLog.silence(common.isVerbose());
        DocumentFiles files = DocumentFiles.of(documents);
        files.leftOut().forEach(it -> err.println("attn4j: " + it));
        Path folder = model.folder(err);
        IndexReport report;
        try (NDManager manager = model.newManager();
                TaskModel loaded =
                        TaskModel.load(Task.TEXT_EMBEDDING, folder, model.loader(manager))) {
            TextEmbedder asked = embedding.embedder(loaded);
            TextEmbedder embedder = embedding.hasPrompt() ? asked : Prompts.forDocuments(asked);
            IndexSettings settings = settings(folder, loaded, embedder);
            Chunker chunker =
                    Chunker.of(loaded.tokenizer(), settings.chunkTokens(), settings.overlap());
            try (Progress progress = new Progress(err, "files");
                    PassageWriter writer = PassageWriter.open(out, settings)) {
                progress.reset("indexing", files.files().size());
                Indexer indexer =
                        new Indexer(
                                writer,
                                settings,
                                chunker,
                                texts -> embedding.embed(embedder, texts),
                                done -> progress.update(done.files(), counts(done)));
                report = indexer.index(files, fields(), prune);
            }
        }
        report.problems().forEach(it -> err.println("attn4j: " + it));
        print(report, files.otherFiles());
        return report.problems().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private IndexSettings settings(Path folder, TaskModel loaded, TextEmbedder embedder)
            throws IOException {
        OptionalInt room = embedder.roomForText();
        int most = room.orElse(Integer.MAX_VALUE);
        int tokens = chunkTokens == null ? Math.min(most, USUAL_TOKENS) : chunkTokens;
        Require.that(
                tokens <= most,
                "--chunk-tokens must be at most %s, which is what the model reads beside its special"
                        + " tokens and the prompt, got %s",
                most,
                tokens);
        int shared = overlap == null ? Math.min(USUAL_OVERLAP, tokens / 8) : overlap;
        Require.that(
                shared < tokens,
                "--overlap must be below the tokens of a passage, got %s of %s",
                shared,
                tokens);
        ModelIdentity identity =
                new ModelIdentity(
                        model.recorded(),
                        model.adapter() == null ? "" : model.adapter().toString(),
                        ModelIdentity.digest(folder, model.adapter()),
                        embedding.pooling(),
                        embedding.isNormalized(),
                        embedder.prompt(),
                        queryPrompt == null
                                ? Prompts.forQueries(new TextEmbedder(loaded)).prompt()
                                : queryPrompt,
                        embedder.embed("a").length,
                        embedder.similarity());
        return new IndexSettings(identity, tokens, shared, withTitle, quantization, words);
    }

    private static String counts(IndexReport done) {
        return String.format(
                Locale.ROOT,
                "%,d documents, %,d passages, %,d unchanged",
                done.added() + done.replaced(),
                done.passages(),
                done.unchanged());
    }

    private RecordFields fields() {
        RecordFields usual = RecordFields.DEFAULT;
        return new RecordFields(
                idField == null ? usual.id() : List.of(idField),
                titleField == null ? usual.title() : List.of(titleField),
                textField == null ? usual.text() : List.of(textField));
    }

    private void print(IndexReport report, int otherFiles) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("index", this.out.toString());
            document.put("added", report.added());
            document.put("replaced", report.replaced());
            document.put("unchanged", report.unchanged());
            document.put("removed", report.removed());
            document.put("withoutText", report.empty());
            document.put("passages", report.passages());
            document.put("otherFiles", otherFiles);
            document.put("problems", report.problems());
            out.println(Json.pretty(document));
            return;
        }
        out.println(
                String.format(
                        Locale.ROOT,
                        "%s: %,d documents added, %,d replaced, %,d unchanged, %,d removed; %,d"
                                + " passages embedded",
                        this.out,
                        report.added(),
                        report.replaced(),
                        report.unchanged(),
                        report.removed(),
                        report.passages()));
        if (report.empty() > 0) {
            out.println(report.empty() + " documents have no text");
        }
        if (otherFiles > 0) {
            out.println(otherFiles + " files of other formats were passed over");
        }
    }
}
