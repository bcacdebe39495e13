package org.attn4j.attention.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import org.attn4j.attention.fixture.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class KernelsTest {

    @AfterEach
    void forgetThePolicy() {
        System.clearProperty(KernelPolicy.PROPERTY);
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
        System.setProperty(KernelPolicy.PROPERTY, "reference");
        try (NDManager m = TestEngine.manager()) {
            assertSame(Kernels.reference(), Kernels.of(m));
        }
    }

    @Test
    void policyFusedIsAnErrorWhereThereIsNone() {
        System.setProperty(KernelPolicy.PROPERTY, "fused");
        try (NDManager m = TestEngine.manager()) {
            if (TestEngine.isPyTorch()) {
                assertTrue(Kernels.of(m).choice().fused());
            } else {
                var error = assertThrows(IllegalStateException.class, () -> Kernels.of(m));
                assertEquals(
                        "attn4j.kernels=fused needs the PyTorch engine, but the arrays are on "
                                + TestEngine.name()
                                + ": use auto",
                        error.getMessage());
            }
        }
    }

    @Test
    void policyThatDoesNotExistIsNamed() {
        System.setProperty(KernelPolicy.PROPERTY, "fast");
        try (NDManager m = TestEngine.manager()) {
            var error = assertThrows(IllegalArgumentException.class, () -> Kernels.of(m));
            assertEquals(
                    "attn4j.kernels must be one of [AUTO, REFERENCE, FUSED], got fast",
                    error.getMessage());
        }
    }

    @Test
    void choiceIsRecordedAndRestored() {
        try (NDManager m = TestEngine.manager()) {
            KernelChoice now = Kernels.of(m).choice();
            assertEquals(now, KernelChoice.parse(now.toString()));
            KernelChoice other =
                    new KernelChoice(true, KernelChoice.Linear.ENGINE, KernelChoice.Dropout.ENGINE);
            if (TestEngine.isPyTorch()) {
                Kernels.restore(m, other);
                assertEquals(other, Kernels.of(m).choice());
                Kernels.restore(m, now);
                assertEquals(now, Kernels.of(m).choice());
            } else {
                var error =
                        assertThrows(
                                IllegalArgumentException.class, () -> Kernels.restore(m, other));
                assertTrue(error.getMessage().contains("kernels=reference"), error.getMessage());
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
                "linear must be one of [engine, onednn], got"
                        + " \"kernels=fused,linear=blas,dropout=hash\"",
                unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> KernelChoice.parse("mkl"));
    }
}
