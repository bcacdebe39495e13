package org.attn4j.attention.pattern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("engine")
class SparsePatternTest {

    private static final int B = 2;
    private static final int N = 4;
    private static final int H = 3;

    /** A third party's: no blocks of its own. */
    private static final SparsePattern FIRST_AND_OWN =
            (group, query, extent) -> query == 0 ? new int[] {0} : new int[] {0, query};

    private static Map<String, SparsePattern> patterns() {
        Map<String, SparsePattern> patterns = new LinkedHashMap<>();
        for (Factor factor : Factor.values()) {
            patterns.put("strided 3 " + factor, new StridedPattern(3, factor));
            patterns.put("strided 1 " + factor, new StridedPattern(1, factor));
            patterns.put("strided 50 " + factor, new StridedPattern(50, factor));
            patterns.put("fixed 4, 1 " + factor, new FixedPattern(4, 1, factor));
            patterns.put("fixed 5, 3 " + factor, new FixedPattern(5, 3, factor));
            patterns.put("fixed 2, 2 " + factor, new FixedPattern(2, 2, factor));
        }
        patterns.put("blocks", new BlockPattern(3, 1, 1, 2, 5));
        patterns.put("blocks without window", new BlockPattern(4, 0, 0, 1, 6));
        patterns.put("blocks of one", new BlockPattern(1, 1, 2, 2, 7));
        patterns.put("all global", new BlockPattern(8, 1, 9, 0, 8));
        patterns.put(
                "given blocks", new BlockPattern(2, 0, 1, new int[][] {{1}, {0, 4}, {9}, {3}}));
        patterns.put("window", new WindowPattern(2));
        patterns.put("own place", new WindowPattern(0));
        patterns.put("wide window", new WindowPattern(40));
        patterns.put("dilated", new WindowPattern(2, new int[] {1, 3, 1, 2}, new int[0]));
        patterns.put(
                "dilated, global",
                new WindowPattern(1, new int[] {2, 1, 5, 2}, new int[] {0, 7, 8}));
        patterns.put("global", new WindowPattern(3, new int[] {1}, new int[] {2, 30, 31, 100}));
        patterns.put("without blocks", FIRST_AND_OWN);
        return patterns;
    }

    static Stream<String> names() {
        return patterns().keySet().stream();
    }

    /** One call, with everything that it depends on. */
    private record Call(
            SparsePattern pattern,
            PatternExtent extent,
            NDArray query,
            NDArray key,
            NDArray value,
            NDArray visible) {

        NDArray gathered(TestKernel kernel) {
            SparseRequest request =
                    new SparseRequest(query, key, value, visible, 0.7, 0, true, kernel.get());
            return pattern.attend(request, extent);
        }

        NDArray full() {
            NDManager manager = query.getManager();
            AttentionMask mask = AttentionMask.dense(pattern.visible(manager, N, extent));
            if (visible != null) {
                mask = mask.and(AttentionMask.keys(visible));
            }
            return new AttentionKernel.Reference()
                    .attend(
                            mask.request(
                                    query.swapAxes(1, 2),
                                    key.swapAxes(1, 2),
                                    value.swapAxes(1, 2),
                                    0.7,
                                    0,
                                    true,
                                    null))
                    .swapAxes(1, 2);
        }
    }

    private static Call call(
            NDManager manager, SparsePattern pattern, PatternExtent extent, int seed) {
        long groups = seed % 2 == 0 ? N : N / 2;
        NDArray visible = null;
        if (seed % 3 != 0) {
            Random random = new Random(seed);
            boolean[] flags = new boolean[B * extent.keys()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = random.nextInt(4) > 0;
            }
            visible = manager.create(flags, new Shape(B, extent.keys()));
        }
        return new Call(
                pattern,
                extent,
                Numbers.random(manager, seed, new Shape(B, extent.queries(), N, H)),
                Numbers.random(manager, seed + 1, new Shape(B, extent.keys(), groups, H)),
                Numbers.random(manager, seed + 2, new Shape(B, extent.keys(), groups, H + 1)),
                visible);
    }

