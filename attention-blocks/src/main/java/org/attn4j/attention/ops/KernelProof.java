package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.attn4j.attention.ops.KernelChoice.Part;

/**
 * Holds fused kernels against plain array operations on this machine, before they are used: values
 * and gradients, at sizes that are no multiple of anything a vector unit likes.
 *
 * <p>A proof draws no random numbers, so that what follows from a seed does not depend on whether
 * it ran.
 */
class KernelProof {

    /**
     * How far a result may be from the plain one, as a share of the largest plain value. Adding up
     * to 2,333 products in another order moves a float32 sum by about 1e-6 of the largest; a wrong
     * kernel is off by the size of the values.
     */
    static final double TOLERANCE = 1e-4;

    /**
     * What a kernel computes with.
     *
     * @param bits how many the numbers have that it is given; it holds them as they are
     * @param tolerance how far a result may be from the plain one
     * @param lossTolerance how far a loss of logits, or its gradient, may be
     */
    record Accuracy(int bits, double tolerance, double lossTolerance) {

        static final Accuracy SINGLE = new Accuracy(24, TOLERANCE, TOLERANCE);

        /**
         * Products of numbers of 8 bits that are summed in float32 and rounded once, to 8 bits, by
         * at most 2⁻⁸ of a value; a quarter more for the sums. Logits up to 10 are rounded by at
         * most 2⁻⁵ so, and a probability is off by the sum of two of these.
         */
        static final Accuracy BFLOAT16 = new Accuracy(8, 1.25 / 256, 1.0 / 16);

        static Accuracy of(KernelChoice choice) {
            return choice.linear() == KernelChoice.Linear.BF16 ? BFLOAT16 : SINGLE;
        }
    }

    /**
     * Rows, inputs and outputs of the linear maps, with widths, halved ones too, that leave every
     * kind of remainder in blocks of 16, 32, 48 and 64, and rows that have 1, 4 and 32 in common
     * with 32. The first are so large that every fused kernel computes them.
     */
    private static final long[][] LINEAR_SIZES = {
        {457, 258, 72},
        {608, 300, 48},
        {331, 100, 257},
        {523, 112, 144},
        {1316, 40, 160},
        {2333, 36, 100},
        {100, 37, 100},
        {33, 64, 36},
        {1, 7, 9},
    };

    /** Rows of packed maps: few and many, and none that fills a block. */
    private static final long[] PACKED_ROWS = {1, 5, 33, 130};

    /** bfloat16 results keep 8 bits: half of the last of them, twice for a sum and a bias. */
    private static final double BF16_TOLERANCE = 1.0 / 256;

    private final TorchModule module;
    private final Device device;

    KernelProof(TorchModule module, Device device) {
        this.module = module;
        this.device = device;
    }

    /**
     * Tries a part that a choice fuses.
     *
     * @return what is wrong; empty if nothing is
     */
    Optional<String> failure(Part part, KernelChoice choice) {
        return switch (part) {
            case ATTENTION -> attention(new AttentionKernel.Fused(module));
            case LINEAR -> linear(choice);
            case LOSS -> {
                LossKernel kernel = small(Kernels.reference().linear());
                yield loss(kernel).or(() -> projectedLoss(kernel));
            }
            case DROPOUT -> dropout(new DropoutKernel.Fused(module)::drop);
            case OPTIMIZER -> optimizer(new OptimizerKernel.Fused(module));
            case SUBLAYER ->
                    sublayers(new SublayerKernel(module, Kernels.reference().linear(), true));
        };
    }

    /** The linear kernel of a choice that fuses it. */
    LinearKernel linearOf(KernelChoice choice) {
        LinearKernel plain = Kernels.reference().linear();
        return choice.linear() == KernelChoice.Linear.BF16
                ? new LinearKernel.Bfloat16(module, plain)
                : new LinearKernel.OneDnn(module, choice.linear(), plain);
    }

    private Optional<String> linear(KernelChoice choice) {
        LinearKernel kernel = linearOf(choice);
        Accuracy accuracy = Accuracy.of(choice);
        return linear(kernel, accuracy).or(() -> projectedLoss(small(kernel), accuracy));
    }

