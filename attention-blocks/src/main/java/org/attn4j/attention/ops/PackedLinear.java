package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A linear map {@code x Wᵀ + b} for prediction, whose weight was put once into the form that the
 * processor reads fastest. It has no gradient, and does not see later changes of the weight. Any
 * number of threads may share it.
 */
public final class PackedLinear implements AutoCloseable {

    /**
     * How a weight is packed.
     *
     * @param most the largest whole number that an int8 weight becomes
     * @param block what the number of outputs is filled up to a multiple of, with outputs of zeros
     *     that are cut off again
     */
    record Form(long most, long block) {

        /**
         * Processors without VNNI add up two products of 8 bits in 16, where only weights of 7 bits
         * always fit.
         */
        private static final List<Form> INT8 = List.of(new Form(127, 1), new Form(63, 1));

        /**
         * oneDNN errs on some processors where outputs do not fill its blocks, of which the largest
         * has 64.
         */
        private static final List<Form> OTHERS = List.of(new Form(0, 1), new Form(0, 64));

        /** The forms of a precision, the best one first. */
        static List<Form> of(Precision precision) {
            return precision == Precision.INT8 ? INT8 : OTHERS;
        }
    }

    private final TorchModule module;
    private final NDArray weight;
    private final NDArray scale; // (out) of int8 weights; of others a bias, whose width counts
    private final NDArray bias; // (out), or longer where outputs were filled up
    private volatile boolean open = true;

    private PackedLinear(TorchModule module, NDArray weight, NDArray scale, NDArray bias) {
        this.module = module;
        this.weight = weight;
        this.scale = scale;
        this.bias = bias;
    }

    /**
     * Packs a weight.
     *
     * @param owner takes the packed arrays over
     * @param weight (out, in) of float32
     * @param bias (out)
     * @param form how
     */
    static PackedLinear of(
            TorchModule module,
            NDManager owner,
            NDArray weight,
            NDArray bias,
            Precision precision,
            Form form) {
        try (NDManager scratch = owner.newSubManager()) {
            NDArray added = kept(owner, bias.duplicate());
            if (precision != Precision.INT8) {
                NDArray filled = filled(scratch, weight, form.block);
                NDArray packed = kept(owner, module.call("pack_" + precision, filled));
                NDArray wide = kept(owner, filled(scratch, added, form.block));
                return new PackedLinear(module, packed, added, wide);
            }
            NDArray levels = module.scalar(form.most);
            levels.attach(scratch);
            NDArray scale = module.call("int8_weight_scale", weight, levels); // (out, 1)
            scale.attach(scratch);
            return new PackedLinear(
                    module,
                    kept(owner, module.call("pack_int8", weight, scale)),
                    kept(owner, scale.reshape(-1)),
                    added);
        }
    }

    /** An array whose first dimension is filled up with zeros; itself if it is a multiple. */
    private static NDArray filled(NDManager scratch, NDArray array, long block) {
        long[] missing = array.getShape().getShape().clone(); // the shape holds its own array
        missing[0] = Math.floorMod(-missing[0], block);
        if (missing[0] == 0) {
            return array;
        }
        NDArray filled = array.concat(scratch.zeros(new Shape(missing)));
        filled.attach(scratch);
        return filled;
    }

    private static NDArray kept(NDManager owner, NDArray array) {
        Temporaries.keep(array);
        array.attach(owner);
        return array;
    }

    /**
     * Whether packed maps compute for an input; plain ones do for others.
     *
     * @param x what is mapped
     * @return false for other types than float32
     */
    static boolean takes(NDArray x) {
        return x.getDataType() == DataType.FLOAT32 && x.size() > 0;
    }

    /**
     * A result, or nothing in the place of an empty one: of an input that records a gradient.
     * Whether it does is asked where it is computed, since {@code hasGradient} is false of all that
     * was computed from what has one.
     */
    static Optional<NDArray> unlessRecording(NDArray result) {
        if (result.size() == 0) {
            result.close();
            return Optional.empty();
        }
        return Optional.of(result);
    }

    /**
     * Maps an array.
     *
     * @param x (…, in)
     * @return (…, out), on the manager of x; nothing where the plain map is to compute
     */
    public Optional<NDArray> apply(NDArray x) {
        return takes(x)
                ? unlessRecording(module.call("packed_linear", x, weight, scale, bias))
                : Optional.empty();
    }

    /**
     * Maps the heads of a context, put side by side.
     *
     * @param context (B, N, T, H)
     * @return (B, T, out), on the manager of the context; nothing where the plain map is to compute
     */
    public Optional<NDArray> applyJoined(NDArray context) {
        return takes(context)
                ? unlessRecording(module.call("packed_joined", context, weight, scale, bias))
                : Optional.empty();
    }

    /** What its precision rounds a weight to, for a test of it: (out, in). */
    NDArray rounded(NDArray original, Precision precision) {
        return switch (precision) {
            case FP32 -> original;
            case BF16 -> module.call("bf16_rounded", original);
            case INT8 -> module.call("int8_rounded_by", original, scale.reshape(-1, 1));
        };
    }

    /** Its arrays as the functions take them. */
    List<NDArray> parts() {
        return List.of(weight, scale, bias);
    }

    /** The functions that compute it. */
    TorchModule module() {
        return module;
    }

    /** Whether its weights are there; what is made of several maps asks before it computes. */
    boolean isOpen() {
        return open;
    }

    /** Frees the packed weights. */
    @Override
    public void close() {
        open = false;
        weight.close();
        scale.close();
        bias.close();
    }
}
