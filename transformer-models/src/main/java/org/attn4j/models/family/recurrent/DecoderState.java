package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.attn4j.attention.ops.Rows;
import org.attn4j.attention.recurrent.RecurrentState;

/**
 * What a recurrent decoder remembers between steps.
 *
 * @param layers the state of each layer, (B, d)
 * @param attentional the attentional vector of the step before, (B, A), for input feeding; null
 *     without
 */
public record DecoderState(List<RecurrentState> layers, NDArray attentional) {

    public DecoderState {
        layers = List.copyOf(layers);
    }

    /**
     * Returns the hidden state of the top layer.
     *
     * @return (B, d)
     */
    public NDArray top() {
        return layers.get(layers.size() - 1).hidden();
    }

    /** Moves the arrays to a manager. */
    DecoderState attach(NDManager manager) {
        layers.forEach(layer -> layer.attach(manager));
        if (attentional != null) {
            attentional.attach(manager);
        }
        return this;
    }

    /** The same numbers, cut off from what they were computed from. */
    DecoderState detached() {
        return new DecoderState(
                layers.stream().map(DecoderState::detached).toList(),
                attentional == null ? null : attentional.stopGradient());
    }

    private static RecurrentState detached(RecurrentState state) {
        return new RecurrentState(
                state.hidden().stopGradient(),
                state.cell() == null ? null : state.cell().stopGradient());
    }

    /** Keeps, repeats and reorders rows. */
    DecoderState select(NDArray rows) {
        return new DecoderState(
                layers.stream().map(layer -> layer.select(rows)).toList(),
                attentional == null ? null : Rows.of(attentional, rows));
    }

    void close() {
        layers.forEach(RecurrentState::close);
        if (attentional != null) {
            attentional.close();
        }
    }
}
