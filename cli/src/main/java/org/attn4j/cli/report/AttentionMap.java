package org.attn4j.cli.report;

import java.util.List;

/**
 * How much each target token attended to each source token.
 *
 * @param site where in the model, and which heads
 * @param source the source tokens, S of them
 * @param target the target tokens, T of them
 * @param weights the weights, (T, S), each from 0 to 1
 */
public record AttentionMap(
        String site, List<String> source, List<String> target, float[][] weights) {

    public AttentionMap {
        if (weights.length != target.size()
                || (weights.length > 0 && weights[0].length != source.size())) {
            throw new IllegalArgumentException(
                    "weights must be (target tokens, source tokens), got (%s, %s) for %s and %s tokens"
                            .formatted(
                                    weights.length,
                                    weights.length == 0 ? 0 : weights[0].length,
                                    target.size(),
                                    source.size()));
        }
    }
}
