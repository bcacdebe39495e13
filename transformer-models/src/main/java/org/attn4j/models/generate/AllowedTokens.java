package org.attn4j.models.generate;

/** Tells which tokens may follow others. */
@FunctionalInterface
public interface AllowedTokens {

    /**
     * Returns the tokens that may come next.
     *
     * @param input which input a sequence is generated for
     * @param ids all tokens before: prompt or start token, then what was generated
     * @return the tokens, at least one
     */
    int[] after(int input, int[] ids);
}
