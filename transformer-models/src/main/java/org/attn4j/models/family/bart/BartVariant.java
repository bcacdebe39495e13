package org.attn4j.models.family.bart;

/** Which of the models of BART's layers. */
public enum BartVariant {
    /** Norms behind the sublayers and behind the embeddings, learned positions. */
    BART,
    /** Norms before the sublayers, behind the embeddings and at the end, learned positions. */
    MBART,
    /** Norms behind the sublayers, sinusoidal positions: all sines, then all cosines. */
    MARIAN
}
