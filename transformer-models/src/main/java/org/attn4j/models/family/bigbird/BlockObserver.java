package org.attn4j.models.family.bigbird;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;

/**
 * Tells an observer Big Bird's weights as transformers reports them, (B, N, S, S) over S positions
 * in whole blocks.
 *
 * <p>Where the first block counts several times, what is given to one of them is told, so that rows
 * add up to less than 1. A position that is hidden is reported to look at the first and the last
 * block alone, or at its neighbours too if it stands in the second block or the last but one;
 * nothing of it is told for the first block if there are random ones. Its context is zero in any
 * case.
 *
 * @param whole who is told
 * @param config the hyperparameters
 * @param visible (B, S) of ones and zeros; null if all are
 */
record BlockObserver(AttentionObserver whole, BigBirdConfig config, NDArray visible)
        implements AttentionObserver {

    /** Less than any sum of weights that counts. */
    private static final float LITTLE = 1e-30f;

    @Override
    public void hidden(String site, NDArray states) {
        whole.hidden(site, states);
    }

    @Override
    public void observe(String site, NDArray weights) {
        whole.observe(site, reported(weights));
    }

    private NDArray reported(NDArray weights) {
        Shape shape = weights.getShape(); // (B, N, S, S)
        int length = Math.toIntExact(shape.get(2));
        int batch = visible == null ? 1 : Math.toIntExact(shape.get(0));
        float[] shown =
                visible == null ? null : visible.toType(DataType.FLOAT32, false).toFloatArray();
        int size = config.blockSize();
        int last = length / size - 1;
        float once = 1f / (1 + config.randomBlocks());
        float[] kept = new float[batch * length * length];
        float[] told = new float[batch * length]; // of the first block
        float[] anew = new float[batch * length]; // whether a row is to add up to 1 again
        for (int row = 0; row < batch * length; row++) {
            int block = row % length / size;
            boolean sparse = block > 0 && block < last;
            boolean hidden = sparse && shown != null && shown[row] == 0;
            boolean near = !hidden || block == 1 || block == last - 1;
            told[row] = hidden && config.randomBlocks() > 0 ? 0 : 1;
            anew[row] = hidden ? 1 : 0;
            for (int key = 0; key < length; key++) {
                float factor = key / size == last || near ? 1 : 0;
                kept[row * length + key] = key < size ? (sparse ? once : 1) : factor;
            }
        }
        NDManager manager = weights.getManager();
        NDArray all =
                weights.mul(HostArrays.of(manager, kept, new Shape(batch, 1, length, length)));
        NDArray again = HostArrays.of(manager, anew, new Shape(batch, 1, length, 1));
        NDArray sums = Scalars.maximum(all.sum(new int[] {3}, true), LITTLE);
        NDArray divisor =
                sums.mul(again).add(Scalars.subtract(1, again)); // 1 where nothing changes
        NDArray first = HostArrays.of(manager, told, new Shape(batch, 1, length, 1));
        NDArray rest = all.div(divisor);
        return rest.get(":, :, :, :" + size)
                .mul(first)
                .concat(rest.get(":, :, :, " + size + ":"), 3);
    }
}
