package org.attn4j.cli.task;

import ai.djl.util.Progress;
import java.util.ArrayList;
import java.util.List;

/** Works through examples a part at a time, and tells how far it is. */
public final class InParts {

    private InParts() {}

    /**
     * What is done with a part.
     *
     * @param <E> an example
     * @param <R> what comes out of one
     * @param <X> what may go wrong
     */
    @FunctionalInterface
    public interface Work<E, R, X extends Exception> {

        /** One result for each example. */
        List<R> of(List<E> part) throws X;
    }

    /**
     * Works through examples.
     *
     * @param size the examples of a part
     * @param progress told of each part that is done; null for nobody
     * @return the results, in the order of the examples
     */
    public static <E, R, X extends Exception> List<R> map(
            List<E> examples, int size, Progress progress, Work<E, R, X> work) throws X {
        List<R> results = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += size) {
            List<E> part = examples.subList(from, Math.min(from + size, examples.size()));
            results.addAll(work.of(part));
            if (progress != null) {
                progress.increment(part.size());
            }
        }
        return results;
    }
}
