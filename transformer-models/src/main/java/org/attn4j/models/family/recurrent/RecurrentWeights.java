package org.attn4j.models.family.recurrent;

import org.attn4j.models.checkpoint.WeightTable;

/**
 * The names of a {@link RecurrentModel}'s tensors in a checkpoint, in the style of Hugging Face's
 * BART, recurrent weights under torch's names:
 *
 * <pre>
 * model.encoder.embed_tokens.weight
 * model.encoder.rnn.weight_ih_l0            weight_hh_l0, bias_ih_l0, bias_hh_l0; _reverse; l1 …
 * model.bridge.hidden.weight                and cell, of an LSTM
 * model.decoder.embed_tokens.weight
 * model.decoder.rnn.weight_ih_l0            Luong's
 * model.decoder.attentional_proj.weight     Luong's
 * model.decoder.cell.weight_ih              Bahdanau's
 * model.decoder.readout_state.weight        readout_embedding, readout_context: with maxout
 * model.decoder.attention.…                 the paths of the mechanism's own parameters
 * lm_head.weight
 * </pre>
 *
 * <p>Linear weights are (out, in).
 */
public final class RecurrentWeights {

    private static final WeightTable TABLE =
            WeightTable.builder()
                    .add("lm_head.weight", "decoder.lm_head.weight")
                    .add("model.**", "**")
                    .build();

    private RecurrentWeights() {}

    /**
     * Returns the table of names, the same for all configurations.
     *
     * @return the table
     */
    public static WeightTable table() {
        return TABLE;
    }
}
