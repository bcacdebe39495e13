package org.attn4j.models.pretrained;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.TestEngine;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every checkpoint with reference outputs, among the resources and in the folder that {@code
 * -Dattn4j.models} names, gives what the reference gave.
 */
class ModelGoldenTest {

    @TestFactory
    Stream<DynamicNode> modelsAgreeWithTheirReference() throws IOException {
        List<DynamicNode> tests = new ArrayList<>();
        for (Path folder : folders()) {
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
                    () -> String.join("\n", report.lines()));
        }
    }

    private static List<Path> folders() throws IOException {
        List<Path> roots = new ArrayList<>(List.of(Path.of("src/test/resources/goldens/models")));
        String others = System.getProperty("attn4j.models");
        if (others != null) {
            roots.add(Path.of(others));
        }
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> children = Files.list(root)) {
                children.filter(child -> Files.exists(child.resolve(ModelFixture.DESCRIPTION)))
                        .filter(child -> Files.exists(child.resolve(ModelDirectory.CONFIG)))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }
}
