package org.attn4j.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a comparison sees what differs: dumps with a number, a shape or a tensor changed. */
@Tag("engine")
class ParityTest {

    private static final Path GOOD = Path.of("src/test/resources/goldens/attention/sdpa_causal");

    @TempDir Path folder;

    private ParityReport check(Path fixture) throws IOException {
        try (NDManager manager = TestEngine.manager()) {
            return Parity.check(fixture, manager, null);
        }
    }

    /** A copy of the good dump with its description, header and values changed. */
    private Path changed(
            Consumer<JsonObject> description,
            Consumer<JsonObject> header,
            Consumer<ByteBuffer> values)
            throws IOException {
        JsonObject golden =
                JsonParser.parseString(Files.readString(GOOD.resolve("golden.json")))
                        .getAsJsonObject();
        description.accept(golden);
        Files.writeString(folder.resolve("golden.json"), golden.toString());
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(GOOD.resolve("golden.safetensors")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) file.getLong()];
        file.get(text);
        JsonObject tensors =
                JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
        header.accept(tensors);
        ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        values.accept(data);
        byte[] newText = tensors.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(8 + newText.length + data.capacity())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(newText.length)
                        .put(newText)
                        .put(data.clear());
        Files.write(folder.resolve("golden.safetensors"), out.array());
        return folder;
    }

    private static int begin(String tensor) throws IOException {
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(GOOD.resolve("golden.safetensors")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) file.getLong()];
        file.get(text);
        return JsonParser.parseString(new String(text, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonObject(tensor)
                .getAsJsonArray("data_offsets")
                .get(0)
                .getAsInt();
    }

    private ParityReport withNumber(String tensor, int index, float by) throws IOException {
        int at = begin(tensor) + 4 * index;
        return check(changed(d -> {}, h -> {}, v -> v.putFloat(at, v.getFloat(at) + by)));
    }

    private static Difference of(ParityReport report, String tensor) {
        return report.all().stream()
                .filter(difference -> difference.name().equals(tensor))
                .findFirst()
                .orElseThrow();
    }

    private static double largest(List<Difference> differences) {
        return differences.stream().mapToDouble(Difference::largest).max().orElse(0);
    }

    @Test
    void theDumpItselfIsWithinTheTolerance() throws IOException {
        ParityReport report = check(GOOD);
        assertTrue(report.within(), report::toString);
        assertTrue(largest(report.values()) > 0 && largest(report.values()) < 1e-5);
        assertTrue(largest(report.gradients()) < 1e-4);
        assertEquals(3, report.gradients().size());
        assertTrue(of(report, "out/output").compared() > 100);
    }

    @Test
    void oneValueThatDiffersIsFound() throws IOException {
        ParityReport report = withNumber("out/weights", 7, 3e-5f);
        assertFalse(report.within());
        Difference weights = of(report, "out/weights");
        assertTrue(weights.problem().matches("\\[0(, \\d)+\\] is .*"), weights.problem());
        assertEquals(3e-5, weights.largest(), 1e-6);
        assertTrue(of(report, "out/output").within());
        assertTrue(withNumber("out/weights", 7, 1e-5f).within());
    }

    @Test
    void oneGradientThatDiffersIsFound() throws IOException {
        ParityReport report = withNumber("grad/v", 0, 1e-3f);
        List<Difference> problems = report.all().stream().filter(it -> !it.within()).toList();
        assertEquals(1, problems.size());
        assertEquals("grad/v", problems.get(0).name());
    }

    @Test
    void anInputThatDiffersIsFoundEverywhere() throws IOException {
        ParityReport report = withNumber("in/q", 19, 0.5f);
        assertFalse(of(report, "out/output").within());
        assertFalse(of(report, "grad/k").within());
    }

    @Test
    void whereTheDumpHasNoNumberNothingIsCompared() throws IOException {
        ParityReport report = withNumber("out/weights", 7, Float.NaN);
        assertTrue(report.within());
        assertEquals(
                of(check(GOOD), "out/weights").compared() - 1,
                of(report, "out/weights").compared());
    }

    @Test
    void aResultThatNothingComputesIsReported() throws IOException {
        ParityReport report =
                check(changed(d -> {}, h -> h.add("out/other", h.remove("out/weights")), v -> {}));
        assertEquals("is not computed", of(report, "out/other").problem());
    }

    @Test
    void anotherShapeIsReported() throws IOException {
        ParityReport report =
                check(
                        changed(
                                d -> {},
                                h -> {
                                    var shape =
                                            h.getAsJsonObject("out/weights")
                                                    .getAsJsonArray("shape");
                                    shape.set(0, JsonParser.parseString("1"));
                                    shape.set(1, JsonParser.parseString("6"));
                                },
                                v -> {}));
        assertTrue(of(report, "out/weights").problem().contains("shape"));
        assertTrue(Double.isNaN(of(report, "out/weights").largest()));
    }

    @Test
    void aMissingInputIsOneSentence() throws IOException {
        Path fixture = changed(d -> {}, h -> h.add("in/other", h.remove("in/v")), v -> {});
        assertTrue(
                assertThrows(FixtureException.class, () -> check(fixture))
                        .getMessage()
                        .contains("no mechanism is known"));
        Path without = changed(d -> {}, h -> h.add("grad/other", h.remove("grad/v")), v -> {});
        assertEquals(
                "fixture sdpa_causal has no tensor in/other",
                assertThrows(FixtureException.class, () -> check(without)).getMessage());
    }

    @Test
    void partsThatDoNotFitAreOneSentence() throws IOException {
        Path fixture =
                changed(
                        d -> {},
                        h -> {
                            var shape = h.getAsJsonObject("in/k").getAsJsonArray("shape");
                            shape.set(3, JsonParser.parseString("4"));
                            shape.set(2, JsonParser.parseString("10"));
                        },
                        v -> {});
        String message = assertThrows(FixtureException.class, () -> check(fixture)).getMessage();
        assertTrue(message.startsWith("fixture sdpa_causal cannot be computed: "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void anUnknownKindIsRefused() throws IOException {
        Path fixture = changed(d -> d.addProperty("name", "unheard_of"), h -> {}, v -> {});
        String message = assertThrows(FixtureException.class, () -> check(fixture)).getMessage();
        assertEquals(
                "no mechanism is known that computes the fixture unheard_of with its tensors",
                message);
    }

    /**
     * Context (B, T, D) with factors of 0 at place (0, 1); weights (B, T, S) are dead there too.
     */
    @Test
    void rowsWithoutFactorsAreNotCompared() throws IOException {
        Files.writeString(
                folder.resolve("golden.json"),
                "{\"name\":\"n\",\"tensors\":{"
                        + "\"cotangent/c\":{\"axes\":[\"B\",\"T\",\"D\"]},"
                        + "\"out/w\":{\"axes\":[\"B\",\"T\",\"S\"]},"
                        + "\"out/k\":{\"axes\":[\"B\",\"S\"]}}}");
        String header =
                "{\"cotangent/c\":{\"dtype\":\"F32\",\"shape\":[1,2,2],\"data_offsets\":[0,16]},"
                        + "\"out/w\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[16,40]},"
                        + "\"out/k\":{\"dtype\":\"F32\",\"shape\":[1,3],\"data_offsets\":[40,52]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + 52).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text).putFloat(1).putFloat(0).putFloat(0).putFloat(0);
        Files.write(folder.resolve("golden.safetensors"), file.array());
        try (NDManager manager = TestEngine.manager();
                Fixture fixture = Fixture.open(folder)) {
            boolean[] dead = new DeadRows(fixture, manager).of("out/w");
            assertEquals("[false, false, false, true, true, true]", Arrays.toString(dead));
            assertNull(new DeadRows(fixture, manager).of("out/k"));
            Shape shape = new Shape(1, 2, 3);
            NDArray off = manager.create(new float[] {0, 0, 0, 9, 9, 9}, shape);
            Comparison comparison = new Comparison(1e-5, 0);
            Difference difference = comparison.of("w", new double[6], shape, off, dead);
            assertTrue(difference.within());
            assertEquals(3, difference.compared());
            NDArray nan = manager.create(new float[] {0, Float.NaN, 0, 0, 0, 0}, shape);
            assertFalse(comparison.of("w", new double[6], shape, nan, dead).within());
        }
    }

    @Test
    void aParameterThatIsBoundToNothingIsNoticed() throws IOException {
        try (NDManager manager = TestEngine.manager();
                Fixture fixture = Fixture.open(GOOD)) {
            FixtureInputs in = new FixtureInputs(fixture, manager, null);
            RmsNorm norm = new RmsNorm(4, 1e-6);
            assertThrows(
                    IllegalStateException.class,
                    () -> norm.apply(in.parameters(), manager.ones(new Shape(1, 4)), true));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> in.bind(norm, "child.weight", manager.ones(new Shape(4))));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> in.bind(norm, "bias", manager.ones(new Shape(4))));
        }
    }
}
