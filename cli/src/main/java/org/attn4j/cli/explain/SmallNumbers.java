package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Map;
import java.util.Random;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.checkpoint.BlockParameters;

/** Numbers that can be followed by hand: halves from −1 to 1, the same for the same seed. */
final class SmallNumbers {

    /** Zeros are rare, as rows of them say nothing. */
    private static final float[] DRAWN = {-1, -0.5f, 0.5f, 1, -1, -0.5f, 0.5f, 1, 0};

    private final Random random;

    SmallNumbers(long seed) {
        random = new Random(seed);
    }

    float[] take(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = DRAWN[random.nextInt(DRAWN.length)];
        }
        return values;
    }

    /**
     * Gives an initialised block such numbers as parameters. What scales, such as the gain of a
     * norm or a span, stays as it was initialised.
     */
    void fill(Block block, NDManager manager) {
        for (Map.Entry<String, Parameter> entry : BlockParameters.of(block).byPath().entrySet()) {
            if (!isScale(entry.getKey())) {
                NDArray array = entry.getValue().getArray();
                int count = Math.toIntExact(array.size());
                try (NDArray values = HostArrays.of(manager, take(count), array.getShape())) {
                    values.copyTo(array);
                }
            }
        }
    }

    private static boolean isScale(String path) {
        return path.contains("norm") || path.equals("span.span");
    }
}
