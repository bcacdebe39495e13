package org.attn4j.visual;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.common.Require;

/**
 * Keeps the weights of every attention block that it observes. They are copied to the Java heap, so
 * that they outlive the pass and its arrays. One recorder serves one thread.
 *
 * <pre>{@code
 * AttentionRecorder recorder = new AttentionRecorder();
 * attention.attend(parameters, AttentionInputs.self(x).withObserver(recorder), false);
 * float[][][] weights = recorder.recorded().get(0).row(0); // (N, T, S)
 * }</pre>
 *
 * <p>A pass with an observer computes the weights in full, T · S for each head, and gives the same
 * output as one without, to rounding. A pass without an observer pays nothing.
 */
public final class AttentionRecorder implements AttentionObserver {

    private final List<RecordedAttention> recorded = new ArrayList<>();
    private final Map<String, Integer> passes = new HashMap<>();
    private final Set<String> kept;
    private final Map<String, Map<String, RecordedAttention>> stages = new LinkedHashMap<>();

    /**
     * Creates a recorder that has seen nothing yet.
     *
     * @param stages which stages before the weights are kept too: names of {@link
     *     org.attn4j.attention.capture.Stages}
     */
    public AttentionRecorder(String... stages) {
        kept = Set.of(stages);
    }

    @Override
    public void observe(String site, NDArray weights) {
        Require.that(
                weights.getShape().dimension() == 4,
                "weights must be (B, N, T, S), got %s at %s",
                weights.getShape(),
                site);
        recorded.add(recorded(site, passes.merge(site, 1, Integer::sum) - 1, weights));
    }

    @Override
    public void stage(String site, String stage, Supplier<NDArray> values) {
        if (kept.contains(stage)) {
            NDArray told = values.get();
            if (told.getShape().dimension() == 4) {
                stages.computeIfAbsent(stage, unused -> new LinkedHashMap<>())
                        .put(site, recorded(site, 0, told));
            }
        }
    }

    private static RecordedAttention recorded(String site, int pass, NDArray values) {
        Shape shape = values.getShape();
        return new RecordedAttention(
                site,
                pass,
                size(shape, 0),
                size(shape, 1),
                size(shape, 2),
                size(shape, 3),
                copied(values));
    }

    private static int size(Shape shape, int axis) {
        return Math.toIntExact(shape.get(axis));
    }

    /** Half-precision weights are widened first. */
    private static float[] copied(NDArray weights) {
        if (weights.getDataType() == DataType.FLOAT32) {
            return weights.toFloatArray();
        }
        try (NDArray wide = weights.toType(DataType.FLOAT32, true)) {
            return wide.toFloatArray();
        }
    }

    /**
     * Returns what was observed.
     *
     * @return a view, in the order in which it was computed; a further pass over a site is a
     *     further entry
     */
    public List<RecordedAttention> recorded() {
        return Collections.unmodifiableList(recorded);
    }

    /**
     * Returns what was observed at one site.
     *
     * @param site the site
     * @return an entry for each pass, in order; empty if the site was not observed
     */
    public List<RecordedAttention> recorded(String site) {
        return recorded.stream().filter(it -> it.site().equals(site)).toList();
    }

    /**
     * Returns a stage that this recorder keeps.
     *
     * @param stage its name
     * @return what each site told of it last, of those that tell it as (B, N, T, X); its keys are
     *     the X numbers of a query
     */
    public Map<String, RecordedAttention> stage(String stage) {
        return Collections.unmodifiableMap(stages.getOrDefault(stage, Map.of()));
    }

    /**
     * Returns what one site saw in all passes, one below the other: generation with a cache gives
     * one query a pass, and this the weights of the whole target.
     *
     * @param site the site
     * @param row the row of the batch, from 0
     * @return (N, T, S): T the queries of all passes, S the keys of the longest; a key that a pass
     *     did not have yet is {@link Float#NaN}, as {@link ShownAttention} takes what cannot be
     *     seen
     * @throws IllegalArgumentException if the site was not observed, or its heads changed
     */
    public float[][][] joined(String site, int row) {
        List<RecordedAttention> parts = recorded(site);
        Require.that(
                !parts.isEmpty(),
                "site must be one that was observed, got %s, observed %s",
                site,
                passes.keySet());
        int heads = parts.get(0).heads();
        Require.that(
                parts.stream().allMatch(it -> it.heads() == heads),
                "site %s must have the same heads in every pass",
                site);
        int keys = parts.stream().mapToInt(RecordedAttention::keys).max().orElseThrow();
        int queries = parts.stream().mapToInt(RecordedAttention::queries).reduce(0, Math::addExact);
        float[][][] joined = new float[heads][queries][keys];
        int begin = 0;
        for (RecordedAttention part : parts) {
            float[][][] weights = part.row(row);
            for (int head = 0; head < heads; head++) {
                for (int query = 0; query < part.queries(); query++) {
                    float[] line = joined[head][begin + query];
                    System.arraycopy(weights[head][query], 0, line, 0, part.keys());
                    Arrays.fill(line, part.keys(), keys, Float.NaN);
                }
            }
            begin += part.queries();
        }
        return joined;
    }
}
