package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.Score;

/** Dumps of mechanisms that score every key with a score of their own. */
final class GlobalParity {

    private GlobalParity() {}

    /** Raw scores, (B, T, S). */
    static NDArray scores(FixtureInputs in, Score score, NDArray query, NDArray key) {
        ParameterStore parameters = in.parameters();
        return score.scores(parameters, query, score.keys(parameters, key, true), true);
    }

    /** {@code w · tanh(W_a a + W_h h [+ b])}, the score of soft and hard attention. */
    static AdditiveScore imageScore(FixtureInputs in) {
        NDArray w = in.weight("w"); // (A)
        boolean bias = in.hasWeight("b");
        AdditiveScore score = new AdditiveScore(Math.toIntExact(w.size()), bias);
        in.bind(score, "query_proj.weight", in.weight("W_h"));
        in.bind(score, "key_proj.weight", in.weight("W_a"));
        in.bind(score, "energy.weight", w.reshape(1, w.size()));
        if (bias) {
            in.bind(score, "key_proj.bias", in.weight("b"));
        }
        return score;
    }
}
