package org.attn4j.attention.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernels of one engine and device. They are made on first use, once per JVM, and serve any
 * number of threads.
 *
 * <p>{@link KernelPolicy} says whether the fused kernels are used. On an engine that has none, the
 * kernels are the reference.
 */
public final class Kernels {

    private static final Kernels REFERENCE =
            new Kernels(
                    KernelChoice.ENGINE,
                    new ReferenceKernel(),
                    new ReferenceLinearKernel(),
                    new ReferenceLossKernel(),
                    new ReferenceOptimizerKernel(),
                    new ReferenceDropoutKernel());

    private static final Map<Key, Kernels> MADE = new ConcurrentHashMap<>();

    private final KernelChoice choice;
    private final AttentionKernel attention;
    private final LinearKernel linear;
    private final LossKernel loss;
    private final OptimizerKernel optimizer;
    private final DropoutKernel dropout;

    private Kernels(
            KernelChoice choice,
            AttentionKernel attention,
            LinearKernel linear,
            LossKernel loss,
            OptimizerKernel optimizer,
            DropoutKernel dropout) {
        this.choice = choice;
        this.attention = attention;
        this.linear = linear;
        this.loss = loss;
        this.optimizer = optimizer;
        this.dropout = dropout;
    }

    private record Key(String engine, Device device, KernelPolicy policy) {}

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
        Key key = new Key(manager.getEngine().getEngineName(), manager.getDevice(), policy);
        return MADE.computeIfAbsent(key, Kernels::make);
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

    private static Kernels make(Key key) {
        return REFERENCE;
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
}
