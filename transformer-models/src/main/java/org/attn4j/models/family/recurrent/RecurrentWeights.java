package org.attn4j.models.family.recurrent;

import org.attn4j.models.checkpoint.WeightTable;

/**
 * The names of a {@link RecurrentModel}'s tensors in a checkpoint, in the style of Hugging Face's
 * BART, recurrent weights under torch's names:
 *
 * <pre>
 * model.shared.weight                       with Tie.ALL, once for all three
 * model.encoder.embed_tokens.weight         else, and model.decoder.embed_tokens.weight
 * model.encoder.rnn.weight_ih_l0            weight_hh_l0, bias_ih_l0, bias_hh_l0; _reverse; l1 …
 * model.bridge.hidden.weight                and cell, of an LSTM
 * model.decoder.rnn.weight_ih_l0            Luong's
 * model.decoder.attentional_proj.weight     Luong's
 * model.decoder.cell.weight_ih              Bahdanau's
 * model.decoder.readout_state.weight        readout_embedding, readout_context: with maxout
 * model.decoder.attention.…                 the paths of the mechanism's own parameters
 * lm_head.weight                            with Tie.NONE
 * </pre>
 *
 * <p>Linear weights are (out, in).
 */
public final class RecurrentWeights {

    private RecurrentWeights() {}

    /**
     * Returns the table of names.
     *
     * @param config the model's hyperparameters; what it ties may be stored under each of its names
     * @return the table
     */
    public static WeightTable table(RecurrentConfig config) {
        WeightTable.Builder table = WeightTable.builder();
        switch (config.tie()) {
            case ALL ->
                    table.alias("model.encoder.embed_tokens.weight", "model.shared.weight")
                            .alias("model.decoder.embed_tokens.weight", "model.shared.weight")
                            .tie("lm_head.weight", "model.shared.weight");
            case DECODER -> table.tie("lm_head.weight", "model.decoder.embed_tokens.weight");
            case NONE -> table.add("lm_head.weight", "decoder.lm_head.weight");
        }
        return table.add("model.**", "**").build();
    }
}
