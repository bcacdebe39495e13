package org.attn4j.models.layer;

import ai.djl.nn.Block;
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.common.Require;

/**
 * How the sublayers of a {@link TransformerLayer} are put together.
 *
 * @param norm makes a new norm, from (B, T, D) to (B, T, D), for each sublayer
 * @param normOrder where the norms stand
 * @param parallel whether attention and feed-forward both read what the layer is given, {@code x +
 *     attention(norm1(x)) + feedForward(norm2(x))}, instead of one after the other (Wang and
 *     Komatsuzaki 2021, GPT-J; Black et al. 2022, GPT-NeoX-20B, §2.1); only with {@link
 *     NormOrder#PRE}
 * @param attentionDropout dropout of what attention gives
 * @param feedForwardDropout dropout of what the feed-forward block gives
 */
public record LayerLayout(
        Supplier<? extends Block> norm,
        NormOrder normOrder,
        boolean parallel,
        float attentionDropout,
        float feedForwardDropout) {

    public LayerLayout {
        Objects.requireNonNull(norm, "norm");
        Objects.requireNonNull(normOrder, "normOrder");
        Require.rate("attentionDropout", attentionDropout);
        Require.rate("feedForwardDropout", feedForwardDropout);
        Require.that(
                !parallel || normOrder == NormOrder.PRE,
                "parallel sublayers take their norms before them, got normOrder=%s",
                normOrder);
    }

    /**
     * Returns a layout of sublayers one after the other.
     *
     * @param norm makes a new norm each time
     * @param normOrder where the norms stand
     * @param dropout dropout of what each sublayer gives
     * @return the layout
     */
    public static LayerLayout of(
            Supplier<? extends Block> norm, NormOrder normOrder, float dropout) {
        return new LayerLayout(norm, normOrder, false, dropout, dropout);
    }
}