    Optional<String> linear(LinearKernel kernel, Accuracy accuracy) {
        LinearKernel plain = Kernels.reference().linear();
        return tried(
                scratch -> {
                    for (int i = 0; i < LINEAR_SIZES.length; i++) {
                        long[] size = LINEAR_SIZES[i];
                        int bits = accuracy.bits();
                        NDArray x = numbers(scratch, new Shape(size[0], size[1]), bits);
                        NDArray weight = numbers(scratch, new Shape(size[2], size[1]), bits);
                        NDArray bias = i % 2 == 0 ? numbers(scratch, new Shape(size[2])) : null;
                        compare(
                                "%s×%s→%s".formatted(size[0], size[1], size[2]),
                                () -> plain.linear(x, weight, bias),
                                () -> kernel.linear(x, weight, bias),
                                bias == null ? new NDList(x, weight) : new NDList(x, weight, bias),
                                bits,
                                accuracy.tolerance());
                    }
                });
    }

    /**
     * Tries a packed linear map on rows of every kind of remainder, against the plain map of
     * numbers that are rounded as its precision rounds them.
     *
     * @return what is wrong; empty if nothing is
     */
    Optional<String> packed(PackedLinear map, NDArray weight, NDArray bias, Precision precision) {
        LinearKernel plain = Kernels.reference().linear();
        double tolerance = precision == Precision.BF16 ? BF16_TOLERANCE : TOLERANCE;
        return tried(
                scratch -> {
                    NDArray rounded = map.rounded(weight, precision);
                    for (long rows : PACKED_ROWS) {
                        NDArray x = numbers(scratch, new Shape(rows, weight.getShape().get(1)));
                        same(
                                "its value for %s rows of %s×%s"
                                        .formatted(
                                                rows,
                                                weight.getShape().get(0),
                                                weight.getShape().get(1)),
                                plain.linear(rounded(x, precision), rounded, bias),
                                map.apply(x).orElseThrow(),
                                tolerance);
                    }
                });
    }

    private NDArray rounded(NDArray x, Precision precision) {
        return precision == Precision.FP32 ? x : module.call(precision + "_rounded", x);
    }

    Optional<String> attention(AttentionKernel kernel) {
        AttentionKernel plain = Kernels.reference().attention();
        return tried(
                scratch -> {
                    int[] thirds = IntStream.range(0, 22).map(i -> i % 3).toArray();
                    NDArray keys = HostArrays.of(scratch, thirds, new Shape(2, 1, 1, 11));
                    NDArray pairs = scratch.arange(77).reshape(1, 1, 7, 11); // two dead rows
                    List<AttentionRequest> requests =
                            List.of(
                                    request(scratch, 7, 11, 3, false, MaskArrays.NONE),
                                    request(scratch, 13, 13, 3, true, MaskArrays.NONE),
                                    request(scratch, 13, 11, 3, false, MaskArrays.NONE),
                                    request(scratch, 7, 11, 1, false, visible(keys.gt(0))),
                                    request(scratch, 7, 11, 3, false, visible(pairs.gte(22))),
                                    request(
                                            scratch,
                                            67,
                                            67,
                                            1,
                                            false,
                                            visible(window(scratch, 67, 5))));
                    for (AttentionRequest request : requests) {
                        compare(
                                "%s×%s".formatted(request.queryLength(), request.keyLength()),
                                () -> plain.attend(request),
                                () -> kernel.attend(request),
                                new NDList(request.query(), request.key(), request.value()));
                    }
                });
    }

    /**
     * Sublayers against their parts: of few and of more queries, with norms before and after, masks
     * of every kind, and with and without biases, memory and a gate.
     */
    Optional<String> sublayers(SublayerKernel kernel) {
        return tried(
                scratch -> {
                    int[] thirds = IntStream.range(0, 22).map(i -> i % 3).toArray();
                    MaskArrays keys =
                            visible(HostArrays.of(scratch, thirds, new Shape(2, 1, 1, 11)).gt(0));
                    Rotation halves = rotation(scratch, 7, 2, false); // of all 4 features of a head
                    Rotation neighbours = rotation(scratch, 13, 1, true); // of 2
                    sublayer(scratch, kernel, 11, 0, true, false, keys, null);
                    sublayer(scratch, kernel, 13, 0, false, true, MaskArrays.NONE, neighbours);
                    sublayer(scratch, kernel, 7, 0, true, true, MaskArrays.NONE, halves);
                    sublayer(scratch, kernel, 7, 11, false, false, keys, null);
                    for (String activation : PackedFeedForward.ACTIVATIONS) {
                        feedForward(scratch, kernel, activation, false);
                        feedForward(scratch, kernel, activation, true);
                    }
                });
    }

