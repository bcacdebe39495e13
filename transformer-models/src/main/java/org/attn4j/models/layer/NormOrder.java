package org.attn4j.models.layer;

/** Where a sublayer's normalisation stands. */
public enum NormOrder {
    /**
     * {@code x + sublayer(norm(x))}: trains without warm-up, needs a final norm after the stack
     * (Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture", §3.3).
     */
    PRE,
    /** {@code norm(x + sublayer(x))} (Vaswani et al. 2017, "Attention Is All You Need", §3.1). */
    POST,
    /**
     * {@code norm(x) + sublayer(norm(x))}: the way around goes through the norm too (Bloom's {@code
     * apply_residual_connection_post_layernorm}).
     */
    NORMED
}
