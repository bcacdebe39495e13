package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.ops.KernelChoice.Linear;
import org.attn4j.attention.ops.KernelChoice.Part;
import org.attn4j.common.Require;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels of one engine and device. They are made on first use, once per JVM, and serve any
 * number of threads.
 *
 * <p>Which kernels compute follows from {@link #PROPERTY}, from what the machine is, and from what
 * proved right on it: a fused kernel is held against the reference first, values and gradients, and
 * is not used if it differs. No timing has a say. On an engine that has no fused kernels, all are
 * the reference.
 *
 * <p>Fused kernels on PyTorch set the system property {@code ai.djl.pytorch.graph_optimizer} to
 * {@code false} unless it is set: results of a function would depend on how often it was called.
 * This holds for other TorchScript modules in the JVM too.
 */
public final class Kernels {

    private static final Logger LOGGER = LoggerFactory.getLogger(Kernels.class);

    private static final AttentionKernel PLAIN_ATTENTION = new AttentionKernel.Reference();
    private static final LinearKernel PLAIN_LINEAR = new LinearKernel.Reference();
    private static final LossKernel PLAIN_LOSS = new LossKernel.Reference(PLAIN_LINEAR);
    private static final OptimizerKernel PLAIN_OPTIMIZER = new OptimizerKernel.Reference();
    private static final DropoutKernel PLAIN_DROPOUT = new DropoutKernel.Reference();

    private static final Kernels REFERENCE = new Kernels(null, null, KernelChoice.REFERENCE, false);

    /**
     * The system property that says which kernels a JVM uses: {@code auto}, the fused kernels that
     * suit the machine and proved right on it, and the reference elsewhere; {@code fused}, as auto,
     * but an engine that has no fused kernels is an error; or a choice in the form of {@link
     * KernelChoice#parse}, such as {@code reference}.
     */
    public static final String PROPERTY = "attn4j.kernels";

    private static final Map<Key, Kernels> MADE = new ConcurrentHashMap<>();

    private final TorchModule module; // null on an engine without fused kernels
    private final KernelProof proof; // null without fused kernels
    private final KernelChoice wanted;
    private final boolean asked; // whether someone asked for just this choice
    private final Map<Part, Optional<String>> failures = new ConcurrentHashMap<>();
    private final Map<Packing, Optional<String>> packings = new ConcurrentHashMap<>();

    private Kernels(TorchModule module, KernelProof proof, KernelChoice wanted, boolean asked) {
        this.module = module;
        this.proof = proof;
        this.wanted = wanted;
        this.asked = asked;
    }

    /** What a packed map is proved right for. */
    private record Packing(Precision precision, PackedLinear.Form form, Shape weight) {}

    /** The policy is unread: of(…) is called at every operation, and reads it once. */
    private record Key(String engine, Device device, String policy) {

        static Key of(NDManager manager) {
            return new Key(
                    manager.getEngine().getEngineName(),
                    manager.getDevice(),
                    System.getProperty(PROPERTY, "auto"));
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
        return made != null ? made : MADE.computeIfAbsent(key, Kernels::make);
    }

    /**
     * Drops some of an array's numbers in training, by the kernel of its engine and device.
     *
     * @param x any array
     * @param rate the share that is dropped, in [0, 1)
     * @param training whether this is a training pass
     * @return x itself, unless this is a training pass and the rate is above 0
     */
    public static NDArray dropped(NDArray x, float rate, boolean training) {
        return training && rate > 0 ? of(x.getManager()).dropout().dropout(x, rate) : x;
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
     * Attends by the kernel asked for, or by that of this JVM.
     *
     * @param asked the kernel asked for; null for that of this JVM
     * @param request what attends to what
     * @return the context (B, N, T, Hv)
     */
    public static NDArray attend(AttentionKernel asked, AttentionRequest request) {
        AttentionKernel kernel =
                asked == null ? of(request.query().getManager()).attention() : asked;
        return kernel.attend(request);
    }

    /**
     * Checks a value of {@link #PROPERTY}.
     *
     * @param policy the value
     * @throws IllegalArgumentException if it cannot be read
     */
    public static void checkPolicy(String policy) {
        forced(policy);
    }

    /** The choice that a policy forces; empty if the machine decides. */
    private static Optional<KernelChoice> forced(String policy) {
        String name = policy.strip().toLowerCase(Locale.ROOT);
        if (name.equals("auto") || name.equals("fused")) {
            return Optional.empty();
        }
        try {
            return Optional.of(KernelChoice.parse(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the kernels must be auto, reference, fused or a choice: " + e.getMessage(), e);
        }
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
        Key key = Key.of(manager);
        if (forced(key.policy).isPresent()) {
            return;
        }
        Kernels now = of(manager);
        if (now.choice().equals(choice)) {
            return;
        }
        Require.that(
                !choice.fused() || now.module != null,
                "these results were made with %s, but here it is %s: use the same engine",
                choice,
                now.choice());
        Kernels restored = new Kernels(now.module, now.proof, choice, true);
        restored.choice(); // proves it
        MADE.put(key, restored);
    }

    /**
     * Computes the products of large linear maps in bfloat16 from now on, forward and backward, for
     * the engine and device of a manager, until {@link #restore} is called.
     *
     * @param manager a manager; its engine and device count
     * @throws IllegalArgumentException if this engine cannot, if the policy of this JVM forces
     *     another way, or if it is not right on this machine
     */
    public static void useBfloat16(NDManager manager) {
        Key key = Key.of(manager);
        Kernels now = of(manager);
        Require.that(
                now.module != null,
                "bf16 needs the fused kernels of the %s engine, got engine=%s, %s",
                TorchModule.ENGINE,
                key.engine,
                now.wanted);
        boolean otherwise = forced(key.policy).filter(it -> it.linear() != Linear.BF16).isPresent();
        Require.that(!otherwise, "bf16 needs linear=bf16, got %s=%s", PROPERTY, key.policy);
        Kernels lower = new Kernels(now.module, now.proof, now.choice().with(Linear.BF16), true);
        lower.choice(); // proves it
        MADE.put(key, lower);
    }

    /**
     * Tells whether the gradients of several backward passes add up by themselves.
     *
     * @param manager a manager; its engine counts
     * @return false if the last one's are what is left
     */
    public static boolean addGradientsUp(NDManager manager) {
        return TorchModule.ENGINE.equals(manager.getEngine().getEngineName());
    }

    /** The kernels of a choice, less what does not prove right. */
    static Kernels proved(TorchModule module, KernelProof proof, KernelChoice choice) {
        return new Kernels(module, proof, choice, false);
    }

    private static Kernels make(Key key) {
        Optional<KernelChoice> forced = forced(key.policy);
        if (forced.isPresent() && !forced.get().fused()) {
            return REFERENCE;
        }
        boolean required = !key.policy.strip().equalsIgnoreCase("auto");
        if (!TorchModule.ENGINE.equals(key.engine)) {
            if (required) {
                throw new IllegalStateException(
                        "fused kernels need the %s engine, but the arrays are on %s: use %s=auto"
                                .formatted(TorchModule.ENGINE, key.engine, PROPERTY));
            }
            return REFERENCE;
        }
        try {
            TorchModule module = TorchModule.ofKernels(key.device);
            KernelProof proof = new KernelProof(module, key.device);
            return forced.isPresent()
                    ? new Kernels(module, proof, forced.get(), true)
                    : proved(module, proof, KernelChoice.suited(key.device));
        } catch (IOException e) {
            if (required) {
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
        Require.that(!asked, "%s cannot be used: %s", wanted, reason);
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
     * @return the kernel
     */
    public AttentionKernel attention() {
        return fuses(Part.ATTENTION) ? new AttentionKernel.Fused(module) : PLAIN_ATTENTION;
    }

    /**
     * Linear maps.
     *
     * @return the kernel
     */
    public LinearKernel linear() {
        return fuses(Part.LINEAR) ? proof.linearOf(wanted) : PLAIN_LINEAR;
    }

    /**
     * Packs a linear map for prediction, if maps of its precision and shape prove right on this
     * machine. On an engine without fused kernels, and on a GPU, none is packed.
     *
     * @param owner takes the packed weights over
     * @param weight (out, in)
     * @param bias (out)
     * @param precision what it computes with
     * @return the packed map; for {@link Precision#FP32} nothing where the plain map is to compute
     * @throws IllegalArgumentException if another precision is not to be had here
     */
    Optional<PackedLinear> packed(
            NDManager owner, NDArray weight, NDArray bias, Precision precision) {
        boolean plain = precision == Precision.FP32;
        if (!wanted.fused()
                || weight.getDevice().isGpu()
                || weight.getDataType() != DataType.FLOAT32) {
            Require.that(
                    plain,
                    "precision %s needs the fused kernels of %s on a CPU and weights of float32,"
                            + " got %s and %s on %s: use fp32",
                    precision,
                    TorchModule.ENGINE,
                    wanted,
                    weight.getDataType(),
                    weight.getDevice());
            return Optional.empty();
        }
        Optional<String> failure = Optional.empty();
        for (PackedLinear.Form form : PackedLinear.Form.of(precision)) {
            PackedLinear packed;
            try {
                packed = PackedLinear.of(module, owner, weight, bias, precision, form);
            } catch (EngineException e) {
                Require.that(plain, "this machine cannot compute in %s: use fp32", precision);
                return Optional.empty();
            }
            failure =
                    packings.computeIfAbsent(
                            new Packing(precision, form, weight.getShape()),
                            key -> proof.packed(packed, weight, bias, precision));
            if (failure.isEmpty()) {
                return Optional.of(packed);
            }
            packed.close();
        }
        Require.that(
                plain,
                "precision %s is not right on this machine, %s: use fp32",
                precision,
                failure.get());
        LOGGER.debug("Not packed: {}", failure.get());
        return Optional.empty();
    }

    /**
     * Losses.
     *
     * @return the kernel
     */
    public LossKernel loss() {
        LinearKernel linear = linear();
        return fuses(Part.LOSS)
                ? new LossKernel.Fused(module, linear)
                : new LossKernel.Reference(linear);
    }

    /**
     * Optimiser steps.
     *
     * @return the kernel
     */
    public OptimizerKernel optimizer() {
        return fuses(Part.OPTIMIZER) ? new OptimizerKernel.Fused(module) : PLAIN_OPTIMIZER;
    }

    /**
     * Dropout.
     *
     * @return the kernel
     */
    public DropoutKernel dropout() {
        return fuses(Part.DROPOUT) ? new DropoutKernel.Fused(module) : PLAIN_DROPOUT;
    }

    /**
     * Sublayers of transformers in one call, for training.
     *
     * @return the kernel; the reference has none, and leaves all to the parts
     */
    public SublayerKernel sublayers() {
        return fuses(Part.SUBLAYER)
                ? new SublayerKernel(module, linear(), fuses(Part.DROPOUT))
                : SublayerKernel.NONE;
    }

    /**
     * Files whose tensors become arrays without a copy.
     *
     * @return the kernel; the reference maps no file
     */
    public FileKernel files() {
        return wanted.fused() ? new FileKernel.Torch(module) : FileKernel.NONE;
    }
}
