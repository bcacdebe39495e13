package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.fixture.Fixture;
import org.attn4j.attention.fixture.GoldenCase;
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
class RelativePositionBiasTest {

    @TestFactory
    List<DynamicTest> goldens() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("t5_buckets_")) {
            Fixture fixture = Fixture.read(folder);
            for (TestKernel kernel : TestKernel.values()) {
                String name = fixture.name() + ", " + kernel;
                tests.add(dynamicTest(name, () -> checkGolden(fixture, kernel.get())));
            }
        }
        return tests;
    }

    private static void checkGolden(Fixture fixture, AttentionKernel kernel) {
        int queries = fixture.intParam("L");
        int keys = fixture.intParam("S");
        RelativePositionBias relative =
                new RelativePositionBias(
                        fixture.intParam("heads"),
                        fixture.intParam("num_buckets"),
                        fixture.intParam("max_distance"),
                        fixture.flag("bidirectional"));
        try (NDManager manager = TestEngine.manager()) {
            long[] distances = fixture.array(manager, "in/relative_positions").toLongArray();
            long[] buckets = fixture.array(manager, "out/buckets").toLongArray();
            for (int i = 0; i < distances.length; i++) {
                assertEquals(
                        buckets[i], relative.bucket(distances[i]), "bucket of " + distances[i]);
            }
            // The fixtures count queries from the start; with more keys a cache would count from
            // the end.
            NDArray ids = manager.create(ids(relative, queries, keys), new Shape(queries, keys));
            long[] matrix = fixture.array(manager, "out/bucket_matrix").toLongArray();
            assertArrayEquals(matrix, ids.toLongArray());
            if (queries == keys) {
                assertArrayEquals(matrix, relative.buckets(manager, queries, keys).toLongArray());
            }

            GoldenCase golden = new GoldenCase(fixture, manager);
            Parameter table = relative.getDirectParameters().get("weight");
            NDArray weight = fixture.array(manager, "in/weight/relative_attention_bias");
            table.setInitializer((m, shape, type) -> weight.duplicate());
            relative.initialize(manager, DataType.FLOAT32, new Shape(queries, keys));
            ParameterStore store = new ParameterStore(manager, false);
            golden.check(
                    g -> {
                        NDArray bias =
                                relative.forward(store, new NDList(ids), true).singletonOrThrow();
                        return Map.of(
                                "bias",
                                bias.squeeze(0),
                                "output",
                                attend(g, kernel, bias, false).context());
                    });
            fixture.check(
                    "grad/weight/relative_attention_bias",
                    table.getArray().getGradient(),
                    GoldenCase.GRADIENTS,
                    GoldenCase.GRADIENTS);
            NDArray bias = relative.forward(store, new NDList(ids), true).singletonOrThrow();
            golden.checkValues(Map.of("weights", attend(golden, kernel, bias, true).weights()));
        }
    }

    private static long[] ids(RelativePositionBias relative, int queries, int keys) {
        long[] ids = new long[queries * keys];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = relative.bucket(i % keys - i / keys);
        }
        return ids;
    }

    private static AttentionOutput attend(
            GoldenCase golden, AttentionKernel kernel, NDArray bias, boolean weights) {
        NDArray query = golden.input("q");
        AttentionMask mask = AttentionMask.bias(bias);
        AttentionRequest request =
                new AttentionRequest(
                        query, golden.input("k"), golden.input("v"), mask, 1, 0, true, weights);
        return Kernels.choose(kernel, query.getManager(), request).attend(request);
    }

    @Test
    void queriesAreTheLastPlaces() {
        RelativePositionBias relative = new RelativePositionBias(2, 32, 128, true);
        try (NDManager manager = TestEngine.manager()) {
            assertArrayEquals(
                    relative.buckets(manager, 7, 7).get(new NDIndex("5:")).toLongArray(),
                    relative.buckets(manager, 2, 7).toLongArray());
        }
    }

    @Test
    void tooFewBucketsAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new RelativePositionBias(2, 3, 128, true));
        assertThrows(
                IllegalArgumentException.class, () -> new RelativePositionBias(2, 32, 16, false));
    }
}
