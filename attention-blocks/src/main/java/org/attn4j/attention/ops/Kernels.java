package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.ops.KernelChoice.Part;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of one engine and device. They are made on first use, once per JVM, and serve any
 * number of threads.
 *
 * <p>Which kernels compute follows from {@link KernelPolicy}, from what the machine is, and from
 * what proved right on it: a fused kernel is held against the reference first, values and
 * gradients, and is not used if it differs. No timing has a say. On an engine that has no fused
 * kernels, all are the reference.
 */
public final class Kernels {

    private static final Logger LOGGER = LoggerFactory.getLogger(Kernels.class);

    private static final AttentionKernel PLAIN_ATTENTION = new ReferenceKernel();
    private static final LinearKernel PLAIN_LINEAR = new ReferenceLinearKernel();
    private static final LossKernel PLAIN_LOSS = new ReferenceLossKernel();
    private static final OptimizerKernel PLAIN_OPTIMIZER = new ReferenceOptimizerKernel();
    private static final DropoutKernel PLAIN_DROPOUT = new ReferenceDropoutKernel();

    private static final Kernels REFERENCE = new Kernels(null, null, KernelChoice.REFERENCE, false);

    private static final Map<Key, Kernels> MADE = new ConcurrentHashMap<>();

    private final PyTorchKernels torch; // null on an engine without fused kernels
    private final KernelProof proof; // null without fused kernels
    private final KernelChoice wanted;
    private final boolean asked; // whether someone asked for just this choice
    private final Map<Part, Optional<String>> failures = new ConcurrentHashMap<>();
    private final AttentionKernel fusedAttention;
    private final LinearKernel fusedLinear;
    private final DropoutKernel fusedDropout;

    private Kernels(PyTorchKernels torch, KernelProof proof, KernelChoice wanted, boolean asked) {
        this.torch = torch;
        this.proof = proof;
        this.wanted = wanted;
        this.asked = asked;
        boolean fused = torch != null && wanted.fused();
        fusedAttention = fused ? new FirstSupporting(torch.attention(), PLAIN_ATTENTION) : null;
        fusedLinear = fused ? torch.linear(wanted.linear(), PLAIN_LINEAR) : null;
        fusedDropout = fused ? torch.dropout(wanted.dropout(), PLAIN_DROPOUT) : null;
    }

    /** The policy is unread: of(…) is called at every operation, and reads it once. */
    private record Key(String engine, Device device, String policy) {