    private static float[][] gradients(Call call, Supplier<NDArray> context) {
        List<NDArray> leaves = List.of(call.query, call.key, call.value);
        leaves.forEach(leaf -> leaf.setRequiresGradient(true));
        NDManager manager = call.query.getManager();
        NDArray cotangent =
                Numbers.random(manager, 9, new Shape(B, call.extent.queries(), N, H + 1));
        leaves.forEach(leaf -> leaf.getGradient().set(new NDIndex("..."), 0f));
        TestEngine.backward(() -> context.get().mul(cotangent).sum());
        return leaves.stream()
                .map(leaf -> leaf.getGradient().toFloatArray())
                .toArray(float[][]::new);
    }

    @ParameterizedTest
    @MethodSource("names")
    @Tag("slow")
    void gatheredBlocksGiveWhatThePatternInFullGives(String name) {
        SparsePattern pattern = patterns().get(name);
        int seed = 0;
        for (int length : new int[] {1, 2, 12, 35}) {
            for (boolean causal : new boolean[] {true, false}) {
                PatternExtent extent =
                        new PatternExtent(0, length, length, causal || pattern.isCausal());
                try (NDManager manager = TestEngine.manager()) {
                    Call call = call(manager, pattern, extent, seed++);
                    float[][] expected = gradients(call, call::full);
                    for (TestKernel kernel : TestKernel.values()) {
                        String what = name + ", " + extent + ", " + kernel;
                        Numbers.assertClose(
                                what,
                                call.full().toFloatArray(),
                                call.gathered(kernel).toFloatArray(),
                                1e-5,
                                1e-5);
                        float[][] actual = gradients(call, () -> call.gathered(kernel));
                        for (int i = 0; i < 3; i++) {
                            Numbers.assertClose(
                                    what + ", gradient " + i, expected[i], actual[i], 1e-5, 1e-4);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theLastPlacesSeeWhatTheyDoInTheWholeSequence(String name) {
        SparsePattern pattern = patterns().get(name);
        for (int[] size : new int[][] {{22, 1}, {17, 6}, {0, 9}}) {
            PatternExtent extent = new PatternExtent(size[0], size[1], size[0] + size[1], true);
            try (NDManager manager = TestEngine.manager()) {
                Call call = call(manager, pattern, extent, size[0]);
                Numbers.assertClose(
                        name + ", " + extent,
                        call.full().toFloatArray(),
                        call.gathered(TestKernel.FASTEST).toFloatArray(),
                        1e-5,
                        1e-5);
            }
            PatternExtent whole = new PatternExtent(0, 40, 40, true);
            for (int group = 0; group < pattern.groups(); group++) {
                for (int query = extent.first(); query < extent.end(); query++) {
                    assertArrayEquals(
                            pattern.columns(group, query, whole),
                            pattern.columns(group, query, extent),
                            "what is seen must not depend on what comes later");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void columnsAscendAndGathersHoldThem(String name) {
        SparsePattern pattern = patterns().get(name);
        for (boolean causal : new boolean[] {true, false}) {
            PatternExtent extent = new PatternExtent(0, 37, 37, causal || pattern.isCausal());
            for (int group = 0; group < pattern.groups(); group++) {
                int[][] gathered = new int[37][];
                for (BlockGather gather : pattern.gathers(group, extent)) {
                    for (int b = 0; b < gather.blocks(); b++) {
                        for (int m = 0; m < gather.blockSize(); m++) {
                            if (gather.queries()[b][m] >= 0) {
                                gathered[gather.queries()[b][m]] = seen(gather, b, m);
                            }
                        }
                    }
                }
                for (int query = 0; query < 37; query++) {
                    int[] columns = pattern.columns(group, query, extent);
                    int[] sorted = IntStream.of(columns).sorted().distinct().toArray();
                    assertArrayEquals(sorted, columns, name + ", query " + query);
                    if (gathered[query] != null) { // the merged head attends in another way
                        assertArrayEquals(columns, gathered[query], name + ", query " + query);
                    }
                }
            }
        }
    }

    private static int[] seen(BlockGather gather, int block, int position) {
        int[] keys = gather.keys()[block];
        int[] seen =
                IntStream.range(0, keys.length)
                        .filter(k -> gather.seen() == null || gather.seen()[position][k])
                        .map(k -> keys[k])
                        .filter(key -> key != BlockGather.NONE)
                        .sorted()
                        .toArray();
        assertEquals(
                seen.length,
                IntStream.of(seen).distinct().count(),
                "a key twice: " + Arrays.toString(seen));
        return seen;
    }

    @Test
    void whatIsGatheredGrowsWithTheLengthAndNotWithItsSquare() {
        Map<String, SparsePattern> linear = new LinkedHashMap<>();
        linear.put("window", new WindowPattern(8, new int[] {1, 4}, new int[] {0, 5}));
        linear.put("blocks", new BlockPattern(16, 1, 1, 2, 1));
        linear.forEach(
                (name, pattern) -> {
                    for (boolean causal : new boolean[] {true, false}) {
                        double growth = work(pattern, 8192, causal) / work(pattern, 2048, causal);
                        assertTrue(growth < 4.2, name + " grows by " + growth);
                    }
                });
        Map<String, Double> factorised =
                Map.of(
                        "strided",
                        work(new StridedPattern(64, Factor.SUMMARY), 4096, true)
                                + work(new StridedPattern(64, Factor.LOCAL), 4096, true),
                        "fixed",
                        work(new FixedPattern(64, 1, Factor.MERGED), 4096, true));
        factorised.forEach(
                (name, scores) -> assertTrue(scores <= 3.1 * 4096 * 64, name + " makes " + scores));
    }

    /** How many scores are made. */
    private static double work(SparsePattern pattern, int length, boolean causal) {
        PatternExtent extent = new PatternExtent(0, length, length, causal);
        double scores = 0;
        for (int group = 0; group < pattern.groups(); group++) {
            for (BlockGather gather : pattern.gathers(group, extent)) {
                scores += (double) gather.blocks() * gather.blockSize() * gather.width();
            }
        }
        return scores;
    }

    @Test
    void randomBlocksAreFurtherOnesAndTheSameInEveryCall() {
        PatternExtent extent = new PatternExtent(0, 64, 64, false);
        SparsePattern pattern = new BlockPattern(4, 1, 1, 2, 3);
        for (int query = 12; query < 56; query++) {
            int[] columns = pattern.columns(0, query, extent);
            assertEquals(4 * (3 + 1 + 2), columns.length);
            assertArrayEquals(columns, new BlockPattern(4, 1, 1, 2, 3).columns(0, query, extent));
        }
        boolean differs = false;
        for (int query = 0; query < 64; query += 4) {
            differs |=
                    !Arrays.equals(
                            pattern.columns(0, query, extent),
                            new BlockPattern(4, 1, 1, 2, 4).columns(0, query, extent));
        }
        assertTrue(differs, "another seed must give other blocks");
    }

    @Test
    void eachSequenceHasGlobalPlacesOfItsOwn() {
        try (NDManager manager = TestEngine.manager()) {
            WindowPattern pattern = new WindowPattern(1);
            PatternExtent extent = new PatternExtent(0, 9, 9, false);
            Call call = call(manager, pattern, extent, 4);
            int[][] globals = {{3}, {0, 8}};
            SparseRequest request =
                    new SparseRequest(
                            call.query, call.key, call.value, call.visible, 0.7, 0, true, null);
            NDArray context = pattern.attend(request, extent, globals);
            for (int b = 0; b < B; b++) {
                WindowPattern own = new WindowPattern(1, new int[] {1}, globals[b]);
                NDArray full =
                        new Call(own, extent, call.query, call.key, call.value, call.visible)
                                .full();
                Numbers.assertClose(
                        "row " + b,
                        full.get(b).toFloatArray(),
                        context.get(b).toFloatArray(),
                        1e-5,
                        1e-5);
            }
        }
    }

    @Test
    void badSettingsAreRefused() {
        List<Supplier<Object>> bad =
                List.of(
                        () -> new BlockPattern(0, 1, 1, 1, 1),
                        () -> new BlockPattern(1, -1, 1, 1, 1),
                        () -> new StridedPattern(0, Factor.LOCAL),
                        () -> new FixedPattern(4, 5, Factor.LOCAL),
                        () -> new FixedPattern(4, 0, Factor.LOCAL),
                        () -> new WindowPattern(-1),
                        () -> new WindowPattern(1, new int[] {0}, new int[0]),
                        () -> new WindowPattern(1, new int[] {1}, new int[] {-1}),
                        () -> new PatternExtent(0, 3, 2, true));
        for (Supplier<Object> call : bad) {
            assertThrows(IllegalArgumentException.class, call::get);
        }
    }
}
