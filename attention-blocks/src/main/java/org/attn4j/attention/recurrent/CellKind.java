package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;

/**
 * The equations of one recurrent step, in torch's form and order of gates.
 *
 * <p>With x the input of the step and h the state before it (c beside it for an LSTM), a kind tells
 * how the two products {@code W_i x + b_i} and {@code W_h h + b_h}, each (B, gates·h), become the
 * next state.
 */
public enum CellKind {

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000).
     *
     * <p>Gates are stacked i, f, g, o: {@code c' = σ(f)·c + σ(i)·tanh(g)} and {@code h' =
     * σ(o)·tanh(c')}, each gate the sum of both products.
     */
    LSTM(4, true) {
        @Override
        RecurrentState step(
                NDArray projected,
                NDArray recurrent,
                RecurrentState state,
                AttentionObserver observer) {
            NDList gates = projected.add(recurrent).split(4, 1); // four of (B, h)
            NDArray input = Activation.sigmoid(gates.get(0));
            NDArray forget = Activation.sigmoid(gates.get(1));
            NDArray candidate = gates.get(2).tanh();
            NDArray output = Activation.sigmoid(gates.get(3));
            tell(observer, input, forget, candidate, output);
            NDArray cell = forget.mul(state.cell()).add(input.mul(candidate));
            NDArray hidden = output.mul(cell.tanh());
            return new RecurrentState(hidden, cell);
        }
    },

    /**
     * Gated recurrent unit (Cho et al. 2014).
     *
     * <p>Gates are stacked r, z, n: {@code n' = tanh(n_i + σ(r)·n_h)} and {@code h' = (1 − σ(z))·n'
     * + σ(z)·h}, where n_i and n_h are the parts of n in the two products. Two things differ from
     * the paper: its z is {@code 1 − z} here, and its reset gate is applied to h before the matrix
     * product rather than to {@code W h + b} after it.
     */
    GRU(3, false) {
        @Override
        RecurrentState step(
                NDArray projected,
                NDArray recurrent,
                RecurrentState state,
                AttentionObserver observer) {
            NDList of = projected.split(3, 1); // three of (B, h)
            NDList from = recurrent.split(3, 1);
            NDArray reset = Activation.sigmoid(of.get(0).add(from.get(0)));
            NDArray keep = Activation.sigmoid(of.get(1).add(from.get(1)));
            NDArray candidate = of.get(2).add(reset.mul(from.get(2))).tanh();
            tell(observer, reset, keep, candidate);
            NDArray hidden = keep.mul(state.hidden().sub(candidate)).add(candidate);
            return new RecurrentState(hidden, null);
        }
    };

    private final int gates;
    private final boolean hasCell;

    CellKind(int gates, boolean hasCell) {
        this.gates = gates;
        this.hasCell = hasCell;
    }

    /**
     * Returns how many gates are stacked in the weights.
     *
     * @return 4 for an LSTM, 3 for a GRU
     */
    public int gates() {
        return gates;
    }

    /**
     * Returns whether a state has a memory cell beside the hidden state.
     *
     * @return true for an LSTM
     */
    public boolean hasCell() {
        return hasCell;
    }

    /**
     * Makes one step.
     *
     * @param projected {@code W_i x + b_i}, (B, gates·h)
     * @param recurrent {@code W_h h + b_h}, (B, gates·h)
     * @param state the state before
     * @param observer is told the gates; null for nobody
     * @return the state after
     */
    abstract RecurrentState step(
            NDArray projected, NDArray recurrent, RecurrentState state, AttentionObserver observer);

    private static void tell(AttentionObserver observer, NDArray... gates) {
        AttentionObserver.tell(
                observer, Stages.GATES, () -> NDArrays.stack(new NDList(gates), 1)); // (B, k, h)
    }
}
