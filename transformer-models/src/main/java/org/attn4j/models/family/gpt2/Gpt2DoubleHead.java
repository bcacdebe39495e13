package org.attn4j.models.family.gpt2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.head.BaseOutput;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.head.TokenStates;

/**
 * GPT's two heads (Radford et al. 2018, §3.2): the next token, and which of C texts is the right
 * one. Inputs are (B, C, T), or (B, T) for one text each. Gives {@code logits} (B, C, T, V) and
 * {@code mc_logits} (B, C) from the tokens at {@code mc_token_ids} (B, C), the last by default;
 * with {@code labels} (B, C, T) {@code loss}, and with {@code mc_labels} (B) {@code mc_loss}.
 */
final class Gpt2DoubleHead extends Head {

    private final OutputProjection tokens;
    private final LinearBlock summary;
    private final Activation activation;
    private final float dropout;

    Gpt2DoubleHead(int modelSize, TokenEmbedding embedding, boolean tied, ConfigReader reader) {
        super(modelSize, "labels", "mc_labels", "mc_token_ids");
        reader.supportsOnly("summary_type", "cls_index");
        tokens =
                addChildBlock(
                        "lm_head",
                        tied
                                ? OutputProjection.tiedTo(embedding, false)
                                : OutputProjection.of(
                                        modelSize, embedding.vocabularySize(), false));
        reader.supportsOnly("summary_use_proj", true);
        reader.supportsOnly("summary_proj_to_labels", true);
        summary = linear("summary", 1);
        activation =
                reader.has("summary_activation")
                        ? reader.choice("summary_activation", null, Activation::of)
                        : Activation.LINEAR;
        dropout = reader.rate("summary_first_dropout", 0.1);
    }

    /** Makes a sequence of each text, (B·C, T). */
    @Override
    public ModelInputs baseInputs(ModelInputs in) {
        return flattened(in);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray states = encoded.states(); // (B·C, T, D)
        boolean alone = in.arrays().isEmpty(); // a block of its own, without the model's inputs
        Shape shape = alone ? states.getShape().slice(0, 2) : in.tokenShape();
        Shape texts = shape.slice(0, shape.dimension() - 1); // (B, C)
        NDArray logits = Layers.apply(tokens, parameters, states, training); // (B·C, T, V)
        NDArray choices = choices(parameters, states, in, training).reshape(texts);
        ModelOutputs outputs =
                ModelOutputs.of("logits", logits.reshape(shape.addAll(logits.getShape().slice(2))))
                        .with("mc_logits", choices);
        NDArray labels = in.get("labels");
        if (labels != null) {
            NDArray rows = labels.reshape(logits.getShape().slice(0, 2));
            outputs = outputs.with("loss", Losses.nextToken(logits, rows));
        }
        NDArray right = in.get("mc_labels");
        if (right != null) {
            NDArray rows = choices.reshape(-1, texts.get(texts.dimension() - 1)); // (B, C)
            outputs = outputs.with("mc_loss", Losses.crossEntropy(rows, right.reshape(-1)));
        }
        return outputs;
    }

    /** A number for each text, (B·C, 1). */
    private NDArray choices(
            ParameterStore parameters, NDArray states, ModelInputs in, boolean training) {
        NDArray places = in.get("mc_token_ids");
        long last = states.getShape().get(1) - 1;
        NDArray x =
                places == null
                        ? states.get(":, {}", last)
                        : TokenStates.at(states, places.reshape(-1)); // (B·C, D)
        NDArray kept = Layers.dropout(x, dropout, training);
        return activation.apply(Layers.apply(summary, parameters, kept, training));
    }
}
