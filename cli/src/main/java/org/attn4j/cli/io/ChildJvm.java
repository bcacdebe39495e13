package org.attn4j.cli.io;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a JVM like this one, for what must not disturb it or be measured apart from it. */
public final class ChildJvm {

    private ChildJvm() {}

    /**
     * Prepares a JVM with this one's options, class path and environment.
     *
     * @param options further options of the JVM
     * @param main the class to run
     * @param arguments its arguments
     */
    public static ProcessBuilder of(List<String> options, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.matches("(-X|-D|--enable-native-access=).*")) {
                command.add(argument);
            }
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
