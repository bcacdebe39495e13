package org.attn4j.cli.retrieval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.task.TextReranker;

/**
 * Scores texts for a query: a cross-encoder reads both together, a bi-encoder compares their
 * vectors.
 *
 * @param kind which of both it is
 * @param scoring gives the scores
 * @param model is closed with it
 */
record PairScorer(String kind, Scoring scoring, AutoCloseable model) implements AutoCloseable {

    private static final String MODULES = "modules.json";

    /** Gives the scores of texts. */
    @FunctionalInterface
    interface Scoring {

        List<Outcome<Double>> scores(String query, List<String> texts);
    }

    static PairScorer load(Path folder, Pretrained.Loader loader) throws IOException {
        Task task = Task.of(ModelDirectory.open(folder).config());
        if (task == Task.TEXT_CLASSIFICATION) {
            TextReranker reranker = TextReranker.load(folder, loader);
            return new PairScorer("cross-encoder", reranker::outcomes, reranker);
        }
        Require.that(
                task == Task.TEXT_EMBEDDING || Files.exists(folder.resolve(MODULES)),
                "%s is for %s: a reranker is a cross-encoder (a sequence classifier of one class)"
                        + " or a sentence model",
                folder,
                task);
        TaskModel model = TaskModel.load(Task.TEXT_EMBEDDING, folder, loader);
        try {
            return new PairScorer("bi-encoder", similarity(new TextEmbedder(model)), model);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static Scoring similarity(TextEmbedder embedder) {
        TextEmbedder queries = Prompts.forQueries(embedder);
        TextEmbedder documents = Prompts.forDocuments(embedder);
        return (query, texts) -> {
            float[] vector = queries.embed(query);
            List<Outcome<Double>> scores = new ArrayList<>();
            for (Outcome<float[]> each : documents.outcomes(texts)) {
                Double score =
                        each.reading().refused()
                                ? null
                                : embedder.similarity().of(vector, each.value());
                scores.add(new Outcome<>(score, each.reading()));
            }
            return scores;
        };
    }

    @Override
    public void close() throws IOException {
        try {
            model.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
