package org.attn4j.parity;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every result and gradient of every dump in the test resources and, if the property {@code
 * attn4j.goldens} names one, in a further folder; with every kernel. A dump that nothing computes
 * fails.
 */
@Tag("engine")
class MechanismGoldenTest {

    @TestFactory
    List<DynamicTest> valuesAndGradientsMatch() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders()) {
            for (TestKernel kernel : TestKernel.values()) {
                String name = folder.getFileName() + ", " + kernel;
                tests.add(dynamicTest(name, () -> check(folder, kernel)));
            }
        }
        assertTrue(tests.size() > 20, "there are no dumps");
        return tests;
    }

    private static void check(Path folder, TestKernel kernel) throws IOException {
        try (NDManager manager = TestEngine.manager()) {
            ParityReport report = Parity.check(folder, manager, kernel.get());
            assertTrue(report.within(), () -> report.toString());
        }
    }

    private static List<Path> folders() throws IOException {
        List<Path> roots =
                new ArrayList<>(List.of(Path.of("src/test/resources/goldens/attention")));
        String further = System.getProperty("attn4j.goldens");
        if (further != null) {
            roots.add(Path.of(further));
        }
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> entries = Files.list(root)) {
                entries.filter(e -> Files.exists(e.resolve("golden.json")))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }
}
