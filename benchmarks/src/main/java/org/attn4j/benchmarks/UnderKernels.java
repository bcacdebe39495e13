package org.attn4j.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.attention.ops.Kernels;

/** Work that other kernels do than those of this JVM. */
record UnderKernels(String policy, Work work) implements Work {

    /** Opens work, and does it, under a policy of {@link Kernels#PROPERTY}. */
    static Contender.Opener of(String policy, Contender.Opener opener) {
        return () -> new UnderKernels(policy, under(policy, opener::open));
    }

    private static <T> T under(String policy, Callable<T> call) throws Exception {
        String before = System.getProperty(Kernels.PROPERTY);
        System.setProperty(Kernels.PROPERTY, policy);
        try {
            return call.call();
        } finally {
            if (before == null) {
                System.clearProperty(Kernels.PROPERTY);
            } else {
                System.setProperty(Kernels.PROPERTY, before);
            }
        }
    }

    @Override
    public List<float[]> values() throws Exception {
        return under(policy, work::values);
    }

    @Override
    public void run() throws Exception {
        under(
                policy,
                () -> {
                    work.run();
                    return null;
                });
    }

    @Override
    public void close() {
        work.close();
    }
}
