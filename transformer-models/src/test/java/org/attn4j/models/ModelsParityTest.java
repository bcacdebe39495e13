package org.attn4j.models;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.parity.Fixture;
import org.attn4j.attention.parity.Parity;
import org.attn4j.attention.parity.ParityReport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every result and gradient of the dumps that blocks of this module compute, with every kernel. */
@Tag("engine")
class ModelsParityTest {

    private static final Path DUMPS = Path.of("src/test/resources/goldens/attention");

    @TestFactory
    List<DynamicTest> valuesAndGradientsMatch() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(DUMPS)) {
            for (Path folder : folders.sorted().toList()) {
                String name = folder.getFileName().toString();
                AttentionKernel reference = Kernels.reference().attention();
                tests.add(dynamicTest(name + ", reference", () -> check(folder, reference)));
                tests.add(dynamicTest(name + ", fastest", () -> check(folder, null)));
            }
        }
        return tests;
    }

    private static void check(Path folder, AttentionKernel kernel) throws IOException {
        try (NDManager manager = TestEngine.manager()) {
            ParityReport report = Parity.check(Fixture.read(folder), manager, kernel);
            assertTrue(report.within(), () -> report.fixture() + ": " + report.problems());
        }
    }
}
