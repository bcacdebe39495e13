package org.attn4j.testkit;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Memory of buffers that nothing holds: what a gradient still needs of it is lost. */
final class FreedMemory {

    private static final int[] SIZES = {4, 8, 32, 128, 512, 2048, 8192};
    private static final int OF_EACH_SIZE = 100;

    private FreedMemory() {}

    /**
     * Collects the garbage, and takes the memory that this frees for something else.
     *
     * @return what lies in that memory now
     */
    static List<ByteBuffer> reuse() {
        System.gc();
        awaitCleaning();
        List<ByteBuffer> others = new ArrayList<>();
        for (int size : SIZES) {
            for (int i = 0; i < OF_EACH_SIZE; i++) {
                ByteBuffer other = ByteBuffer.allocateDirect(size);
                while (other.hasRemaining()) {
                    other.put((byte) 0x55); // as float32 and as float64 a number beyond 1e13
                }
                others.add(other);
            }
        }
        return others;
    }

    /** A thread of the JVM frees the buffers one after the other. */
    private static void awaitCleaning() {
        BufferPoolMXBean direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .findFirst()
                        .orElseThrow();
        long before;
        do {
            before = direct.getCount();
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        } while (direct.getCount() < before);
    }
}
