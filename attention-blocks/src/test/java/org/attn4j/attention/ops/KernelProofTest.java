package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.KernelChoice.Part;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KernelProofTest {

    private static final KernelChoice ALL = KernelChoice.parse("fused,linear=onednn,dropout=hash");

    private static final KernelChoice BF16 = KernelChoice.parse("fused,linear=bf16,dropout=hash");

    private final Kernels plain = Kernels.reference();
    private TorchModule module;
    private KernelProof proof;

    @BeforeEach
    void load() throws IOException {
        assumeTrue(TestEngine.isPyTorch());
        module = TorchModule.ofKernels(Device.cpu());
        proof = new KernelProof(module, Device.cpu());
    }

    @AfterEach
    void close() {
        if (module != null) {
            module.close();
        }
    }

    @Test
    void plainOperationsPass() {
        assertEquals(Optional.empty(), proof.linear(plain.linear(), KernelProof.Accuracy.SINGLE));
        assertEquals(Optional.empty(), proof.attention(plain.attention()));
        assertEquals(Optional.empty(), proof.loss(plain.loss()));
        assertEquals(Optional.empty(), proof.projectedLoss(plain.loss()));
        assertEquals(Optional.empty(), proof.optimizer(plain.optimizer()));
    }

    @Test
    void partsThatAreNotTheEnginesPassOrSayWhatIsWrong() {
        for (Part part : Part.values()) {
            Optional<String> failure = proof.failure(part, ALL);
            // on a processor where oneDNN errs, the linear map is refused, and that is right too
            assertTrue(
                    failure.isEmpty() || part == Part.LINEAR && failure.get().contains("is off by"),
                    () -> part + ": " + failure);
        }
    }

    @Test
    void productsOfBfloat16Pass() {
        assertEquals(Optional.empty(), proof.failure(Part.LINEAR, BF16));
    }

    @Test
    void productsOfFewerBitsThanBfloat16AreCaught() {
        LinearKernel coarse =
                (x, w, b) -> {
                    NDArray right = proof.linearOf(BF16).linear(x, w, b);
                    return Scalars.multiply(right, 1 + 1.0 / 128); // what rounding to 7 bits does
                };
        String failure = proof.linear(coarse, KernelProof.Accuracy.BFLOAT16).orElseThrow();
        assertTrue(failure.startsWith("its value for 457×258→72"), failure);
    }

    /** What was seen of oneDNN's inner product: right at full blocks of 64 outputs, else wrong. */
    @Test
    void linearThatErrsAtWidthsThatFillNoBlockIsCaught() {
        LinearKernel errs =
                (x, w, b) -> {
                    NDArray right = plain.linear().linear(x, w, b);
                    return w.getShape().get(0) % 64 == 0 ? right : right.neg();
                };
        assertTrue(
                proof.linear(errs, KernelProof.Accuracy.SINGLE)
                        .orElseThrow()
                        .startsWith("its value for"));
    }

    @Test
    void linearWithAWrongGradientAloneIsCaught() {
        LinearKernel errs =
                (x, w, b) -> {
                    NDArray right = plain.linear().linear(x, w, b);
                    return w.getShape().get(1) % 64 == 0 ? right : cut(right, w);
                };
        String failure = proof.linear(errs, KernelProof.Accuracy.SINGLE).orElseThrow();
        assertTrue(failure.startsWith("its gradient for 457×258→72 is off by"), failure);
    }

    /** As the linear map: right at full blocks of 64 outputs, else wrong. */
    @Test
    void packedMapThatErrsIsCaught() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), TorchModule.ENGINE)) {
            NDArray weight = manager.arange(72f * 40).reshape(72, 40).div(2880);
            NDArray other = weight.mul(1.01f);
            NDArray bias = manager.ones(new Shape(72));
            PackedLinear wrong =
                    PackedLinear.of(
                            module,
                            manager,
                            other,
                            bias,
                            Precision.FP32,
                            new PackedLinear.Form(0, 1));
            String failure = proof.packed(wrong, weight, bias, Precision.FP32).orElseThrow();
            assertTrue(failure.startsWith("its value for 1 rows of 72×40 is off by"), failure);
        }
    }

    /** The same values, with half of the gradient. */
    private static NDArray cut(NDArray right, NDArray factor) {
        NDArray half = factor.getManager().full(new Shape(1), 0.5f);
        NDArray part = right.mul(half);
        return part.add(part.stopGradient());
    }

    @Test
    void linearThatThrowsIsCaught() {
        LinearKernel throwing =
                (x, w, b) -> {
                    throw new IllegalStateException("no such operator\nand a trace");
                };
        assertEquals(
                Optional.of("it fails: no such operator"),
                proof.linear(throwing, KernelProof.Accuracy.SINGLE));
    }

    @Test
    void attentionThatForgetsTheMaskIsCaught() {
        AttentionKernel errs =
                r ->
                        plain.attention()
                                .attend(
                                        AttentionMask.none()
                                                .request(
                                                        r.query(), r.key(), r.value(), r.scale(), 0,
                                                        false, null));
        assertTrue(proof.attention(errs).orElseThrow().startsWith("its value for 13×13"));
    }

    @Test
    void lossThatCountsWhatIsIgnoredIsCaught() {
        LossKernel errs =
                new LossKernel() {
                    @Override
                    public NDArray crossEntropy(
                            NDArray logits, NDArray labels, float smoothing, long ignored) {
                        return plain.loss().crossEntropy(logits, labels, smoothing, -1);
                    }

                    @Override
                    public NDArray projectedCrossEntropy(
                            NDArray states,
                            NDArray weight,
                            NDArray bias,
                            NDArray labels,
                            float smoothing,
                            long ignored) {
                        NDArray logits = plain.linear().linear(states, weight, bias);
                        return crossEntropy(logits, labels, smoothing, ignored);
                    }
                };
        assertTrue(proof.loss(errs).isPresent());
        assertTrue(proof.projectedLoss(errs).isPresent());
    }

    @Test
    void dropoutThatKeepsOneElementTooManyIsCaught() {
        assertEquals(Optional.empty(), proof.dropout(new DropoutKernel.Fused(module)::drop));
        Optional<String> failure =
                proof.dropout(
                        (x, rate, rows, columns) -> {
                            NDArray right =
                                    new DropoutKernel.Fused(module).drop(x, rate, rows, columns);
                            NDArray one = x.getManager().zeros(x.getShape());
                            one.set(new NDIndex(5000), 1);
                            return right.add(x.mul(one));
                        });
        assertTrue(failure.isPresent());
    }

    @Test
    void sublayerThatShowsALaterKeyIsCaught() throws IOException {
        String source;
        try (InputStream in = TorchModule.class.getResourceAsStream("kernels.torchscript")) {
            source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String wrong = source.replace("torch.triu(hidden, 1)", "torch.triu(hidden, 2)");
        try (TorchModule errs = TorchModule.compile(wrong, Device.cpu())) {
            String failure =
                    proof.sublayers(new SublayerKernel(errs, plain.linear(), true)).orElseThrow();
            assertTrue(failure.startsWith("its value for a sublayer of 7×0"), failure);
        }
    }

    @Test
    void optimizerThatForgetsTheDecayIsCaught() {
        OptimizerKernel errs =
                new Forwarding(plain.optimizer()) {
                    @Override
                    public void adam(
                            NDList parameters,
                            NDList gradients,
                            NDList first,
                            NDList second,
                            long step,
                            AdamSettings s,
                            float scale) {
                        AdamSettings none =
                                new AdamSettings(
                                        s.learningRate(),
                                        s.beta1(),
                                        s.beta2(),
                                        s.epsilon(),
                                        0,
                                        s.decoupled());
                        super.adam(parameters, gradients, first, second, step, none, scale);
                    }
                };
        assertTrue(proof.optimizer(errs).orElseThrow().contains("after two steps"));
    }

    /** A model's first forward pass stands between the collector and the proof. */
    @Test
    void runsInTheMiddleOfAForwardPassThatRecords() {
        try (NDManager m = TestEngine.manager();
                GradientCollector collector =
                        Engine.getEngine(TestEngine.name()).newGradientCollector()) {
            NDArray x = m.ones(new Shape(3));
            x.setRequiresGradient(true);
            NDArray y = x.mul(x).sum();
            assertEquals(Optional.empty(), proof.attention(new AttentionKernel.Fused(module)));
            collector.backward(y);
            assertEquals(2f, x.getGradient().getFloat(0));
        }
    }

    @Test
    void leavesTheRandomNumbersAsTheyWere() {
        try (NDManager m = TestEngine.manager()) {
            m.getEngine().setRandomSeed(3);
            float[] expected = m.randomNormal(new Shape(4)).toFloatArray();
            m.getEngine().setRandomSeed(3);
            for (Part part : Part.values()) {
                proof.failure(part, ALL);
            }
            assertArrayEquals(expected, m.randomNormal(new Shape(4)).toFloatArray());
        }
    }

    @Test
    void whatErrsIsNotUsedAndTheReasonIsKept() {
        KernelProof doubting =
                new KernelProof(module, Device.cpu()) {
                    @Override
                    Optional<String> failure(Part part, KernelChoice choice) {
                        return part == Part.LINEAR || part == Part.LOSS
                                ? Optional.of("it is off")
                                : super.failure(part, choice);
                    }
                };
        Kernels kernels = Kernels.proved(module, doubting, ALL);
        assertEquals(
                "kernels=fused,linear=engine,dropout=hash,plain=loss", kernels.choice().toString());
        assertEquals(
                Map.of(
                        Part.LINEAR,
                        "linear=onednn is not right on this machine: it is off",
                        Part.LOSS,
                        "fused loss is not right on this machine: it is off"),
                kernels.refused());
        assertEquals(plain.linear(), kernels.linear());
        assertEquals(plain.loss(), kernels.loss());
    }

    /** Hands everything on. */
    private static class Forwarding implements OptimizerKernel {

        private final OptimizerKernel kernel;

        Forwarding(OptimizerKernel kernel) {
            this.kernel = kernel;
        }

        @Override
        public void adam(
                NDList parameters,
                NDList gradients,
                NDList first,
                NDList second,
                long step,
                AdamSettings settings,
                float scale) {
            kernel.adam(parameters, gradients, first, second, step, settings, scale);
        }

        @Override
        public NDArray globalNorm(NDList arrays) {
            return kernel.globalNorm(arrays);
        }

        @Override
        public void zero(NDList arrays) {
            kernel.zero(arrays);
        }

        @Override
        public void scale(NDList arrays, float factor) {
            kernel.scale(arrays, factor);
        }

        @Override
        public void accumulate(NDList sums, NDList gradients) {
            kernel.accumulate(sums, gradients);
        }
    }
}
