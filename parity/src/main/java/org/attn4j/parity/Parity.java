package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
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
 * <p>Results may be off by {@link #VALUES}, gradients by {@link #GRADIENTS} and as much of their
 * own size; integers and booleans must be equal. Where the dump has no number (NaN) nothing is
 * compared. Nor is it in rows that count for nothing in the dump, those of padding: their factors
 * are all 0.
 */
public final class Parity {

    /** How far a result may be off. */
    public static final double VALUES = 2e-5;

    /** How far a gradient may be off, absolutely and in proportion to its size. */
    public static final double GRADIENTS = 1e-4;

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
            List<ParityReport.Difference> gradients = gradients(in);
            derivatives(in, match, kernel, results);
            return new ParityReport(fixture.name(), values(fixture, results), gradients);
        } catch (FixtureException e) {
            throw e;
        } catch (RuntimeException e) {
            // A file may hold anything: sizes that do not fit one another, ids out of range.
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new FixtureException(
                    "fixture "
                            + fixture.name()
                            + " cannot be computed: "
                            + why.lines().findFirst().orElse(""),
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

    private static List<ParityReport.Difference> gradients(FixtureInputs in) {
        List<ParityReport.Difference> differences = new ArrayList<>();
        for (String tensor : in.fixture().names(SLOPES)) {
            NDArray array = in.array(tensor.substring(SLOPES.length()));
            differences.add(
                    Comparison.of(
                            tensor,
                            in.fixture(),
                            tensor,
                            array.getGradient(),
                            GRADIENTS,
                            GRADIENTS,
                            null));
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

    private static List<ParityReport.Difference> values(
            Fixture fixture, Map<String, NDArray> results) {
        DeadRows dead = new DeadRows(fixture);
        Map<String, List<String>> ways = new HashMap<>();
        for (String name : results.keySet()) {
            int at = name.indexOf('@');
            ways.computeIfAbsent(at < 0 ? name : name.substring(0, at), n -> new ArrayList<>())
                    .add(name);
        }
        List<ParityReport.Difference> differences = new ArrayList<>();
        for (String tensor : fixture.names(RESULTS)) {
            String name = tensor.substring(RESULTS.length());
            for (String way : ways.getOrDefault(name, List.of(name))) {
                differences.add(
                        Comparison.of(
                                RESULTS + way,
                                fixture,
                                tensor,
                                results.get(way),
                                VALUES,
                                0,
                                dead.of(tensor)));
            }
        }
        return differences;
    }
}
