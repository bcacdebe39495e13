package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.Rows;

/**
 * What a recurrence remembers: of one layer and direction (B, h), or of K of them stacked, (K, B,
 * h).
 *
 * @param hidden the hidden state, which is also the output of a step
 * @param cell the memory cell of an LSTM; null for a GRU
 */
public record RecurrentState(NDArray hidden, NDArray cell) {

    public RecurrentState {
        Objects.requireNonNull(hidden, "hidden");
    }

    /**
     * Returns the state of zeros from which a recurrence starts.
     *
     * @param kind the kind of cell
     * @param manager where it lives
     * @param shape (B, h) or (K, B, h)
     * @param type the type of its numbers
     * @return the state
     */
    public static RecurrentState zeros(
            CellKind kind, NDManager manager, Shape shape, DataType type) {
        return new RecurrentState(
                manager.zeros(shape, type), kind.hasCell() ? manager.zeros(shape, type) : null);
    }

    /**
     * Stacks the states of layers and directions.
     *
     * @param states K states (B, h)
     * @return one of (K, B, h)
     */
    public static RecurrentState stack(List<RecurrentState> states) {
        NDArray[] hidden = states.stream().map(RecurrentState::hidden).toArray(NDArray[]::new);
        if (states.get(0).cell() == null) {
            return new RecurrentState(NDArrays.stack(new NDList(hidden)), null);
        }
        NDArray[] cells = states.stream().map(RecurrentState::cell).toArray(NDArray[]::new);
        return new RecurrentState(
                NDArrays.stack(new NDList(hidden)), NDArrays.stack(new NDList(cells)));
    }

    /**
     * Takes a stack apart.
     *
     * @return K states (B, h) of this one of (K, B, h)
     */
    public List<RecurrentState> unstack() {
        int count = Math.toIntExact(hidden.getShape().get(0));
        return IntStream.range(0, count)
                .mapToObj(k -> new NDIndex(k))
                .map(k -> map(array -> array.get(k)))
                .toList();
    }

    /**
     * Keeps, repeats and reorders rows of the batch, as beam search does.
     *
     * @param rows which old row each new row continues, (B') of int64
     * @return the state (B', h) of this one of (B, h)
     */
    public RecurrentState select(NDArray rows) {
        return map(array -> Rows.of(array, rows));
    }

    /**
     * Moves the arrays to a manager.
     *
     * @param manager where they live from now on
     * @return this state
     */
    public RecurrentState attach(NDManager manager) {
        hidden.attach(manager);
        if (cell != null) {
            cell.attach(manager);
        }
        return this;
    }

    /** Closes the arrays. */
    public void close() {
        hidden.close();
        if (cell != null) {
            cell.close();
        }
    }

    /**
     * Takes another state where rows are seen, and stays where they are not.
     *
     * @param next the state to move to
     * @param seen one for rows that move, (B, 1)
     * @param unseen one for rows that stay, (B, 1)
     * @return the blend, exact on both sides
     */
    RecurrentState moveTo(RecurrentState next, NDArray seen, NDArray unseen) {
        return new RecurrentState(
                next.hidden.mul(seen).add(hidden.mul(unseen)),
                cell == null ? null : next.cell.mul(seen).add(cell.mul(unseen)));
    }

    /** The hidden state, and behind it the memory cell if there is one: (B, 1 or 2, h). */
    NDArray together() {
        return cell == null ? hidden.expandDims(1) : NDArrays.stack(new NDList(hidden, cell), 1);
    }

    private RecurrentState map(UnaryOperator<NDArray> change) {
        return new RecurrentState(change.apply(hidden), cell == null ? null : change.apply(cell));
    }
}
