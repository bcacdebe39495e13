package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.datasets.ParallelDataset;
import org.attn4j.examples.Examples;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.parity.Parity;
import org.attn4j.visual.AttentionPage;
import org.junit.jupiter.api.Test;

/**
 * What DJL makes of numbers and arrays of Java's lies in memory of Java's, which the garbage
 * collector takes while a gradient still needs it. {@link Scalars} and {@link HostArrays} do the
 * same in memory of the engine's; nothing else in any module may call DJL's way.
 */
class DjlCallsTest {

    /** A module each. */
    private static final Set<Class<?>> MODULES =
            Set.of(
                    Scalars.class,
                    SequenceTrainer.class,
                    Parity.class,
                    ParallelDataset.class,
                    Examples.class,
                    AttentionPage.class,
                    Attn4jCommand.class);

    /** With a number: comparisons have no gradient, and the others take the number by value. */
    private static final Set<String> SAFE_WITH_A_NUMBER =
            Set.of("eq", "neq", "gt", "gte", "lt", "lte", "contentEquals", "clip", "set");

    /** Without one in their signature, but DJL computes them with one. */
    private static final Set<String> WITH_A_NUMBER_INSIDE =
            Set.of("scaleGradient", "cbrt", "toDegrees", "toRadians");

    /** Who makes arrays from Java's memory, and why no gradient needs that memory later. */
    private static final Map<String, String> MAKERS =
            Map.of(
                    "org/attn4j/attention/ops/HostArrays", "copies",
                    "org/attn4j/attention/ops/Scalars", "copies",
                    "org/attn4j/attention/ops/TorchModule", "is read by value",
                    "org/attn4j/models/checkpoint/TensorReader", "copies",
                    "org/attn4j/datasets/IdArrays",
                            "ids, which the batch holds in its open arrays");

    @Test
    void arithmeticWithNumbersGoesThroughOnePlace() throws IOException {
        assertEquals(
                Set.of("org/attn4j/attention/ops/Scalars"),
                callers(DjlCallsTest::isArithmetic).keySet(),
                () -> "use Scalars: " + callersOrFail(DjlCallsTest::isArithmetic));
    }

    @Test
    void arraysFromJavaAreMadeInFewPlaces() throws IOException {
        assertEquals(
                MAKERS.keySet(),
                callers(DjlCallsTest::isCreation).keySet(),
                () -> "use HostArrays: " + callersOrFail(DjlCallsTest::isCreation));
    }

    @Test
    void arraysAreFilledFromJavaInOnePlace() throws IOException {
        assertEquals(
                Set.of("org/attn4j/attention/ops/HostArrays"),
                callers(DjlCallsTest::isFilling).keySet(),
                () -> "use HostArrays: " + callersOrFail(DjlCallsTest::isFilling));
    }

    @Test
    void theClassesOfAllModulesAreRead() throws IOException {
        for (Class<?> type : MODULES) {
            Set<String> own = new TreeSet<>();
            read(type, (name, calls) -> own.add(name));
            assertTrue(own.contains(type.getName().replace('.', '/')), type.getName());
        }
    }

    private static boolean isArithmetic(Call call) {
        boolean ofArrays = call.owner.startsWith("ai/djl/ndarray/");
        boolean takesANumber =
                call.descriptor.contains("Ljava/lang/Number;")
                        && call.descriptor.endsWith(")Lai/djl/ndarray/NDArray;");
        return ofArrays && takesANumber && !SAFE_WITH_A_NUMBER.contains(call.name)
                || ofArrays && WITH_A_NUMBER_INSIDE.contains(call.name);
    }

    /** Whether it makes an array from what Java holds; empty arrays have but a shape. */
    private static boolean isCreation(Call call) {
        return call.owner.equals("ai/djl/ndarray/NDManager")
                && call.name.equals("create")
                && !call.descriptor.startsWith("(Lai/djl/ndarray/types/Shape;");
    }

    /** Whether it copies what Java holds into an array that is there. */
    private static boolean isFilling(Call call) {
        return call.owner.equals("ai/djl/ndarray/NDArray")
                && call.name.equals("set")
                && (call.descriptor.startsWith("([") || call.descriptor.startsWith("(Ljava/nio/"));
    }

    /** A method that a class refers to, in the names of class files. */
    private record Call(String owner, String name, String descriptor) {}

    private interface Reader {

        void read(String className, Set<Call> calls);
    }

    private static String callersOrFail(Predicate<Call> forbidden) {
        try {
            return callers(forbidden).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The classes of all modules that call such methods, and which. */
    private static Map<String, Set<Call>> callers(Predicate<Call> forbidden) throws IOException {
        Map<String, Set<Call>> callers = new LinkedHashMap<>();
        for (Class<?> type : MODULES) {
            read(
                    type,
                    (name, calls) -> {
                        Set<Call> found =
                                calls.stream().filter(forbidden).collect(Collectors.toSet());
                        if (!found.isEmpty()) {
                            callers.put(name, found);
                        }
                    });
        }
        return callers;
    }

    /** Reads the classes of the module that holds a class: a folder, or a jar. */
    private static void read(Class<?> type, Reader reader) throws IOException {
        Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
        if (Files.isDirectory(place)) {
            readBelow(place, reader);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                readBelow(jar.getPath("/"), reader);
            }
        }
    }

    private static void readBelow(Path root, Reader reader) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('\\', '/');
                reader.read(
                        name.substring(0, name.length() - ".class".length()),
                        calls(Files.readAllBytes(file)));
            }
        }
    }

    /** The methods in the constant pool of a class file (JVM specification, 4.4). */
    private static Set<Call> calls(byte[] file) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        in.skipBytes(8); // the magic number and the version
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        int[][] pairs = new int[count][];
        Set<Integer> methods = new TreeSet<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 3, 4 -> in.skipBytes(4); // Integer, Float
                case 5, 6 -> { // Long and Double, which take two places
                    in.skipBytes(8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> pairs[i] = new int[] {in.readUnsignedShort()};
                case 15 -> in.skipBytes(3); // MethodHandle, of a method that has an entry too
                case 9, 10, 11, 12, 17, 18 -> {
                    pairs[i] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
                    if (tag == 10 || tag == 11) { // Methodref, InterfaceMethodref
                        methods.add(i);
                    }
                }
                default -> throw new IOException("no tag of the constant pool: " + tag);
            }
        }
        return methods.stream()
                .map(
                        method -> {
                            int[] nameAndType = pairs[pairs[method][1]];
                            return new Call(
                                    texts[pairs[pairs[method][0]][0]],
                                    texts[nameAndType[0]],
                                    texts[nameAndType[1]]);
                        })
                .collect(Collectors.toSet());
    }
}
