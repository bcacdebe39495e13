package org.attn4j.cli.io;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.attn4j.cli.Main;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

    @Test
    void aChildMayUseNativeCodeIfItsParentMay() {
        String option = "--enable-native-access=ALL-UNNAMED";
        List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
        assertTrue(own.contains(option), own.toString()); // the build gives it to all tests
        List<String> command = ChildJvm.of(List.of(), Main.class, List.of("@a")).command();
        assertTrue(command.contains(option), command.toString());
    }
}
