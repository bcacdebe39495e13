package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.head.BaseOutput;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.head.VocabularyHead;

/**
 * Predicts the next token. Gives {@code logits} (B, T, V), and {@code loss} with {@code labels} (B,
 * T): the logits of each position against the label of the next, where {@link Losses#IGNORED} marks
 * positions that do not count. Its child is {@code lm_head}.
 */
final class LanguageHead extends VocabularyHead {

    private final OutputProjection projection;

    LanguageHead(TokenEmbedding tokens, boolean tied) {
        super(Math.toIntExact(tokens.modelSize()), "labels");
        projection =
                addChildBlock(
                        "lm_head",
                        tied
                                ? OutputProjection.tiedTo(tokens, false)
                                : OutputProjection.of(
                                        tokens.modelSize(), tokens.vocabularySize(), false));
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        return outputs(project(parameters, encoded.states(), training), in, Losses::nextToken);
    }

    @Override
    public OutputProjection projection() {
        return projection;
    }

    @Override
    public NDArray beforeProjection(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        return encoded.states();
    }

    /** From states (…, D) to logits (…, V). */
    NDArray project(ParameterStore parameters, NDArray states, boolean training) {
        return Layers.apply(projection, parameters, states, training);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return projection.getOutputShapes(inputShapes);
    }
}
