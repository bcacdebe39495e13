package org.attn4j.models.generate;

/** When beam search is done with a source, once it has as many finished hypotheses as beams. */
public enum EarlyStopping {
    /** At once. {@code true} in Hugging Face's configurations. */
    ALWAYS,
    /**
     * When the best live hypothesis, were it finished at its present length, would not rank among
     * the finished ones. {@code false} in Hugging Face's configurations.
     */
    HEURISTIC,
    /**
     * When no live hypothesis can rank among the finished ones at any length it may still reach.
     * {@code "never"} in Hugging Face's configurations.
     */
    NEVER
}
