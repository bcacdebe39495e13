package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;

/** Takes some of the entries along an axis, such as some of the heads. Gradients pass. */
public final class AxisPart {

    private AxisPart() {}

    /**
     * Takes entries.
     *
     * @param manager where the result lives
     * @param array the array
     * @param axis the axis, from 0
     * @param kept the numbers of the entries, ascending; at least one
     * @return the array with these entries alone
     */
    public static NDArray of(NDManager manager, NDArray array, int axis, int[] kept) {
        NDList runs = new NDList();
        for (int first = 0; first < kept.length; ) {
            int next = first + 1;
            while (next < kept.length && kept[next] == kept[next - 1] + 1) {
                next++;
            }
            String before = ":, ".repeat(axis);
            runs.add(
                    array.get(
                            manager,
                            new NDIndex(before + "{}:{}", kept[first], kept[next - 1] + 1)));
            first = next;
        }
        return runs.size() == 1 ? runs.get(0) : NDArrays.concat(runs, axis);
    }
}
