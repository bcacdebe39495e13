package org.attn4j.models.family.recurrent;

/** How a recurrent decoder uses attention. */
public enum DecoderKind {

    /**
     * Luong et al. 2015: the decoder's new state attends, and context and state make the
     * attentional vector that predicts; see {@link LuongDecoder}.
     */
    LUONG,

    /**
     * Bahdanau et al. 2015 with a linear readout: the decoder's previous state attends, and the
     * context enters the next state; see {@link BahdanauDecoder}.
     */
    BAHDANAU,

    /** Bahdanau et al. 2015 with the maxout readout of their appendix A.2.2. */
    BAHDANAU_MAXOUT
}
