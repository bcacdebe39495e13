package org.attn4j.benchmarks;

import java.util.List;

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

    @Override
    void close();
}
