package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The fused kernels of the PyTorch engine on one device, compiled from the TorchScript beside this
 * class.
 */
public final class PyTorchKernels implements AutoCloseable {

    /** The name of the engine. */
    public static final String ENGINE = TorchModule.ENGINE;

    private static final String SOURCE = "kernels.torchscript";

    private final TorchModule module;
    private final boolean host;

    private PyTorchKernels(TorchModule module, boolean host) {
        this.module = module;
        this.host = host;
    }

    /**
     * Compiles the kernels.
     *
     * @param device where they will run
     * @return the kernels
     * @throws IOException if the source cannot be read, or this libtorch lacks an operator
     */
    public static PyTorchKernels load(Device device) throws IOException {
        try (InputStream in = PyTorchKernels.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IOException("the resource " + SOURCE + " is missing from the jar");
            }
            String functions = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new PyTorchKernels(TorchModule.compile(functions, device), !device.isGpu());
        }
    }

    /**
     * Attention.
     *
     * @return the kernel
     */
    public AttentionKernel attention() {
        return new FusedKernel(module);
    }

    /**
     * Linear maps.
     *
     * @param choice how
     * @param engine the engine's own
     * @return the kernel
     */
    public LinearKernel linear(KernelChoice.Linear choice, LinearKernel engine) {
        return switch (choice) {
            case ENGINE -> engine;
            case ONEDNN -> new OneDnnLinearKernel(module, false, engine);
            case ONEDNN_ALL -> new OneDnnLinearKernel(module, true, engine);
        };
    }

    /**
     * Losses.
     *
     * @return the kernel
     */
    public LossKernel loss() {
        return new FusedLossKernel(module);
    }

    /**
     * Optimiser steps.
     *
     * @return the kernel
     */
    public OptimizerKernel optimizer() {
        return new FusedOptimizerKernel(module);
    }

    /**
     * Dropout.
     *
     * @param choice how
     * @param engine the engine's own
     * @return the kernel
     */
    public DropoutKernel dropout(KernelChoice.Dropout choice, DropoutKernel engine) {
        return choice == KernelChoice.Dropout.HASH ? new FusedDropoutKernel(module) : engine;
    }

    /**
     * Files.
     *
     * @return the kernel
     */
    public FileKernel files() {
        return new TorchFileKernel(module);
    }

    /**
     * The way that suits the device, by what it is; which ways are right there is not asked.
     *
     * @return the choice
     */
    public KernelChoice suited() {
        if (!host) {
            return new KernelChoice(true, KernelChoice.Linear.ENGINE, KernelChoice.Dropout.ENGINE);
        }
        return new KernelChoice(
                true,
                Processor.here().prefersOneDnn()
                        ? KernelChoice.Linear.ONEDNN
                        : KernelChoice.Linear.ENGINE,
                KernelChoice.Dropout.HASH);
    }

    /**
     * Hashed dropout with random numbers that are given.
     *
     * @param x what is dropped from, of n elements
     * @param rate the rate
     * @param rows ⌈n / 4096⌉ numbers, (⌈n / 4096⌉, 1), int64
     * @param columns (1, 1024), int64
     * @return the result, of the shape of {@code x}
     */
    public NDArray drop(NDArray x, float rate, NDArray rows, NDArray columns) {
        try (NDArray scalar = module.scalar((double) rate)) {
            return module.call("drop_by", x, scalar, rows, columns);
        }
    }

    /**
     * The gradient of {@code Σ weights · result}, in a thread that records gradients. It needs no
     * {@code GradientCollector}, of which DJL allows one at a time in a process.
     *
     * @param result what was computed from the input
     * @param weights of the shape of the result
     * @param input an array that requires a gradient
     * @return the gradient, of the shape of the input
     */
    public NDArray gradient(NDArray result, NDArray weights, NDArray input) {
        return module.call("gradient", result, weights, input);
    }

    /** Frees the kernels; those that a JVM uses all its life need not be closed. */
    @Override
    public void close() {
        module.close();
    }
}
