package org.attn4j.attention.kernel;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.fixture.Fixture;
import org.attn4j.attention.fixture.GoldenCase;
import org.attn4j.attention.fixture.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The engines' layer norm, which the models rely on: same formula, same epsilon. */
@Tag("engine")
class LayerNormGoldenTest {

    @TestFactory
    List<DynamicTest> goldens() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("layer_norm")) {
            Fixture fixture = Fixture.read(folder);
            tests.add(
                    dynamicTest(
                            fixture.name(),
                            () -> {
                                try (NDManager manager = TestEngine.manager()) {
                                    float eps = fixture.param("eps").getAsFloat();
                                    new GoldenCase(fixture, manager)
                                            .check(
                                                    g -> {
                                                        NDArray x = g.input("x");
                                                        Shape last =
                                                                new Shape(
                                                                        x.getShape()
                                                                                .get(
                                                                                        x.getShape()
                                                                                                        .dimension()
                                                                                                - 1));
                                                        return Map.of(
                                                                "y",
                                                                LayerNorm.layerNorm(
                                                                                x,
                                                                                last,
                                                                                g.input("weight"),
                                                                                g.input("bias"),
                                                                                eps)
                                                                        .singletonOrThrow());
                                                    });
                                }
                            }));
        }
        return tests;
    }
}
