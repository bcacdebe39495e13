package org.attn4j.models.generate.logits;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.attn4j.common.Require;

/** Processors by which only some tokens can be chosen. */
public final class ForcedTokens {

    private ForcedTokens() {}

    /**
     * Lets only these tokens follow at one position, at no cost ({@code forced_bos_token_id} and
     * {@code forced_eos_token_id}).
     *
     * @param position how many tokens stand before the position
     * @param tokens the tokens
     * @return a processor
     */
    public static LogitsProcessor at(int position, List<Integer> tokens) {
        return (ids, scores) -> {
            if (ids.length == position) {
                Logits.only(scores, tokens, 0);
            }
        };
    }

    /**
     * Lets only tokens follow that a function gives ({@code prefix_allowed_tokens_fn}).
     *
     * @param allowed gives the tokens that may follow others, at least one
     * @param always whether they may follow even if each is banned already; they then score the
     *     same
     * @return a processor
     */
    public static LogitsProcessor allowed(Function<int[], int[]> allowed, boolean always) {
        return (ids, scores) -> {
            int[] tokens = allowed.apply(ids.clone());
            Require.that(
                    tokens.length != 0,
                    "at least one token must be allowed after %s",
                    Arrays.toString(ids));
            float[] before = scores.clone();
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            boolean any = false;
            for (int token : tokens) {
                Logits.requireToken("allowed", token, scores.length);
                scores[token] = before[token];
                any |= before[token] > Float.NEGATIVE_INFINITY;
            }
            for (int token : tokens) {
                scores[token] = any || !always ? scores[token] : 0;
            }
        };
    }
}
