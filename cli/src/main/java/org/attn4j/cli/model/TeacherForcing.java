package org.attn4j.cli.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.TokenizedText;

/** Runs a model on texts that are given, rather than on what it generates. */
public final class TeacherForcing {

    private TeacherForcing() {}

    /** Shows an observer the weights with which the model reads a source and writes a target. */
    public static void observe(
            TextGenerator model, String source, String target, AttentionObserver observer) {
        int start = model.model().config().get("decoder_start_token_id").getAsInt();
        long[] read = model.tokenizer().encode(source).ids();
        int[] written = model.tokenizer().targetIds(target);
        long[] inputs =
                LongStream.concat(LongStream.of(start), Arrays.stream(written).asLongStream())
                        .toArray();
        try (NDManager manager = model.model().manager().newSubManager()) {
            model.model()
                    .model(SequenceToSequenceModel.class)
                    .logits(row(manager, read), row(manager, inputs), observer);
        }
    }

    /** Shows an observer the weights with which a model reads a text. */
    public static void observe(TaskModel model, TokenizedText row, AttentionObserver observer) {
        try (NDManager manager = model.model().manager().newSubManager()) {
            model.model().run(new ModelInputs(model.arrays(manager, List.of(row)), observer));
        }
    }

    private static NDArray row(NDManager manager, long[] ids) {
        return HostArrays.of(manager, ids, new Shape(1, ids.length));
    }
}
