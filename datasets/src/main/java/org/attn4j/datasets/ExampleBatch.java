package org.attn4j.datasets;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.common.Require;

/**
 * A batch of examples whose arrays all have the examples as their first axis. {@link #getIndices()}
 * are the positions of the examples in the data, from 0.
 */
public class ExampleBatch extends Batch {

    private final long[] numbers;

    /**
     * Constructs a batch.
     *
     * @param manager the manager of the arrays, closed with the batch
     * @param data the inputs
     * @param labels the labels
     * @param numbers the positions of the examples in the data
     * @param progress the examples of the epoch up to the end of this batch
     * @param progressTotal the examples of the epoch
     */
    public ExampleBatch(
            NDManager manager,
            NDList data,
            NDList labels,
            long[] numbers,
            long progress,
            long progressTotal) {
        super(
                manager,
                data,
                labels,
                numbers.length,
                Batchifier.STACK,
                Batchifier.STACK,
                progress,
                progressTotal,
                boxed(numbers));
        this.numbers = numbers;
    }

    private static List<Long> boxed(long[] numbers) {
        return LongStream.of(numbers).boxed().toList();
    }

    /** The positions of the examples of some rows. */
    final long[] numbers(int from, int to) {
        return Arrays.copyOfRange(numbers, from, to);
    }

    /**
     * Splits the batch by rows, as evenly as possible, so that no device gets an empty part: with
     * fewer rows than devices there are fewer parts.
     *
     * @param devices where the parts go, in order
     * @param evenSplit whether the rows must divide evenly
     * @return a batch of the same class for each device used
     * @throws IllegalArgumentException if an even split is asked for and not possible
     */
    @Override
    public final Batch[] split(Device[] devices, boolean evenSplit) {
        int rows = numbers.length;
        int parts = Math.min(devices.length, rows);
        Require.that(
                !evenSplit || rows % devices.length == 0,
                "a batch of %s rows cannot be split evenly over %s devices: allow an uneven split",
                rows,
                devices.length);
        Batch[] split = new Batch[parts];
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) rows * i / parts);
            int to = (int) ((long) rows * (i + 1) / parts);
            split[i] = part(from, to, devices[i]);
        }
        return split;
    }

    ExampleBatch part(int from, int to, Device device) {
        return new ExampleBatch(
                getManager().newSubManager(device),
                rows(getData(), from, to, device),
                rows(getLabels(), from, to, device),
                numbers(from, to),
                getProgress(),
                getProgressTotal());
    }

    /** Rows of arrays, on a device. */
    final NDList rows(NDList arrays, int from, int to, Device device) {
        NDList result = new NDList(arrays.size());
        for (NDArray array : arrays) { // (B, …)
            NDArray part =
                    from == 0 && to == numbers.length
                            ? array
                            : array.get(new NDIndex("{}:{}", from, to));
            result.add(part.toDevice(device, false));
        }
        return result;
    }
}
