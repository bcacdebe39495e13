package org.attn4j.models.transformer;

import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.spec.AttentionPlace;

/** Makes the attention mechanisms of a {@link TransformerModel}. */
@FunctionalInterface
public interface AttentionFactory {

    /**
     * Makes one.
     *
     * @param place where it will stand
     * @param layer number of its layer, from 0
     * @param config the model's hyperparameters
     * @return a mechanism from (B, T, D) to (B, T, D)
     */
    Attention create(AttentionPlace place, int layer, TransformerConfig config);

    /**
     * Returns the paper's: multi-head attention with biases, with rotary positions in
     * self-attention if the configuration asks for them.
     *
     * @return the factory
     */
    static AttentionFactory multiHead() {
        return (place, layer, config) -> {
            int heads =
                    place == AttentionPlace.ENCODER_SELF
                            ? config.encoderHeads()
                            : config.decoderHeads();
            MultiHeadAttention.Builder builder =
                    MultiHeadAttention.builder()
                            .setModelSize(config.modelSize())
                            .setHeads(heads)
                            .optDropout(config.attentionDropout());
            if (config.positions() == PositionKind.ROTARY && place != AttentionPlace.CROSS) {
                int headSize = config.modelSize() / heads;
                builder.optRotary(RotaryEmbedding.builder().setSize(headSize).build());
            }
            return builder.build();
        };
    }
}
