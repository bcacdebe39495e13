package org.attn4j.models.family.t5;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/** T5's encoder without a decoder. Takes {@code input_ids} and {@code attention_mask}, (B, T). */
final class T5Encoder extends BaseModel {

    private final int vocabularySize;
    private final EmbeddedStack encoder;

    T5Encoder(int vocabularySize, EmbeddedStack encoder) {
        super(List.of("input_ids", "attention_mask"));
        this.vocabularySize = vocabularySize;
        this.encoder = addChildBlock("encoder", encoder);
    }

    @Override
    public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        TokenInput words = in.tokens(vocabularySize); // (B, T)
        LayerInputs seen = LayerInputs.of(in.mask("attention_mask")).withObserver(in.observer());
        NDArray states =
                encoder.forward(
                        parameters, EmbeddingInputs.of(words, 0), seen, training); // (B, T, D)
        return new BaseOutput(states, null);
    }
}
