package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.model.head.ModelWithHead;

/** A decoder-only model that predicts the next token, and so continues prompts. */
final class CausalLanguageModel extends ModelWithHead implements CausalModel {

    private final DecoderOnlyModel model;
    private final LanguageHead head;

    private CausalLanguageModel(
            String architecture,
            DecoderOnlyModel model,
            LanguageHead head,
            WeightTable weights,
            double initializerRange) {
        super(architecture, model, head, weights, initializerRange);
        this.model = model;
        this.head = head;
    }

    static CausalLanguageModel of(String architecture, CausalFamily.Body body) {
        return new CausalLanguageModel(
                architecture,
                body.model(),
                new LanguageHead(body.model().tokens(), body.tied()),
                body.weights().build(),
                body.initializerRange());
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray promptIds, NDArray visible) {
        return new CausalStepDecoder(model, head, manager, promptIds, visible);
    }

    @Override
    public int vocabularySize() {
        return Math.toIntExact(model.tokens().vocabularySize());
    }
}
