package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every checkpoint of {@link GoldenModels} gives what the reference gave. */
@Tag("engine")
class ModelGoldenTest {

    @TestFactory
    Stream<DynamicNode> modelsAgreeWithTheirReference() throws IOException {
        List<DynamicNode> tests = new ArrayList<>();
        for (Path folder : GoldenModels.all()) {
            try (ModelFixture fixture = ModelFixture.open(folder)) {
                for (ModelFixture.Case it : fixture.cases()) {
                    String name = folder.getFileName() + " " + it.name();
                    tests.add(dynamicTest(name, () -> assertSame(folder, it)));
                }
            }
        }
        return tests.stream();
    }

    private static void assertSame(Path folder, ModelFixture.Case it) throws IOException {
        try (ModelFixture fixture = ModelFixture.open(folder);
                LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optArchitecture(fixture.architecture())
                                .load(folder)) {
            ModelParityReport.CaseReport report = ModelParity.check(model, fixture, it);
            assertTrue(
                    report.firstDifference().isEmpty() && !report.outputs().isEmpty(),
                    report::toString);
        }
    }
}
