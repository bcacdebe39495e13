package org.attn4j.attention.kernel;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.fixture.Fixture;
import org.attn4j.attention.fixture.GoldenCase;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.fixture.TestKernel;
import org.attn4j.attention.mask.AttentionMask;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Scaled dot-product attention against the {@code sdpa_*} fixtures, with every kernel. */
@Tag("engine")
class AttentionKernelGoldenTest {

    @TestFactory
    List<DynamicTest> valuesAndGradientsMatch() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("sdpa_")) {
            Fixture fixture = Fixture.read(folder);
            for (TestKernel kernel : TestKernel.values()) {
                masks(fixture)
                        .forEach(
                                (kind, mask) -> {
                                    String name = fixture.name() + ", " + kernel + ", " + kind;
                                    tests.add(
                                            dynamicTest(
                                                    name,
                                                    () -> check(fixture, kernel.get(), mask)));
                                });
            }
        }
        return tests;
    }

    private interface MaskOf {
        AttentionMask in(GoldenCase golden);
    }

    /** Every way in which the fixture's mask can be given. */
    private static Map<String, MaskOf> masks(Fixture fixture) {
        Map<String, MaskOf> masks = new LinkedHashMap<>();
        String kind =
                fixture.param("mask") == null || fixture.param("mask").isJsonNull()
                        ? ""
                        : fixture.param("mask").getAsString();
        if (fixture.has("in/mask_allowed")) {
            masks.put("pattern", golden -> AttentionMask.dense(golden.input("mask_allowed")));
        }
        if (fixture.has("in/mask")) {
            masks.put("bias", golden -> AttentionMask.bias(golden.input("mask")));
        }
        if (kind.startsWith("sliding_")) {
            int width = Integer.parseInt(kind.substring("sliding_".length()));
            masks.put("window", golden -> AttentionMask.window(width - 1, 0));
        }
        if (kind.equals("causal") || fixture.param("kv_heads") != null) {
            long queries = fixture.shape("in/q").get(2);
            long keys = fixture.shape("in/k").get(2);
            if (queries == keys) {
                masks.put("flag", golden -> AttentionMask.causal());
            } else {
                // Torch counts places from the start, a cache from the end.
                masks.put("from the start", golden -> fromTheStart(golden, queries, keys));
            }
        }
        if (masks.isEmpty()) {
            masks.put("none", golden -> AttentionMask.none());
        }
        return masks;
    }

    private static AttentionMask fromTheStart(GoldenCase golden, long queries, long keys) {
        NDManager manager = golden.input("q").getManager();
        NDArray query = manager.arange(0f, queries, 1).reshape(queries, 1);
        return AttentionMask.dense(manager.arange(0f, keys, 1).reshape(1, keys).lte(query));
    }

    private static void check(Fixture fixture, AttentionKernel kernel, MaskOf mask) {
        try (NDManager manager = TestEngine.manager()) {
            GoldenCase golden = new GoldenCase(fixture, manager);
            golden.check(g -> Map.of("output", attend(fixture, g, kernel, mask, false).context()));
            AttentionOutput observed = attend(fixture, golden, kernel, mask, true);
            golden.checkValues(Map.of("output", observed.context(), "weights", observed.weights()));
        }
    }

    private static AttentionOutput attend(
            Fixture fixture,
            GoldenCase golden,
            AttentionKernel kernel,
            MaskOf mask,
            boolean weights) {
        NDArray query = golden.input("q");
        Shape shape = query.getShape();
        double scale =
                fixture.param("scale") == null
                        ? 1 / Math.sqrt(shape.get(3))
                        : fixture.param("scale").getAsDouble();
        AttentionRequest request =
                new AttentionRequest(
                        query,
                        golden.input("k"),
                        golden.input("v"),
                        mask.in(golden),
                        scale,
                        0,
                        true,
                        weights);
        return Kernels.choose(kernel, query.getManager(), request).attend(request);
    }
}
