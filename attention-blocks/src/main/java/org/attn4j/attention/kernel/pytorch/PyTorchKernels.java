package org.attn4j.attention.kernel.pytorch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.attn4j.attention.kernel.AttentionKernel;
import org.attn4j.attention.kernel.DropoutKernel;
import org.attn4j.attention.kernel.FileKernel;
import org.attn4j.attention.kernel.KernelChoice;
import org.attn4j.attention.kernel.LinearKernel;
import org.attn4j.attention.kernel.LossKernel;
import org.attn4j.attention.kernel.OptimizerKernel;

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
        return choice == KernelChoice.Linear.ONEDNN
                ? new OneDnnLinearKernel(module, engine)
                : engine;
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
     * Tries the ways on this device for a few milliseconds, with the threads that the engine now
     * has.
     *
     * @param manager a manager on the device
     * @param linear the engine's own linear maps
     * @param dropout the engine's own dropout
     * @return the fastest
     */
    public KernelChoice probe(NDManager manager, LinearKernel linear, DropoutKernel dropout) {
        if (!host) {
            return new KernelChoice(true, KernelChoice.Linear.ENGINE, KernelChoice.Dropout.ENGINE);
        }
        return new KernelChoice(true, KernelChoice.Linear.ENGINE, KernelChoice.Dropout.HASH);
    }

    /** Frees the kernels; those that a JVM uses all its life need not be closed. */
    @Override
    public void close() {
        module.close();
    }
}
