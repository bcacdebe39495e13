package org.attn4j.models.generate;

/** Tells when a sequence is done beside its end token and its length. */
@FunctionalInterface
public interface StopCriterion {

    /**
     * Returns whether a sequence ends with its last token.
     *
     * @param input which input it is generated for
     * @param ids what was generated, at least one token
     * @return whether it is done
     */
    boolean stops(int input, int[] ids);
}
