package org.attn4j.testkit;

import ai.djl.ndarray.NDManager;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Kernels;

/** The attention kernels that the engine of this test JVM has. */
public enum TestKernel {
    REFERENCE {
        @Override
        public AttentionKernel get() {
            return Kernels.reference().attention();
        }
    },
    FASTEST {
        @Override
        public AttentionKernel get() {
            try (NDManager manager = TestEngine.manager()) {
                return Kernels.of(manager).attention();
            }
        }
    };

    public abstract AttentionKernel get();
}
