package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.pattern.BlockPattern;
import org.attn4j.attention.pattern.Factor;
import org.attn4j.attention.pattern.FixedPattern;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.SparseRequest;
import org.attn4j.attention.pattern.StridedPattern;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.common.Require;

/**
 * Dumps {@code sparse_…}, {@code bigbird_…} and {@code longformer_…}: heads in, heads out. Outputs
 * are computed from gathered blocks, weights from the pattern in full.
 */
final class SparsePatternCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        boolean named =
                fixture.name().startsWith("sparse_")
                        || fixture.name().startsWith("bigbird")
                        || fixture.name().startsWith("longformer");
        return named && fixture.hasAll("in/q", "in/k", "in/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        Map<String, NDArray> results = new LinkedHashMap<>();
        if (fixture.name().startsWith("sparse_")) {
            factorised(results, in, kernel);
        } else if (in.has("random") || fixture.param("block_size") != null) {
            put(results, "", blocks(in), in, kernel);
        } else {
            window(results, in, kernel);
        }
        return results;
    }

    private static void factorised(
            Map<String, NDArray> results, FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        int stride = fixture.integer("l");
        Map<String, Factor> factors =
                Map.of("_1", Factor.LOCAL, "_2", Factor.SUMMARY, "_union", Factor.MERGED);
        boolean strided = fixture.text("kind", fixture.name()).contains("strided"); // or fixed
        factors.forEach(
                (suffix, factor) -> {
                    if (fixture.has("out/output" + suffix)) {
                        SparsePattern pattern =
                                strided
                                        ? new StridedPattern(stride, factor)
                                        : new FixedPattern(stride, fixture.integer("c", 1), factor);
                        put(results, suffix, pattern, in, kernel);
                    }
                });
    }

    private static SparsePattern blocks(FixtureInputs in) {
        Fixture fixture = in.fixture();
        int[][] table = {};
        if (in.has("random")) {
            int count = Math.toIntExact(fixture.shape("in/random").get(0));
            int width = Math.toIntExact(fixture.shape("in/random").get(1));
            double[] random = fixture.numbers(in.manager(), "in/random");
            table =
                    IntStream.range(0, count)
                            .mapToObj(
                                    b ->
                                            IntStream.range(b * width, (b + 1) * width)
                                                    .map(i -> (int) random[i])
                                                    .toArray())
                            .toArray(int[][]::new);
        }
        return new BlockPattern(
                fixture.integer("block_size", 1),
                fixture.integer("window", 0),
                fixture.integer("global", 0),
                table);
    }

    private static void window(
            Map<String, NDArray> results, FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        SparseRequest request = request(in, kernel);
        int batch = Math.toIntExact(request.query().getShape().get(0));
        int heads = Math.toIntExact(request.query().getShape().get(2));
        WindowPattern pattern =
                new WindowPattern(fixture.integer("window"), dilations(fixture, heads), new int[0]);
        PatternExtent extent = extent(in, pattern);
        int[][] globals = new int[batch][0];
        if (in.has("global_mask")) {
            double[] flags = fixture.numbers(in.manager(), "in/global_mask");
            int length = extent.keys();
            for (int b = 0; b < batch; b++) {
                int start = b * length;
                globals[b] =
                        IntStream.range(0, length).filter(i -> flags[start + i] != 0).toArray();
            }
        }
        NDArray visible =
                pattern.visible(in.manager(), heads, extent, globals); // (B, 1 or N, T, S)
        put(results, "", visible, in, kernel);
        results.put("output", pattern.attend(request, extent, globals).swapAxes(1, 2));
    }

    private static int[] dilations(Fixture fixture, int heads) {
        JsonElement given = fixture.param("dilation");
        if (given == null) {
            return new int[] {1};
        }
        List<Integer> values = new ArrayList<>();
        if (given.isJsonArray()) {
            given.getAsJsonArray().forEach(value -> values.add(value.getAsInt()));
        } else {
            values.add(given.getAsInt());
        }
        Require.that(
                values.size() == 1 || values.size() == heads,
                "there must be a dilation for each head, got %s for %s heads",
                values.size(),
                heads);
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void put(
            Map<String, NDArray> results,
            String suffix,
            SparsePattern pattern,
            FixtureInputs in,
            AttentionKernel kernel) {
        SparseRequest request = request(in, kernel);
        int heads = Math.toIntExact(request.query().getShape().get(2));
        PatternExtent extent = extent(in, pattern);
        put(results, suffix, pattern.visible(in.manager(), heads, extent), in, kernel);
        results.put("output" + suffix, pattern.attend(request, extent).swapAxes(1, 2));
    }

    /** What the pattern in full gives. */
    private static void put(
            Map<String, NDArray> results,
            String suffix,
            NDArray visible,
            FixtureInputs in,
            AttentionKernel kernel) {
        Shape shape = visible.getShape();
        String pattern = "out/pattern" + suffix;
        if (in.fixture().has(pattern)) {
            Shape expected = in.fixture().shape(pattern);
            results.put(
                    "pattern" + suffix,
                    visible.broadcast(fitting(shape, expected))
                            .reshape(expected)
                            .toType(DataType.BOOLEAN, true));
        }
        NDArray query = in.array("q");
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionRequest request =
                in.keys("mask")
                        .and(AttentionMask.dense(visible))
                        .request(query, in.array("k"), in.array("v"), scale(in), 0, true, recorder);
        NDArray seen = Kernels.attend(kernel, request);
        results.put("weights" + suffix, recorder.weights());
        results.put("output" + suffix + "@seen", seen);
    }

    /** A pattern of fewer axes, or of one head for all, in the shape of the dump. */
    private static Shape fitting(Shape shape, Shape expected) {
        long[] sizes = shape.getShape().clone();
        for (int i = 0; i < expected.dimension(); i++) {
            sizes[4 - expected.dimension() + i] = expected.get(i);
        }
        return new Shape(sizes);
    }

    private static SparseRequest request(FixtureInputs in, AttentionKernel kernel) {
        return new SparseRequest(
                in.array("q").swapAxes(1, 2),
                in.array("k").swapAxes(1, 2),
                in.array("v").swapAxes(1, 2),
                in.keys("mask").keys().orElse(null),
                scale(in),
                0,
                true,
                kernel);
    }

    private static double scale(FixtureInputs in) {
        return in.fixture().number("scale", 1 / Math.sqrt(in.array("q").getShape().get(3)));
    }

    private static PatternExtent extent(FixtureInputs in, SparsePattern pattern) {
        int length = Math.toIntExact(in.array("q").getShape().get(2));
        return new PatternExtent(
                0, length, length, pattern.isCausal() || in.fixture().flag("causal"));
    }
}
