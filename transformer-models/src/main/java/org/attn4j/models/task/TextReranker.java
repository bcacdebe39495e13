package org.attn4j.models.task;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.tokenizer.TextPair;

/**
 * Scores how well texts answer a query by reading each beside it: a cross-encoder with a single
 * output (Nogueira and Cho 2019), as {@code CrossEncoder.predict} of sentence-transformers does. A
 * pair that is too long is cut, the longer of its texts first.
 */
public final class TextReranker implements AutoCloseable {

    private final TaskModel model;
    private final TextClassifier pairs;

    /**
     * Creates a reranker.
     *
     * @param model a model for {@link Task#TEXT_CLASSIFICATION} with one class
     * @throws IllegalArgumentException if it has several classes, or its activation is not known
     */
    public TextReranker(TaskModel model) {
        int classes = model.labels().size();
        Require.that(
                classes == 1,
                "a reranker has a single output (num_labels=1), got a classifier of %s classes",
                classes);
        this.model = model;
        pairs = TextClassifier.crossEncoder(model);
    }

    /**
     * Loads a reranker.
     *
     * @param folder the folder of a cross-encoder: a sequence classifier with {@code num_labels} 1
     * @param loader on which engine and device; its architecture and strictness are set here
     * @return the reranker; close it
     * @throws IOException if a file is missing or malformed, or the files hold no such head
     * @throws IllegalArgumentException if the classifier has several classes
     */
    public static TextReranker load(Path folder, Pretrained.Loader loader) throws IOException {
        TaskModel model = TaskModel.load(Task.TEXT_CLASSIFICATION, folder, loader);
        try {
            return new TextReranker(model);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Scores texts for a query.
     *
     * @param query the query
     * @param texts the texts
     * @return a score of each, in their order; the higher the better. It is between 0 and 1 unless
     *     the model's configuration names another activation than the sigmoid
     * @throws IllegalArgumentException if the model refuses a pair
     */
    public float[] score(String query, List<String> texts) {
        List<double[]> scores =
                pairs.scores(texts.stream().map(text -> new TextPair(query, text)).toList());
        float[] each = new float[scores.size()];
        for (int i = 0; i < each.length; i++) {
            each[i] = (float) scores.get(i)[0];
        }
        return each;
    }

    /**
     * Scores texts for a query, and tells which were cut. One that is refused does not keep the
     * others back.
     *
     * @param query the query
     * @param texts the texts
     * @return the score of each, or why there is none, and how much of query and text was read
     */
    public List<Outcome<Double>> outcomes(String query, List<String> texts) {
        return pairs
                .outcomes(texts.stream().map(text -> new TextPair(query, text)).toList())
                .stream()
                .map(
                        it ->
                                new Outcome<>(
                                        it.value() == null ? null : it.value().get(0).score(),
                                        it.reading()))
                .toList();
    }

    /** Frees the model. */
    @Override
    public void close() {
        model.close();
    }
}
