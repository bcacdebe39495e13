package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class KernelsTest {

    /** What the JVM of the tests was started with. */
    private String started;

    @BeforeEach
    void forgetThePolicy() {
        started = System.getProperty(Kernels.PROPERTY);
        System.clearProperty(Kernels.PROPERTY);
    }

    @AfterEach
    void takeItBack() {
        if (started == null) {
            System.clearProperty(Kernels.PROPERTY);
        } else {
            System.setProperty(Kernels.PROPERTY, started);
        }
    }

    @Test
    void areMadeOnceForAnEngineAndDevice() {
        try (NDManager m = TestEngine.manager();
                NDManager other = TestEngine.manager()) {
            assertSame(Kernels.of(m), Kernels.of(other));
            assertEquals(TestEngine.isPyTorch(), Kernels.of(m).choice().fused());
        }
    }

    @Test
    void policyReferenceUsesPlainOperations() {
        System.setProperty(Kernels.PROPERTY, "reference");
        try (NDManager m = TestEngine.manager()) {
            assertSame(Kernels.reference(), Kernels.of(m));
        }
    }

    @Test
    void policyFusedIsAnErrorWhereThereIsNone() {
        System.setProperty(Kernels.PROPERTY, "fused");
        try (NDManager m = TestEngine.manager()) {
            if (TestEngine.isPyTorch()) {
                assertTrue(Kernels.of(m).choice().fused());
            } else {
                var error = assertThrows(IllegalStateException.class, () -> Kernels.of(m));
                assertEquals(
                        "fused kernels need the PyTorch engine, but the arrays are on "
                                + TestEngine.name()
                                + ": use attn4j.kernels=auto",
                        error.getMessage());
            }
        }
    }

    @Test
    void policyThatDoesNotExistIsNamed() {
        System.setProperty(Kernels.PROPERTY, "fast");
        try (NDManager m = TestEngine.manager()) {
            var error = assertThrows(IllegalArgumentException.class, () -> Kernels.of(m));
            assertEquals(
                    "the kernels must be auto, reference, fused or a choice: a kernel choice must be"
                            + " reference or fused,linear=engine|onednn|onednn_all|bf16,dropout=engine|hash"
                            + "[,plain=attention+loss+optimizer+sublayer], got \"fast\"",
                    error.getMessage());
        }
    }

    @Test
    void choiceIsRecordedAndRestored() {
        try (NDManager m = TestEngine.manager()) {
            KernelChoice now = Kernels.of(m).choice();
            assertEquals(now, KernelChoice.parse(now.toString()));
            KernelChoice other =
                    KernelChoice.parse("fused,linear=engine,dropout=engine,plain=loss");
            if (TestEngine.isPyTorch()) {
                for (KernelChoice choice : List.of(other, KernelChoice.REFERENCE, now)) {
                    Kernels.restore(m, choice);
                    assertEquals(choice, Kernels.of(m).choice());
                }
            } else {
                var error =
                        assertThrows(
                                IllegalArgumentException.class, () -> Kernels.restore(m, other));
                assertTrue(error.getMessage().contains("kernels=reference"), error.getMessage());
            }
        }
    }

    @Test
    void bfloat16IsUsedWhereMapsAreLargeUntilAChoiceIsRestored() {
        try (NDManager m = TestEngine.manager()) {
            KernelChoice before = Kernels.of(m).choice();
            if (!TestEngine.isPyTorch()) {
                assertThrows(IllegalArgumentException.class, () -> Kernels.useBfloat16(m));
                return;
            }
            NDArray x = m.randomUniform(-1, 1, new Shape(256, 256));
            NDArray weight = m.randomUniform(-1, 1, new Shape(256, 256));
            NDArray plain = Kernels.reference().linear().linear(x, weight, null);
            Kernels.useBfloat16(m);
            assertEquals(before.with(KernelChoice.Linear.BF16), Kernels.of(m).choice());
            NDArray lower = Kernels.of(m).linear().linear(x, weight, null);
            NDArray few = Kernels.of(m).linear().linear(x.get(":8"), weight, null);
            float off = lower.sub(plain).abs().max().getFloat() / plain.abs().max().getFloat();
            // factors and result are each rounded by at most 2⁻⁸, and most errors cancel
            assertTrue(off > 1e-4 && off < 3.0 / 256, () -> "off by " + off);
            assertArrayEquals(plain.get(":8").toFloatArray(), few.toFloatArray(), 1e-4f);
            Kernels.restore(m, before);
            assertEquals(before, Kernels.of(m).choice());
        }
    }

    @Test
    void bfloat16GivesWayToWhatIsForced() {
        assumeTrue(TestEngine.isPyTorch());
        System.setProperty(Kernels.PROPERTY, "fused,linear=engine,dropout=hash");
        try (NDManager m = TestEngine.manager()) {
            var error = assertThrows(IllegalArgumentException.class, () -> Kernels.useBfloat16(m));
            assertEquals(
                    "bf16 needs linear=bf16, got attn4j.kernels=fused,linear=engine,dropout=hash",
                    error.getMessage());
        }
    }

    @Test
    void choiceThatIsForcedIsWhatComputesAndOutlivesARecordedOne() {
        assumeTrue(TestEngine.isPyTorch());
        System.setProperty(
                Kernels.PROPERTY,
                "kernels=fused,linear=engine,dropout=engine,plain=optimizer+attention");
        try (NDManager m = TestEngine.manager()) {
            Kernels kernels = Kernels.of(m);
            assertEquals(
                    "kernels=fused,linear=engine,dropout=engine,plain=attention+optimizer",
                    kernels.choice().toString());
            assertSame(Kernels.reference().optimizer(), kernels.optimizer());
            Kernels.restore(m, KernelChoice.REFERENCE);
            assertSame(kernels, Kernels.of(m));
        }
    }

    /** Continuous integration starts the tests once under each choice. */
    @Test
    void thoseThatThisJvmWasStartedWithCompute() {
        takeItBack();
        String forced = System.getProperty(Kernels.PROPERTY);
        assumeTrue(TestEngine.isPyTorch() && forced != null);
        try (NDManager m = TestEngine.manager()) {
            assertEquals("kernels=" + forced, Kernels.of(m).choice().toString());
        }
    }

    @Test
    void nothingButTheMachineDecides() throws Exception {
        assumeTrue(TestEngine.isPyTorch());
        try (NDManager m = TestEngine.manager()) {
            KernelChoice choice = Kernels.of(m).choice();
            for (int i = 0; i < 3; i++) {
                try (TorchModule module = TorchModule.ofKernels(Device.cpu())) {
                    Kernels again =
                            Kernels.proved(
                                    module,
                                    new KernelProof(module, Device.cpu()),
                                    KernelChoice.suited(Device.cpu()));
                    assertEquals(choice, again.choice());
                }
            }
        }
    }

    @Test
    void choiceThatCannotBeReadIsRefused() {
        assertEquals(KernelChoice.REFERENCE, KernelChoice.parse("kernels=reference"));
        assertFalse(KernelChoice.REFERENCE.fused());
        var unknown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> KernelChoice.parse("kernels=fused,linear=blas,dropout=hash"));
        assertEquals(
                "linear must be one of [engine, onednn, onednn_all, bf16], got"
                        + " \"kernels=fused,linear=blas,dropout=hash\"",
                unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> KernelChoice.parse("mkl"));
        var part =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> KernelChoice.parse("fused,linear=engine,dropout=hash,plain=linear"));
        assertTrue(
                part.getMessage()
                        .startsWith("plain must be among attention, loss, optimizer and sublayer"));
    }
}