    private void sublayer(
            NDManager scratch,
            SublayerKernel kernel,
            long queries,
            long remembered,
            boolean before,
            boolean causal,
            MaskArrays mask,
            Rotation rotation) {
        long size = 12;
        NDArray x = numbers(scratch, new Shape(2, queries, size));
        NDArray memory =
                remembered == 0 ? null : numbers(scratch, new Shape(2, remembered, size + 1));
        NDList weights = new NDList();
        for (int map = 0; map < 4; map++) {
            boolean reads = memory != null && (map == 1 || map == 2);
            weights.add(numbers(scratch, new Shape(size, reads ? size + 1 : size)));
            weights.add(numbers(scratch, new Shape(before ? size : 0)));
        }
        SublayerKernel.Frame frame = frame(scratch, size, before);
        SublayerKernel.Attention attention =
                new SublayerKernel.Attention(List.of(), 3, 0.7, 0, rotation);
        NDList inputs = inputs(weights, frame, x);
        if (rotation == null) {
            // What keys have in common moves no weight: the gradient of their bias is 0 up to
            // rounding.
            inputs.removeIf(input -> input == weights.get(3));
        }
        if (memory != null) {
            inputs.add(memory);
        }
        compare(
                "a sublayer of %s×%s".formatted(queries, remembered),
                () ->
                        framed(
                                x,
                                frame,
                                read -> {
                                    NDArray from = memory == null ? read : memory;
                                    NDArray query =
                                            rotated(heads(mapped(read, weights, 0)), rotation);
                                    NDArray key =
                                            rotated(heads(mapped(from, weights, 2)), rotation);
                                    NDArray value = heads(mapped(from, weights, 4));
                                    NDArray context =
                                            Kernels.reference()
                                                    .attention()
                                                    .attend(
                                                            new AttentionRequest(
                                                                    query, key, value, causal, mask,
                                                                    0.7, 0, false, null));
                                    return mapped(
                                            context.swapAxes(1, 2).reshape(x.getShape()),
                                            weights,
                                            6);
                                }),
                () -> kernel.attend(x, memory, weights, attention, frame, causal, mask),
                inputs);
    }

    /** A rotation by angles that have nothing to do with positions. */
    private static Rotation rotation(
            NDManager scratch, long length, long pairs, boolean neighbours) {
        NDArray angles = numbers(scratch, new Shape(1, 1, length, pairs));
        return new Rotation(angles.cos(), angles.sin(), neighbours);
    }

    private static NDArray rotated(NDArray heads, Rotation rotation) {
        return rotation == null ? heads : rotation.apply(heads);
    }

