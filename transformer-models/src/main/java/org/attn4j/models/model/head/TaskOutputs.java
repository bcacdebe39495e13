package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/** Logits, and their loss where there are labels. */
final class TaskOutputs {

    static final Set<String> LABELS = Set.of("labels");

    private TaskOutputs() {}

    static ModelOutputs of(NDArray logits, ModelInputs in, BinaryOperator<NDArray> loss) {
        NDArray labels = in.get("labels");
        ModelOutputs outputs = ModelOutputs.of("logits", logits);
        return labels == null ? outputs : outputs.with("loss", loss.apply(logits, labels));
    }
}
