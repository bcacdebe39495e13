package org.attn4j.cli.config;

import org.attn4j.common.Require;

/**
 * What is measured in the course of training, besides the loss.
 *
 * @param bleu whether the validation set is translated, for BLEU and chrF
 * @param sentences how many of its sentences are translated; 0 for all
 * @param beams the beams of that search: 1 is quick and tells better from worse as well
 */
public record ValidationConfig(boolean bleu, int sentences, int beams) {

    public ValidationConfig {
        Require.that(
                sentences >= 0 && beams >= 1,
                "sentences must not be negative and beams at least 1, got sentences=%s, beams=%s",
                sentences,
                beams);
    }

    static ValidationConfig defaults() {
        return new ValidationConfig(true, 0, 1);
    }
}
