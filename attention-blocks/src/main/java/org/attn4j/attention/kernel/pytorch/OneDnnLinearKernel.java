package org.attn4j.attention.kernel.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.attn4j.attention.kernel.LinearKernel;

/**
 * Linear maps through oneDNN, for inputs with rows enough that it pays to bring them into oneDNN's
 * layout.
 */
final class OneDnnLinearKernel implements LinearKernel {

    /** The fewest rows for which this was ever seen to be faster. */
    static final long FEWEST_ROWS = 32;

    private final TorchModule module;
    private final LinearKernel engine;

    OneDnnLinearKernel(TorchModule module, LinearKernel engine) {
        this.module = module;
        this.engine = engine;
    }

    /** {@inheritDoc} */
    @Override
    public NDArray linear(NDArray input, NDArray weight, NDArray bias) {
        long features = weight.getShape().get(1);
        boolean applies =
                input.getDataType() == DataType.FLOAT32 && input.size() >= FEWEST_ROWS * features;
        if (!applies) {
            return engine.linear(input, weight, bias);
        }
        return bias == null
                ? module.call("linear_onednn", input, weight)
                : module.call("linear_bias_onednn", input, weight, bias);
    }
}
