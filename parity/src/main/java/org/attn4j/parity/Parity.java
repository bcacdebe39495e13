package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.attn4j.attention.ops.AttentionKernel;

/**
 * Computes what a dump holds with the blocks of this project, and compares.
 *
 * <p>Results may be off by 2e-5, gradients by 1e-4 and as much of their own size; integers and
 * booleans must be equal. Where the dump has no number (NaN) nothing is compared. Nor is it in rows
 * that count for nothing in the dump, those of padding: their factors are all 0.
 */
public final class Parity {

    private static final Comparison OF_VALUES = new Comparison(2e-5, 0);
    private static final Comparison OF_GRADIENTS = new Comparison(1e-4, 1e-4);
    private static final Comparison EXACT = new Comparison(0, 0);

    /**
     * Results that are derivatives of others: of their sum, by the first input that is a number.
     */
    static final String DERIVATIVES = "out/derivative/";

    private static final String RESULTS = "out/";
    private static final String FACTORS = "cotangent/";
    private static final String SLOPES = "grad/";

    private Parity() {}

    /**
     * Finds the case that computes a dump.
     *
     * @param fixture the dump
     * @return the case
     * @throws FixtureException if none does
     */
    public static ParityCase caseFor(Fixture fixture) {
        List<ParityCase> cases = new ArrayList<>(BuiltInParity.all());
        ServiceLoader.load(ParityCase.class).forEach(cases::add);
        return cases.stream()
                .filter(known -> known.matches(fixture))
                .findFirst()
                .orElseThrow(
                        () ->
                                new FixtureException(
                                        "no mechanism is known that computes the fixture "
                                                + fixture.name()
                                                + " with its tensors"));
    }

    /**
     * Compares.
     *
     * @param folder the folder of a dump
     * @param manager whose engine and device are used
     * @param kernel the attention kernel to use where one applies; null for the fastest
     * @return the largest difference of each result and gradient
     * @throws IOException if there is no dump, or if a file is broken
     * @throws FixtureException if no case computes the dump, if it lacks a tensor or parameter, or
     *     if its parts do not fit one another
     */
    public static ParityReport check(Path folder, NDManager manager, AttentionKernel kernel)
            throws IOException {
        try (Fixture fixture = Fixture.open(folder)) {
            return check(fixture, manager, kernel);
        }
    }

    /**
     * Compares.
     *
     * @param fixture the dump
     * @param manager whose engine and device are used
     * @param kernel the attention kernel to use where one applies; null for the fastest
     * @return the largest difference of each result and gradient
     * @throws FixtureException if no case computes the dump, if it lacks a tensor or parameter, or
     *     if its parts do not fit one another
     */
    public static ParityReport check(Fixture fixture, NDManager manager, AttentionKernel kernel) {
        ParityCase match = caseFor(fixture);
        try (NDManager own = manager.newSubManager()) {
            FixtureInputs in = new FixtureInputs(fixture, own, kernel);
            Map<String, NDArray> results = recorded(in, match, kernel);
            List<Difference> gradients = gradients(in);
            derivatives(in, match, kernel, results);
            return new ParityReport(fixture.name(), values(in, results), gradients);
        } catch (FixtureException e) {
            throw e;
        } catch (RuntimeException e) {
            // A file may hold anything: sizes that do not fit one another, ids out of range.
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new FixtureException(
                    "fixture %s cannot be computed: %s"
                            .formatted(fixture.name(), why.lines().findFirst().orElse("")),
                    e);
        }
    }

    private static Map<String, NDArray> recorded(
            FixtureInputs in, ParityCase match, AttentionKernel kernel) {
        try (GradientCollector collector = in.manager().getEngine().newGradientCollector()) {
            Map<String, NDArray> results = new TreeMap<>(match.compute(in, kernel));
            NDArray weighted = weighted(in, results);
            if (weighted != null) {
                collector.backward(weighted);
            }
            return results;
        }
    }

    /** The sum of results times factors; null if there are none. */
    private static NDArray weighted(FixtureInputs in, Map<String, NDArray> results) {
        NDArray sum = null;
        for (String tensor : in.fixture().names(FACTORS)) {
            NDArray result = results.get(tensor.substring(FACTORS.length()));
            if (result == null) {
                continue; // reported as a result that was not computed
            }
            NDArray factors = in.fixture().array(in.manager(), tensor).reshape(result.getShape());
            NDArray term = result.mul(factors).sum();
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }

    private static List<Difference> gradients(FixtureInputs in) {
        List<Difference> differences = new ArrayList<>();
        for (String tensor : in.fixture().names(SLOPES)) {
            NDArray array = in.array(tensor.substring(SLOPES.length()));
            NDArray gradient = array.getGradient();
            differences.add(compare(in, tensor, tensor, gradient, OF_GRADIENTS, null));
        }
        return differences;
    }

    private static void derivatives(
            FixtureInputs in,
            ParityCase match,
            AttentionKernel kernel,
            Map<String, NDArray> results) {
        for (String tensor : in.fixture().names(DERIVATIVES)) {
            String of = tensor.substring(DERIVATIVES.length());
            NDArray input =
                    in.arrays().values().stream()
                            .filter(array -> array.getDataType().isFloating())
                            .findFirst()
                            .orElseThrow();
            try (GradientCollector collector = in.manager().getEngine().newGradientCollector()) {
                collector.zeroGradients();
                NDArray result = match.compute(in, kernel).get(of);
                if (result != null) {
                    collector.backward(result.sum());
                    results.put(
                            tensor.substring(RESULTS.length()), input.getGradient().duplicate());
                }
            }
        }
    }

    private static List<Difference> values(FixtureInputs in, Map<String, NDArray> results) {
        Fixture fixture = in.fixture();
        DeadRows dead = new DeadRows(fixture, in.manager());
        Map<String, List<String>> ways = new HashMap<>();
        for (String name : results.keySet()) {
            int at = name.indexOf('@');
            ways.computeIfAbsent(at < 0 ? name : name.substring(0, at), n -> new ArrayList<>())
                    .add(name);
        }
        List<Difference> differences = new ArrayList<>();
        for (String tensor : fixture.names(RESULTS)) {
            String name = tensor.substring(RESULTS.length());
            Comparison comparison = fixture.isFloat(tensor) ? OF_VALUES : EXACT;
            for (String way : ways.getOrDefault(name, List.of(name))) {
                NDArray result = results.get(way);
                boolean[] uncounted = dead.of(tensor);
                differences.add(compare(in, RESULTS + way, tensor, result, comparison, uncounted));
            }
        }
        return differences;
    }

    private static Difference compare(
            FixtureInputs in,
            String label,
            String tensor,
            NDArray actual,
            Comparison comparison,
            boolean[] dead) {
        double[] expected = in.fixture().numbers(in.manager(), tensor);
        boolean[] skipped = new boolean[expected.length];
        for (int i = 0; i < skipped.length; i++) {
            skipped[i] = Double.isNaN(expected[i]) || dead != null && dead[i];
        }
        return comparison.of(label, expected, in.fixture().shape(tensor), actual, skipped);
    }
}
