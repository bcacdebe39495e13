package org.attn4j.models.task;

import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.TextWords;

/**
 * How much each head of a decoder looked at each word of a source, for each word of a target.
 *
 * @param source the words of the source
 * @param target the words of the target
 * @param weights for each layer and each of its heads (target words, source words)
 */
public record WordAttention(TextWords source, TextWords target, List<List<SoftAlignment>> weights) {

    public WordAttention {
        weights = weights.stream().map(List::copyOf).toList();
    }

    /**
     * Returns the mean over the heads of a layer.
     *
     * @param layer the layer, from 0
     * @return (target words, source words)
     */
    public SoftAlignment layer(int layer) {
        List<SoftAlignment> heads = heads(layer);
        float[][] mean = new float[target.size()][source.size()];
        for (SoftAlignment head : heads) {
            for (int t = 0; t < mean.length; t++) {
                for (int s = 0; s < mean[t].length; s++) {
                    mean[t][s] += head.weights()[t][s] / heads.size();
                }
            }
        }
        return new SoftAlignment(mean);
    }

    /**
     * Returns the weights of each head of a layer.
     *
     * @param layer the layer, from 0
     * @return (target words, source words), for each head
     */
    public List<SoftAlignment> heads(int layer) {
        Require.that(
                layer >= 0 && layer < weights.size(),
                "layer must be one of the %s that were observed, counted from 0, got %s",
                weights.size(),
                layer);
        return weights.get(layer);
    }
}
