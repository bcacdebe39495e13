package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.fixture.Fixture;
import org.attn4j.attention.fixture.GoldenCase;
import org.attn4j.attention.fixture.Numbers;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.fixture.TestKernel;
import org.attn4j.attention.kernel.AttentionKernel;
import org.attn4j.attention.kernel.AttentionRequest;
import org.attn4j.attention.kernel.Kernels;
import org.attn4j.attention.mask.AttentionMask;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("engine")
class AlibiTest {

    @TestFactory
    List<DynamicTest> goldens() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("alibi_")) {
            Fixture fixture = Fixture.read(folder);
            for (TestKernel kernel : TestKernel.values()) {
                String name = fixture.name() + ", " + kernel;
                tests.add(dynamicTest(name, () -> checkGolden(fixture, kernel.get())));
            }
        }
        return tests;
    }

    private static void checkGolden(Fixture fixture, AttentionKernel kernel) {
        int heads = fixture.intParam("H");
        long length = fixture.intParam("L");
        Alibi alibi = new Alibi(heads);
        Numbers.assertClose("slopes", fixture.floats("out/slopes"), alibi.slopes(), 0, 1e-6);
        try (NDManager manager = TestEngine.manager()) {
            GoldenCase golden = new GoldenCase(fixture, manager);
            NDArray bias = alibi.bias(manager, length, length);
            NDArray bloom = alibi.keyBias(manager, fixture.array(manager, "in/padding_mask"));
            golden.checkValues(
                    Map.of(
                            "bias", bias.squeeze(0),
                            "bloom_alibi", bloom.reshape(fixture.shape("out/bloom_alibi"))));
            AttentionMask mask = AttentionMask.bias(bias).and(AttentionMask.causal());
            golden.check(g -> Map.of("output", attend(g, kernel, mask, false).context()));
            golden.checkValues(Map.of("weights", attend(golden, kernel, mask, true).weights()));
        }
    }

    private static AttentionOutput attend(
            GoldenCase golden, AttentionKernel kernel, AttentionMask mask, boolean weights) {
        NDArray query = golden.input("q");
        double scale = 1 / Math.sqrt(query.getShape().get(3));
        AttentionRequest request =
                new AttentionRequest(
                        query, golden.input("k"), golden.input("v"), mask, scale, 0, true, weights);
        return Kernels.choose(kernel, query.getManager(), request).attend(request);
    }

    @Test
    void slopesOfTheEightHeadsOfThePaper() {
        float[] expected = {1 / 2f, 1 / 4f, 1 / 8f, 1 / 16f, 1 / 32f, 1 / 64f, 1 / 128f, 1 / 256f};
        assertArrayEquals(expected, new Alibi(8).slopes());
    }

    @Test
    void queriesAreTheLastPlaces() {
        try (NDManager manager = TestEngine.manager()) {
            Alibi alibi = new Alibi(3);
            NDArray whole = alibi.bias(manager, 6, 6);
            NDArray last = alibi.bias(manager, 2, 6);
            Numbers.assertClose(
                    "bias",
                    whole.get(new NDIndex(":, :, 4:")).toFloatArray(),
                    last.toFloatArray(),
                    0,
                    0);
        }
    }

    /**
     * Counting from the key alone differs from counting from the query by a constant a row, so the
     * weights are the same.
     */
    @Test
    void keyBiasGivesTheSameWeights() {
        try (NDManager manager = TestEngine.manager()) {
            Alibi alibi = new Alibi(2);
            NDArray byDistance = alibi.bias(manager, 4, 4).add(causalFloor(manager)).softmax(-1);
            NDArray byKey =
                    alibi.keyBias(manager, manager.ones(new Shape(1, 4)))
                            .add(causalFloor(manager))
                            .softmax(-1);
            Numbers.assertClose(
                    "weights", byDistance.toFloatArray(), byKey.toFloatArray(), 1e-6, 0);
        }
    }

    private static NDArray causalFloor(NDManager manager) {
        return AttentionMask.causal().numbers(manager, 4, 4).additive();
    }

    @Test
    void headsMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Alibi(0));
    }
}
