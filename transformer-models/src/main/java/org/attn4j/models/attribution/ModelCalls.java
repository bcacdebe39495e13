package org.attn4j.models.attribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Calls of a model with one text, by ids or by word embeddings.
 *
 * @param model the model
 * @param tokens the text
 * @param labels what an encoder-decoder writes; null for other models
 */
record ModelCalls(TaskModel model, TokenizedText tokens, int[] labels) {

    /** Enough for two cores, in little memory. */
    private static final long TOKENS_TOGETHER = 2048;

    /** 64 MB of float32. */
    private static final long LOGITS_TOGETHER = 1L << 24;

    private PretrainedModel block() {
        return model.model().model();
    }

    /** The logits for the text, on the manager. */
    NDArray ofIds(NDManager manager, AttentionObserver observer) {
        return run(new ModelInputs(inputs(manager, 1), observer));
    }

    /** The logits for R rows of vectors (R, T, D), on the manager. */
    NDArray ofVectors(NDManager manager, NDArray vectors) {
        Map<String, NDArray> inputs = inputs(manager, Math.toIntExact(vectors.getShape().get(0)));
        inputs.remove("input_ids");
        inputs.put("inputs_embeds", vectors);
        return run(new ModelInputs(inputs, null));
    }

    private NDArray run(ModelInputs in) {
        NDManager manager = in.arrays().values().iterator().next().getManager();
        return block().run(new ParameterStore(manager, false), in, false).require("logits");
    }

    private Map<String, NDArray> inputs(NDManager manager, int rows) {
        Map<String, NDArray> inputs =
                new LinkedHashMap<>(model.arrays(manager, Collections.nCopies(rows, tokens)));
        if (labels != null) {
            long[] each = Arrays.stream(labels).asLongStream().toArray();
            NDArray row = HostArrays.of(manager, each, new Shape(1, each.length));
            long[] read = ((EncoderDecoder) block()).decoderInputs(row).toLongArray();
            long[] all = new long[rows * read.length];
            Arrays.setAll(all, i -> read[i % read.length]);
            inputs.put(
                    "decoder_input_ids", HostArrays.of(manager, all, new Shape(rows, read.length)));
        }
        return inputs;
    }

    /** The word embeddings of ids, (1, T, D). */
    NDArray vectors(NDManager manager, long[] ids) {
        NDArray row = HostArrays.of(manager, ids, new Shape(1, ids.length));
        return block().inputEmbeddings(new ParameterStore(manager, false), row).stopGradient();
    }

    /**
     * The gradients of a value with regard to vectors.
     *
     * @param manager where the result lives
     * @param vectors (R, T, D)
     * @param value from logits to (R)
     * @return (R, T, D)
     */
    NDArray gradient(NDManager manager, NDArray vectors, UnaryOperator<NDArray> value) {
        try (NDManager step = manager.newSubManager()) {
            NDArray own = vectors.duplicate();
            own.attach(step);
            own.setRequiresGradient(true);
            try (GradientCollector collector = step.getEngine().newGradientCollector()) {
                collector.backward(value.apply(ofVectors(step, own)).sum());
            }
            NDArray gradient = own.getGradient().duplicate();
            gradient.attach(manager);
            return gradient;
        }
    }

    /**
     * How many rows go through the model at once. A causal classifier may know no padding, and then
     * takes one row.
     *
     * @param logits the shape of what the model gives for one row, (1, C) or (1, T, V)
     */
    int rowsTogether(Shape logits) {
        boolean alone = block().isCausal() && logits.dimension() == 2;
        long most = Math.min(TOKENS_TOGETHER / tokens.length(), LOGITS_TOGETHER / logits.size());
        return alone ? 1 : Math.toIntExact(Math.max(1, most));
    }
}
