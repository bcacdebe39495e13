package org.attn4j.benchmarks;

import java.io.IOException;
import java.util.List;
import org.attn4j.cli.compare.ProcessMemory;

/** What a contender does over and over, with all that it needs loaded. */
interface Work extends AutoCloseable {

    /**
     * Computes once, before anything is timed, what the contenders of a measurement are held
     * against each other by.
     *
     * @return the numbers; none if nothing compares
     */
    List<float[]> values() throws Exception;

    /** Does the work once. */
    void run() throws Exception;

    /** The CPU time so far of what runs in another process. */
    default long cpuNanosElsewhere() {
        return 0;
    }

    /** The most memory that was resident; null where the system does not tell. */
    default Long peakBytes() throws IOException {
        return ProcessMemory.peakResident();
    }

    @Override
    void close();
}