    private static NDArray heads(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), 3, shape.get(2) / 3).swapAxes(1, 2);
    }

    private void feedForward(
            NDManager scratch, SublayerKernel kernel, String activation, boolean gated) {
        NDArray x = numbers(scratch, new Shape(2, 7, 12));
        NDList weights = new NDList();
        for (long[] size : new long[][] {{20, 12}, gated ? new long[] {20, 12} : null, {12, 20}}) {
            weights.add(numbers(scratch, size == null ? new Shape(0) : new Shape(size)));
            weights.add(numbers(scratch, new Shape(gated || size == null ? 0 : size[0])));
        }
        SublayerKernel.Frame frame = frame(scratch, 12, gated);
        compare(
                "a feed-forward sublayer of " + activation,
                () ->
                        framed(
                                x,
                                frame,
                                read -> {
                                    NDArray inner = mapped(read, weights, 0);
                                    NDArray active =
                                            gated
                                                    ? active(activation, mapped(read, weights, 2))
                                                            .mul(inner)
                                                    : active(activation, inner);
                                    return mapped(active, weights, 4);
                                }),
                () ->
                        kernel.feedForward(
                                x,
                                weights,
                                new SublayerKernel.FeedForward(List.of(), activation, 0),
                                frame),
                inputs(weights, frame, x));
    }

    private static NDArray active(String activation, NDArray x) {
        return switch (activation) {
            case "relu" -> x.getNDArrayInternal().relu();
            case "gelu" -> x.getNDArrayInternal().gelu();
            case "silu" -> x.mul(x.getNDArrayInternal().sigmoid());
            default -> { // GELU by the tanh approximation
                NDArray cubic = x.add(Scalars.multiply(x.mul(x).mul(x), 0.044715));
                NDArray tanh = Scalars.multiply(cubic, Math.sqrt(2 / Math.PI)).tanh();
                yield Scalars.multiply(x, 0.5).mul(Scalars.add(tanh, 1));
            }
        };
    }

    private static NDArray mapped(NDArray x, NDList weights, int at) {
        NDArray bias = weights.get(at + 1);
        return Kernels.reference()
                .linear()
                .linear(x, weights.get(at), bias.size() == 0 ? null : bias);
    }

    /** A sublayer with its norm and residual connection. */
    private static NDArray framed(
            NDArray x, SublayerKernel.Frame frame, UnaryOperator<NDArray> sublayer) {
        return frame.before()
                ? x.add(sublayer.apply(normed(x, frame.norm())))
                : normed(x.add(sublayer.apply(x)), frame.norm());
    }

    private static NDArray normed(NDArray x, PackedLayer.Norm norm) {
        return x.getNDArrayInternal()
                .layerNorm(
                        x,
                        norm.weight().getShape(),
                        norm.weight(),
                        norm.bias(),
                        (float) norm.epsilon())
                .singletonOrThrow();
    }

    private static SublayerKernel.Frame frame(NDManager scratch, long size, boolean before) {
        NDArray weight = numbers(scratch, new Shape(size));
        NDArray bias = numbers(scratch, new Shape(size)).neg();
        return new SublayerKernel.Frame(new PackedLayer.Norm(weight, bias, 1e-5), before, 0);
    }

    private static NDList inputs(NDList weights, SublayerKernel.Frame frame, NDArray x) {
        NDList inputs = new NDList(x, frame.norm().weight(), frame.norm().bias());
        weights.stream().filter(weight -> weight.size() > 0).forEach(inputs::add);
        return inputs;
    }

    Optional<String> loss(LossKernel kernel) {
        LossKernel plain = Kernels.reference().loss();
        return tried(
                scratch -> {
                    // 61 rows of 5,003 classes are more than the kernel works through at once
                    for (long[] size : new long[][] {{13, 37}, {61, 5003}}) {
                        NDArray logits = numbers(scratch, new Shape(size));
                        NDArray labels = labels(scratch, size[0]);
                        compare(
                                "%s×%s".formatted(size[0], size[1]),
                                () -> plain.crossEntropy(logits, labels, 0.1f, 14),
                                () -> kernel.crossEntropy(logits, labels, 0.1f, 14),
                                new NDList(logits));
                    }
                });
    }

    /** A loss that works through at most 100 rows at once: several blocks, of few logits. */
    private LossKernel small(LinearKernel linear) {
        return new LossKernel.Fused(module, linear, 0, 100);
    }

    /** The loss of logits that it makes itself, by the linear map that the kernel has. */
    Optional<String> projectedLoss(LossKernel kernel) {
        return projectedLoss(kernel, Accuracy.SINGLE);
    }

    private Optional<String> projectedLoss(LossKernel kernel, Accuracy accuracy) {
        LossKernel plain = Kernels.reference().loss();
        return tried(
                scratch -> {
                    // the second is so large that every linear kernel applies
                    for (long[] size : new long[][] {{13, 5, 37}, {457, 36, 523}}) {
                        int bits = accuracy.bits();
                        NDArray states = numbers(scratch, new Shape(size[0], size[1]), bits);
                        NDArray weight = numbers(scratch, new Shape(size[2], size[1]), bits);
                        NDArray bias = size[0] == 13 ? null : numbers(scratch, new Shape(size[2]));
                        NDArray labels = labels(scratch, size[0]);
                        compare(
                                "%s×%s→%s".formatted(size[0], size[1], size[2]),
                                () ->
                                        plain.projectedCrossEntropy(
                                                states, weight, bias, labels, 0.1f, 14),
                                () ->
                                        kernel.projectedCrossEntropy(
                                                states, weight, bias, labels, 0.1f, 14),
                                bias == null
                                        ? new NDList(states, weight)
                                        : new NDList(states, weight, bias),
                                bits,
                                accuracy.lossTolerance());
                    }
                });
    }

    /** Classes below 19. */
    private static NDArray labels(NDManager scratch, long rows) {
        long[] labels = LongStream.range(0, rows).map(i -> i * 7 % 19).toArray();
        return HostArrays.of(scratch, labels, new Shape(rows));
    }

    /** Dropout whose random numbers are given: (rows, 1) and (1, 1024), of 64 bits each. */
    interface GivenDropout {
        NDArray drop(NDArray x, float rate, NDArray rows, NDArray columns);
    }

    Optional<String> dropout(GivenDropout kernel) {
        float rate = 0.3f;
        int size = 9001; // two rows of the kernel's table and part of a third
        return tried(
                scratch -> {
                    NDArray x = numbers(scratch, new Shape(size));
                    long[] rows = bits(3);
                    long[] columns = bits(1024);
                    NDArray mask =
                            HostArrays.of(scratch, mask(rows, columns, rate, size), x.getShape());
                    compare(
                            String.valueOf(size),
                            () -> x.mul(mask),
                            () ->
                                    kernel.drop(
                                            x,
                                            rate,
                                            HostArrays.of(scratch, rows, new Shape(3, 1)),
                                            HostArrays.of(scratch, columns, new Shape(1, 1024))),
                            new NDList(x));
                });
    }

    /** The mask that {@link GivenDropout} makes, worked out in Java. */
    private static float[] mask(long[] rows, long[] columns, float rate, int size) {
        int lowest = (int) (rate * 65536 + 0.5);
        float scale = 65536f / (65536 - lowest);
        float[] mask = new float[size];
        for (int i = 0; i < size; i++) {
            long mixed = rows[i / 4096] * (columns[i % 4096 / 4] | 1);
            mixed ^= mixed >> 32;
            mixed *= 0x9E3779B97F4A7C15L;
            mask[i] = (short) (mixed >>> 16 * (i % 4)) >= lowest - 32768 ? scale : 0;
        }
        return mask;
    }

    Optional<String> optimizer(OptimizerKernel kernel) {
        OptimizerKernel plain = Kernels.reference().optimizer();
        return tried(
                scratch -> {
                    for (boolean decoupled : new boolean[] {true, false}) {
                        AdamSettings settings =
                                new AdamSettings(0.01f, 0.9f, 0.98f, 1e-6f, 0.1f, decoupled);
                        NDList expected = trained(scratch, plain, settings);
                        NDList actual = trained(scratch, kernel, settings);
                        for (int i = 0; i < expected.size(); i++) {
                            same(
                                    "array " + i + " after two steps",
                                    expected.get(i),
                                    actual.get(i),
                                    TOLERANCE);
                        }
                    }
                });
    }

    /** Parameters, moments, sums and norm after two steps. */
    private static NDList trained(
            NDManager scratch, OptimizerKernel kernel, AdamSettings settings) {
        NDList parameters = new NDList();
        NDList first = new NDList();
        NDList second = new NDList();
        NDList sums = new NDList();
        for (Shape shape : List.of(new Shape(1), new Shape(3, 5), new Shape(37, 11))) {
            parameters.add(numbers(scratch, shape));
            first.add(scratch.zeros(shape));
            second.add(scratch.zeros(shape));
            sums.add(numbers(scratch, shape));
        }
        kernel.zero(sums);
        NDArray norm = null;
        for (int step = 1; step <= 2; step++) {
            NDList gradients = new NDList();
            parameters.forEach(each -> gradients.add(numbers(scratch, each.getShape())));
            kernel.scale(gradients, step);
            kernel.accumulate(sums, gradients);
            norm = kernel.globalNorm(gradients);
            kernel.adam(parameters, gradients, first, second, step, settings, 0.5f);
        }
        return new NDList(parameters)
                .addAll(first)
                .addAll(second)
                .addAll(sums)
                .addAll(new NDList(norm));
    }

    /**
     * Compares the values of two ways, and the gradients of a weighted sum of them. These need no
     * {@code GradientCollector}, of which DJL allows one at a time in a process.
     */
    private void compare(
            String size, Supplier<NDArray> plain, Supplier<NDArray> fused, NDList inputs) {
        compare(size, plain, fused, inputs, Accuracy.SINGLE.bits(), TOLERANCE);
    }

    private void compare(
            String size,
            Supplier<NDArray> plain,
            Supplier<NDArray> fused,
            NDList inputs,
            int bits,
            double tolerance) {
        inputs.forEach(input -> input.setRequiresGradient(true));
        NDArray expected = plain.get();
        NDArray actual = fused.get();
        same("its value for " + size, expected, actual, tolerance);
        NDArray weights = numbers(expected.getManager(), expected.getShape(), bits);
        for (NDArray input : inputs) {
            same(
                    "its gradient for " + size,
                    module.call("gradient", expected, weights, input),
                    module.call("gradient", actual, weights, input),
                    tolerance);
        }
    }

    private static void same(String what, NDArray expected, NDArray actual, double tolerance) {
        if (!expected.getShape().equals(actual.getShape())) {
            throw new Differs(
                    what
                            + " has the shape %s where the plain one has %s"
                                    .formatted(actual.getShape(), expected.getShape()));
        }
        float[] right = expected.toFloatArray();
        float[] found = actual.toFloatArray();
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < right.length; i++) {
            largest = Math.max(largest, Math.abs(right[i]));
            double off = Math.abs((double) right[i] - found[i]);
            difference = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(difference, off);
        }
        if (!(difference <= tolerance * largest)) {
            throw new Differs(
                    String.format(
                            Locale.ROOT,
                            "%s is off by %.2g where the largest plain one is %.2g",
                            what,
                            difference,
                            largest));
        }
    }

    private static AttentionRequest request(
            NDManager scratch,
            long queries,
            long keys,
            long groups,
            boolean causal,
            MaskArrays mask) {
        NDArray query = numbers(scratch, new Shape(2, 3, queries, 5));
        NDArray key = numbers(scratch, new Shape(2, groups, keys, 5));
        NDArray value = numbers(scratch, new Shape(2, groups, keys, 9));
        return new AttentionRequest(query, key, value, causal, mask, 0.7, 0, false, null);
    }

    private static MaskArrays visible(NDArray condition) {
        return MaskArrays.of(condition.toType(DataType.FLOAT32, false));
    }

    /** Each of n positions sees itself and some before. */
    private static NDArray window(NDManager scratch, int n, int before) {
        int[] seen =
                IntStream.range(0, n * n)
                        .map(i -> i / n - i % n >= 0 && i / n - i % n <= before ? 1 : 0)
                        .toArray();
        return HostArrays.of(scratch, seen, new Shape(1, 1, n, n)).gt(0);
    }

    private static NDArray numbers(NDManager scratch, Shape shape) {
        return numbers(scratch, shape, Accuracy.SINGLE.bits());
    }

    /** Numbers in [-1, 1) that look random and are always the same. */
    private static NDArray numbers(NDManager scratch, Shape shape, int precision) {
        float[] values = new float[Math.toIntExact(shape.size())];
        long[] bits = bits(values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = (bits[i] >> 64 - precision) / (float) (1 << precision - 1);
        }
        return HostArrays.of(scratch, values, shape);
    }

    private static long[] bits(int count) {
        return new SplittableRandom(count).longs(count).toArray();
    }

    /**
     * Runs a trial in a thread of its own: there the engine records gradients, whatever the thread
     * that first needs a kernel is in the middle of.
     *
     * @return what is wrong; empty if nothing is
     */
    private Optional<String> tried(Consumer<NDManager> trial) {
        FutureTask<Optional<String>> task =
                new FutureTask<>(
                        () -> {
                            try (NDManager scratch =
                                    NDManager.newBaseManager(device, TorchModule.ENGINE)) {
                                trial.accept(scratch);
                                return Optional.empty();
                            } catch (Differs e) {
                                return Optional.of(e.getMessage());
                            } catch (RuntimeException e) {
                                return Optional.of("it fails: " + firstLine(e));
                            }
                        });
        Thread thread = new Thread(task, "attn4j-kernel-proof");
        thread.setDaemon(true);
        thread.start();
        return EngineThreads.result(task);
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
    }

    /** A result that is not the plain one. */
    private static final class Differs extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Differs(String message) {
            super(message);
        }
    }
}
