package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.tokenizer.TokenizedText;

/** Runs a model on texts that are given, rather than on what it generates, for an observer. */
public final class TeacherForcing {

    private TeacherForcing() {}

    /**
     * Shows an observer the weights with which an encoder-decoder reads a source and writes a
     * target.
     *
     * @param model the model and its tokenizer
     * @param source the source, of any length that the model reads
     * @param target the target
     * @param observer is told the weights (1, N, T, S)
     */
    public static void observe(
            TextGenerator model, String source, String target, AttentionObserver observer) {
        int start = model.model().config().get("decoder_start_token_id").getAsInt();
        long[] read = model.tokenizer().encode(source).ids();
        int[] written = model.tokenizer().targetIds(target);
        observe(model.model(), read, start, written, observer);
    }

    /** The same with ids: the decoder reads the start token, then what is written. */
    static void observe(
            LoadedModel model, long[] read, int start, int[] written, AttentionObserver observer) {
        long[] inputs =
                LongStream.concat(LongStream.of(start), Arrays.stream(written).asLongStream())
                        .toArray();
        EngineThreads.compute(
                model.manager(),
                () -> {
                    try (NDManager manager = model.manager().newSubManager()) {
                        return model.model(SequenceToSequenceModel.class)
                                .logits(row(manager, read), row(manager, inputs), observer)
                                .getShape();
                    }
                });
    }

    /**
     * Shows an observer the weights with which a model reads a text.
     *
     * @param model the model
     * @param row the text, without padding
     * @param observer is told the weights (1, N, T, S)
     */
    public static void observe(TaskModel model, TokenizedText row, AttentionObserver observer) {
        NDManager weights = model.model().manager();
        EngineThreads.compute(
                weights,
                () -> {
                    try (NDManager manager = weights.newSubManager()) {
                        ModelInputs in = model.inputs(manager, List.of(row));
                        return model.model().run(in.withObserver(observer)).arrays().keySet();
                    }
                });
    }

    private static NDArray row(NDManager manager, long[] ids) {
        return HostArrays.of(manager, ids, new Shape(1, ids.length));
    }
}
