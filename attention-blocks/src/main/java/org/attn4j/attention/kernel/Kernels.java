package org.attn4j.attention.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.kernel.pytorch.PyTorchKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of one engine and device. They are made on first use, once per JVM, and serve any
 * number of threads.
 *
 * <p>{@link KernelPolicy} says whether the fused kernels are used. On an engine that has none, the
 * kernels are the reference.
 */
public final class Kernels {

    /** The system property that forces a choice, in the form of {@link KernelChoice#parse}. */
    public static final String CHOICE_PROPERTY = "attn4j.kernels.choice";

    private static final Logger LOGGER = LoggerFactory.getLogger(Kernels.class);

    private static final Kernels REFERENCE =
            new Kernels(
                    KernelChoice.REFERENCE,
                    null,
                    new ReferenceKernel(),
                    new ReferenceLinearKernel(),
                    new ReferenceLossKernel(),
                    new ReferenceOptimizerKernel(),
                    new ReferenceDropoutKernel(),
                    FileKernel.NONE);

    private static final Map<Key, Kernels> MADE = new ConcurrentHashMap<>();

    private final KernelChoice choice;
    private final PyTorchKernels torch; // null for the reference
    private final AttentionKernel attention;
    private final LinearKernel linear;
    private final LossKernel loss;
    private final OptimizerKernel optimizer;
    private final DropoutKernel dropout;
    private final FileKernel files;

    private Kernels(
            KernelChoice choice,
            PyTorchKernels torch,
            AttentionKernel attention,
            LinearKernel linear,
            LossKernel loss,
            OptimizerKernel optimizer,
            DropoutKernel dropout,
            FileKernel files) {
        this.choice = choice;
        this.torch = torch;
        this.attention = attention;
        this.linear = linear;
        this.loss = loss;
        this.optimizer = optimizer;
        this.dropout = dropout;
        this.files = files;
    }

    private record Key(String engine, Device device, KernelPolicy policy) {

        static Key of(NDManager manager, KernelPolicy policy) {
            return new Key(manager.getEngine().getEngineName(), manager.getDevice(), policy);
        }
    }

    /** Requests that one kernel does not support go to another, which supports all. */
    private record FirstSupporting(AttentionKernel kernel, AttentionKernel fallback)
            implements AttentionKernel {

        @Override
        public boolean supports(AttentionRequest request) {
            return true;
        }

        @Override
        public AttentionOutput attend(AttentionRequest request) {
            return (kernel.supports(request) ? kernel : fallback).attend(request);
        }
    }

    /**
     * The kernels for the arrays of a manager, under the policy of this JVM.
     *
     * @param manager a manager; its engine and device count
     * @return the kernels
     */
    public static Kernels of(NDManager manager) {
        KernelPolicy policy = KernelPolicy.current();
        if (policy == KernelPolicy.REFERENCE) {
            return REFERENCE;
        }
        Key key = Key.of(manager, policy);
        Kernels made = MADE.get(key);
        return made != null ? made : MADE.computeIfAbsent(key, k -> make(manager, k));
    }

    /**
     * The kernels in plain array operations, for any engine: what the others are measured by.
     *
     * @return the kernels
     */
    public static Kernels reference() {
        return REFERENCE;
    }

    /**
     * The kernel that attends: the one asked for if it supports the request, else the reference, or
     * the fastest if none was asked for.
     *
     * @param asked the kernel asked for; null for the fastest
     * @param manager the manager of the query
     * @param request what is to be computed
     * @return a kernel that supports the request
     */
    public static AttentionKernel choose(
            AttentionKernel asked, NDManager manager, AttentionRequest request) {
        AttentionKernel kernel = asked == null ? of(manager).attention() : asked;
        return kernel.supports(request) ? kernel : REFERENCE.attention;
    }

    /**
     * Uses a recorded choice from now on, for the engine and device of a manager.
     *
     * @param manager a manager; its engine and device count
     * @param choice what {@link #choice()} was
     * @throws IllegalArgumentException if this engine, or the policy of this JVM, does not allow it
     */
    public static void restore(NDManager manager, KernelChoice choice) {
        Kernels now = of(manager);
        if (now.choice.equals(choice)) {
            return;
        }
        if (now == REFERENCE || !choice.fused()) {
            throw new IllegalArgumentException(
                    "these results were made with "
                            + choice
                            + ", but here it is "
                            + now.choice
                            + ": use the same engine, and the same "
                            + KernelPolicy.PROPERTY);
        }
        MADE.put(Key.of(manager, KernelPolicy.current()), fused(now.torch, choice));
    }

    private static Kernels make(NDManager manager, Key key) {
        boolean required = key.policy == KernelPolicy.FUSED;
        if (!PyTorchKernels.ENGINE.equals(key.engine)) {
            if (required) {
                throw new IllegalStateException(
                        KernelPolicy.PROPERTY
                                + "=fused needs the "
                                + PyTorchKernels.ENGINE
                                + " engine, but the arrays are on "
                                + key.engine
                                + ": use auto");
            }
            return REFERENCE;
        }
        try {
            PyTorchKernels torch = PyTorchKernels.load(key.device);
            String forced = System.getProperty(CHOICE_PROPERTY);
            KernelChoice choice =
                    forced == null
                            ? torch.probe(manager, REFERENCE.linear, REFERENCE.dropout)
                            : KernelChoice.parse(forced);
            return choice.fused() ? fused(torch, choice) : REFERENCE;
        } catch (IOException e) {
            if (required) {
                throw new IllegalStateException(e.getMessage(), e);
            }
            LOGGER.warn(
                    "No fused kernels, everything runs as plain operations: {}", e.getMessage());
            return REFERENCE;
        }
    }

    private static Kernels fused(PyTorchKernels torch, KernelChoice choice) {
        return new Kernels(
                choice,
                torch,
                new FirstSupporting(torch.attention(), REFERENCE.attention),
                torch.linear(choice.linear(), REFERENCE.linear),
                torch.loss(),
                torch.optimizer(),
                torch.dropout(choice.dropout(), REFERENCE.dropout),
                torch.files());
    }

    /**
     * What was chosen as the fastest on this machine.
     *
     * @return the choice, to be recorded and restored
     */
    public KernelChoice choice() {
        return choice;
    }

    /**
     * Attention.
     *
     * @return a kernel that supports every request
     */
    public AttentionKernel attention() {
        return attention;
    }

    /**
     * Linear maps.
     *
     * @return the kernel
     */
    public LinearKernel linear() {
        return linear;
    }

    /**
     * Losses.
     *
     * @return the kernel
     */
    public LossKernel loss() {
        return loss;
    }

    /**
     * Optimiser steps.
     *
     * @return the kernel
     */
    public OptimizerKernel optimizer() {
        return optimizer;
    }

    /**
     * Dropout.
     *
     * @return the kernel
     */
    public DropoutKernel dropout() {
        return dropout;
    }

    /**
     * Files whose tensors become arrays without a copy.
     *
     * @return the kernel; the reference maps no file
     */
    public FileKernel files() {
        return files;
    }
}
