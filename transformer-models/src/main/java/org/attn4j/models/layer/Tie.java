package org.attn4j.models.layer;

/** Which of the three embedding matrices are one and the same. */
public enum Tie {
    /** Source embedding, target embedding and output projection are three matrices. */
    NONE,
    /** The output projection is the target embedding (Press and Wolf 2017, §3). */
    DECODER,
    /** One matrix serves all three; both sides share one vocabulary (Vaswani 2017, §3.4). */
    ALL
}
