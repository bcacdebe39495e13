package org.attn4j.cli.retrieval;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.attn4j.cli.option.EmbedOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.retrieval.Hit;
import org.attn4j.retrieval.ModelIdentity;
import org.attn4j.retrieval.PassageIndex;

/** Looks for passages as the options say, with the models that this takes. */
final class Retriever implements AutoCloseable {

    private final RetrievalOptions options;
    private final PrintWriter err;
    private final PassageIndex index;
    private NDManager manager; // null until a model is loaded
    private TaskModel model; // null for words alone
    private EmbedOptions embedding;
    private TextEmbedder embedder;
    private PairScorer reranker; // null without

    private Retriever(RetrievalOptions options, PrintWriter err, PassageIndex index) {
        this.options = options;
        this.err = err;
        this.index = index;
    }

    static Retriever open(Path folder, RetrievalOptions options, PrintWriter err)
            throws IOException {
        Retriever retriever = new Retriever(options, err, PassageIndex.open(folder));
        try {
            if (options.mode() != SearchMode.BM25) {
                retriever.loadModel(folder);
            }
            if (options.reranker() != null) {
                Path of = ModelOptions.folder(options.reranker(), err);
                retriever.reranker = PairScorer.load(of, options.loader(retriever.manager()));
            }
            return retriever;
        } catch (IOException | RuntimeException e) {
            retriever.close();
            throw e;
        }
    }

    /** Refuses queries that ask nothing. */
    static void requireWords(List<String> queries) {
        for (int i = 0; i < queries.size(); i++) {
            Require.that(
                    !queries.get(i).isBlank(), "query %s is empty: say what to look for", i + 1);
        }
    }

    /** Where models are loaded. */
    NDManager manager() {
        if (manager == null) {
            manager = options.newManager();
        }
        return manager;
    }

    private void loadModel(Path folder) throws IOException {
        ModelIdentity made = index.settings().model();
        String name = options.model() == null ? made.model() : options.model();
        Path path = ModelOptions.folder(name, err);
        if (!Files.isDirectory(path)) {
            throw new NoSuchFileException(
                    name,
                    null,
                    "the model of the index is not there: name its folder with --model");
        }
        Path adapter = options.adapter(made);
        boolean same = made.digest().equals(ModelIdentity.digest(path, adapter));
        Require.that(
                same,
                "%s was made with another model than %s: name that with --model, or index anew",
                folder,
                name);
        model =
                TaskModel.load(
                        Task.TEXT_EMBEDDING, path, options.loader(manager()).optAdapter(adapter));
        embedding = EmbedOptions.recorded(made.pooling(), made.normalize());
        String prompt = options.prompt() == null ? made.queryPrompt() : options.prompt();
        embedder = embedding.embedder(model).withPrompt(prompt);
    }

    /** What the scores of the passages are. */
    String scoreName() {
        if (reranker != null) {
            return reranker.kind();
        }
        return switch (options.mode()) {
            case VECTOR -> index.settings().model().similarity().toString();
            case BM25 -> "bm25";
            case HYBRID -> "reciprocal rank fusion";
        };
    }

    /** The best passages for a query. */
    List<Hit> find(String query, int count) throws IOException {
        return find(List.of(query), count).get(0);
    }

    /** The best passages for each query; of a reranker's, at most as many as it reads. */
    List<List<Hit>> find(List<String> queries, int count) throws IOException {
        List<float[]> vectors = options.mode() == SearchMode.BM25 ? null : vectors(queries);
        int depth = reranker == null ? count : options.rerankDepth();
        List<List<Hit>> found = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            String query = queries.get(i);
            List<Hit> hits =
                    switch (options.mode()) {
                        case VECTOR -> index.byVector(vectors.get(i), depth);
                        case BM25 -> index.byWords(query, depth);
                        case HYBRID -> index.byBoth(query, vectors.get(i), depth);
                    };
            List<Hit> ranked = reranker == null ? hits : reranked(query, hits);
            found.add(ranked.subList(0, Math.min(count, ranked.size())));
        }
        return found;
    }

    private List<float[]> vectors(List<String> queries) {
        List<Outcome<float[]>> outcomes = embedding.embed(embedder, queries);
        for (int i = 0; i < queries.size(); i++) {
            tell("query " + (i + 1), outcomes.get(i).reading());
        }
        return Outcome.values(outcomes);
    }

    private List<Hit> reranked(String query, List<Hit> hits) {
        List<String> texts = hits.stream().map(it -> index.searchedText(it.passage())).toList();
        List<Outcome<Double>> scores = reranker.scoring().scores(query, texts);
        List<Hit> ranked = new ArrayList<>();
        for (int i = 0; i < hits.size(); i++) {
            Hit hit = hits.get(i);
            tell(
                    "%s beside the query".formatted(Sources.shown(hit.passage())),
                    scores.get(i).reading());
            ranked.add(new Hit(hit.passage(), Outcome.values(scores).get(i)));
        }
        ranked.sort(Comparator.comparingDouble(Hit::score).reversed()); // a stable sort
        return ranked;
    }

    private void tell(String what, TextReading reading) {
        if (reading.cut()) {
            err.println(
                    "attn4j: %s: the last %s of %s tokens were cut off, as the model reads %s"
                            .formatted(
                                    what,
                                    reading.tokens() - reading.read(),
                                    reading.tokens(),
                                    reading.read()));
            err.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (reranker != null) {
            reranker.close();
        }
        if (model != null) {
            model.close();
        }
        if (manager != null) {
            manager.close();
        }
        index.close();
    }
}