        static Key of(NDManager manager) {
            return new Key(
                    manager.getEngine().getEngineName(), manager.getDevice(), KernelPolicy.text());
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
        public NDArray attend(AttentionRequest request) {
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
        Key key = Key.of(manager);
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
     * that of this JVM if none was asked for.
     *
     * @param asked the kernel asked for; null for that of this JVM
     * @param manager the manager of the query
     * @param request what is to be computed
     * @return a kernel that supports the request
     */
    public static AttentionKernel choose(
            AttentionKernel asked, NDManager manager, AttentionRequest request) {
        AttentionKernel kernel = asked == null ? of(manager).attention() : asked;
        return kernel.supports(request) ? kernel : PLAIN_ATTENTION;
    }

    /**
     * Uses a recorded choice from now on, for the engine and device of a manager. What the policy
     * of this JVM forces stays.
     *
     * @param manager a manager; its engine and device count
     * @param choice what {@link #choice()} was
     * @throws IllegalArgumentException if this engine lacks the choice, or it is not right on this
     *     machine
     */
    public static void restore(NDManager manager, KernelChoice choice) {
        if (KernelPolicy.current().choice() != null) {
            return;
        }
        Kernels now = of(manager);
        if (now.choice().equals(choice)) {
            return;
        }
        if (choice.fused() && now.torch == null) {
            throw new IllegalArgumentException(
                    "these results were made with "
                            + choice
                            + ", but here it is "
                            + now.choice()
                            + ": use the same engine");
        }
        Kernels restored = new Kernels(now.torch, now.proof, choice, true);
        restored.choice(); // proves it
        MADE.put(Key.of(manager), restored);
    }

    /** The kernels of a choice, less what does not prove right. */
    static Kernels proved(PyTorchKernels torch, KernelProof proof, KernelChoice choice) {
        return new Kernels(torch, proof, choice, false);
    }

    private static Kernels make(NDManager manager, Key key) {
        KernelPolicy policy = KernelPolicy.parse(key.policy);
        if (policy.equals(KernelPolicy.REFERENCE)) {
            return REFERENCE;
        }
        if (!PyTorchKernels.ENGINE.equals(key.engine)) {
            if (policy.required()) {
                throw new IllegalStateException(
                        "fused kernels need the "
                                + PyTorchKernels.ENGINE
                                + " engine, but the arrays are on "
                                + key.engine
                                + ": use "
                                + KernelPolicy.PROPERTY
                                + "=auto");
            }
            return REFERENCE;
        }
        try {
            PyTorchKernels torch = PyTorchKernels.load(key.device);
            KernelProof proof = new KernelProof(torch, key.device);
            return policy.choice() == null
                    ? proved(torch, proof, torch.suited())
                    : new Kernels(torch, proof, policy.choice(), true);
        } catch (IOException e) {
            if (policy.required()) {
                throw new IllegalStateException(e.getMessage(), e);
            }
            LOGGER.warn(
                    "No fused kernels, everything runs as plain operations: {}", e.getMessage());
            return REFERENCE;
        }
    }

    /** Whether a part has a fused kernel that is wanted, and right on this machine. */
    private boolean fuses(Part part) {
        return wanted.fuses(part) && failures.computeIfAbsent(part, this::prove).isEmpty();
    }

    private Optional<String> prove(Part part) {
        Optional<String> failure = proof.failure(part, wanted);
        if (failure.isEmpty()) {
            return failure;
        }
        String reason = wanted.name(part) + " is not right on this machine: " + failure.get();
        if (asked) {
            throw new IllegalArgumentException(wanted + " cannot be used: " + reason);
        }
        LOGGER.warn("Plain operations stand in for a kernel: {}", reason);
        return Optional.of(reason);
    }

    /**
     * What computes on this machine. Proves all parts that were not used yet.
     *
     * @return the choice, to be recorded and restored
     */
    public KernelChoice choice() {
        KernelChoice right = wanted;
        for (Part part : Part.values()) {
            right = fuses(part) ? right : right.without(part);
        }
        return right;
    }

    /**
     * What would have suited the machine but did not prove right on it. Proves all parts that were
     * not used yet.
     *
     * @return the reason by part; empty if all did
     */
    public Map<Part, String> refused() {
        choice();
        Map<Part, String> refused = new EnumMap<>(Part.class);
        failures.forEach((part, failure) -> failure.ifPresent(text -> refused.put(part, text)));
        return refused;
    }

    /**
     * Attention.
     *
     * @return a kernel that supports every request
     */
    public AttentionKernel attention() {
        return fuses(Part.ATTENTION) ? fusedAttention : PLAIN_ATTENTION;
    }

    /**
     * Linear maps.
     *
     * @return the kernel
     */
    public LinearKernel linear() {
        return fuses(Part.LINEAR) ? fusedLinear : PLAIN_LINEAR;
    }

    /**
     * Losses.
     *
     * @return the kernel
     */
    public LossKernel loss() {
        return fuses(Part.LOSS) ? torch.loss() : PLAIN_LOSS;
    }

    /**
     * Optimiser steps.
     *
     * @return the kernel
     */
    public OptimizerKernel optimizer() {
        return fuses(Part.OPTIMIZER) ? torch.optimizer() : PLAIN_OPTIMIZER;
    }

    /**
     * Dropout.
     *
     * @return the kernel
     */
    public DropoutKernel dropout() {
        return fuses(Part.DROPOUT) ? fusedDropout : PLAIN_DROPOUT;
    }

    /**
     * Files whose tensors become arrays without a copy.
     *
     * @return the kernel; the reference maps no file
     */
    public FileKernel files() {
        return wanted.fused() ? torch.files() : FileKernel.NONE;
    }
}
