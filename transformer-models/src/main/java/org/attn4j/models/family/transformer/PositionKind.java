package org.attn4j.models.family.transformer;

/** How a model knows where a token stands. */
public enum PositionKind {
    /** Fixed sines and cosines added to the embeddings (Vaswani 2017, §3.5). */
    SINUSOIDAL,
    /** A trained vector for each position, added to the embeddings (Gehring 2017, §3.1). */
    LEARNED,
    /** Self-attention rotates queries and keys (Su 2021, RoFormer, §3.2). */
    ROTARY,
    /** Self-attention adds a penalty that is linear in the distance (Press 2022, §3). */
    ALIBI,
    /** Self-attention adds a trained number for each bucket of distances (Raffel 2020, §2.1). */
    RELATIVE,
    /** Nothing: the encoder sees a bag of tokens, the decoder only what the causal mask tells. */
    NONE
}
