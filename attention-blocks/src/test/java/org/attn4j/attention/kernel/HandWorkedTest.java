package org.attn4j.attention.kernel;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
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

/** Attention in integers small enough to follow with pencil and paper. */
@Tag("engine")
class HandWorkedTest {

    @TestFactory
    List<DynamicTest> goldens() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("hand_worked")) {
            Fixture fixture = Fixture.read(folder);
            for (TestKernel kernel : TestKernel.values()) {
                String name = fixture.name() + ", " + kernel;
                tests.add(dynamicTest(name, () -> check(fixture, kernel.get(), false)));
                tests.add(
                        dynamicTest(name + ", weights", () -> check(fixture, kernel.get(), true)));
            }
        }
        return tests;
    }

    private static void check(Fixture fixture, AttentionKernel kernel, boolean weights) {
        boolean asked = weights || fixture.has("cotangent/weights");
        try (NDManager manager = TestEngine.manager()) {
            new GoldenCase(fixture, manager)
                    .check(
                            golden ->
                                    fixture.has("in/x")
                                            ? projected(golden, kernel, asked)
                                            : single(golden, kernel, asked));
        }
    }

    private static Map<String, NDArray> projected(
            GoldenCase golden, AttentionKernel kernel, boolean weights) {
        NDArray x = golden.input("x"); // (B, L, D)
        NDArray q = x.matMul(golden.input("weight/W_q")); // (B, L, d)
        NDArray k = x.matMul(golden.input("weight/W_k"));
        NDArray v = x.matMul(golden.input("weight/W_v"));
        AttentionMask padded = AttentionMask.keys(golden.input("mask"));
        double scale = 1 / Math.sqrt(q.getShape().get(2));
        Map<String, NDArray> outputs = new HashMap<>(Map.of("q", q, "k", k, "v", v));
        put(outputs, "", "", attend(kernel, q, k, v, AttentionMask.none(), scale, weights));
        put(
                outputs,
                "",
                "_causal",
                attend(kernel, q, k, v, AttentionMask.causal(), scale, weights));
        put(outputs, "", "_padded", attend(kernel, q, k, v, padded, scale, weights));
        put(outputs, "unscaled_", "", attend(kernel, q, k, v, AttentionMask.none(), 1, weights));
        return outputs;
    }

    private static Map<String, NDArray> single(
            GoldenCase golden, AttentionKernel kernel, boolean weights) {
        NDArray q = golden.input("q").expandDims(1); // (B, 1, d)
        NDArray k = golden.input("k");
        NDArray v = golden.input("v");
        AttentionMask mask = AttentionMask.keys(golden.input("mask"));
        AttentionOutput output =
                attend(kernel, q, k, v, mask, 1 / Math.sqrt(q.getShape().get(2)), weights);
        AttentionOutput unscaled = attend(kernel, q, k, v, AttentionMask.none(), 1, true);
        Map<String, NDArray> outputs = new HashMap<>();
        outputs.put("output", output.context().squeeze(1).squeeze(1));
        outputs.put("weights", output.weights().squeeze(1).squeeze(1));
        outputs.put("unscaled_weights", unscaled.weights().squeeze(1).squeeze(1));
        return outputs;
    }

    private static AttentionOutput attend(
            AttentionKernel kernel,
            NDArray q,
            NDArray k,
            NDArray v,
            AttentionMask mask,
            double scale,
            boolean weights) {
        AttentionRequest request =
                new AttentionRequest(
                        q.expandDims(1),
                        k.expandDims(1),
                        v.expandDims(1),
                        mask,
                        scale,
                        0,
                        true,
                        weights);
        return Kernels.choose(kernel, q.getManager(), request).attend(request); // one head
    }

    private static void put(
            Map<String, NDArray> outputs, String before, String after, AttentionOutput output) {
        outputs.put(before + "output" + after, output.context().squeeze(1));
        if (output.weights() != null) {
            outputs.put(before + "weights" + after, output.weights().squeeze(1));
        }
    }
}
