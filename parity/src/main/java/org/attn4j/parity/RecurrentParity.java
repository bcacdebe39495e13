package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.attention.recurrent.RecurrentState;

/** Dumps of recurrent networks: torch's, over packed batches. */
final class RecurrentParity {

    private static final String LAYER = "weight_ih_l";

    private RecurrentParity() {}

    static List<ParityCase> cases() {
        return List.of(new Packed(CellKind.GRU, "gru"), new Packed(CellKind.LSTM, "lstm"));
    }

    /** The prefix of names tells the kind of cell, the names of parameters all the rest. */
    private record Packed(CellKind kind, String prefix) implements ParityCase {

        @Override
        public boolean matches(Fixture fixture) {
            return fixture.name().startsWith(prefix)
                    && fixture.hasAll("in/x", "in/weight/weight_ih_l0", "out/output");
        }

        @Override
        public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
            RecurrentStack stack = stack(in, kind, "");
            RecurrentState initial =
                    in.has("h0")
                            ? new RecurrentState(
                                    in.array("h0"), kind.hasCell() ? in.array("c0") : null)
                            : null;
            RecurrentOutput output =
                    stack.run(in.parameters(), in.array("x"), visible(in), initial, true);
            Map<String, NDArray> results = new LinkedHashMap<>();
            results.put("output", output.output());
            results.put("h_n", output.last().hidden());
            if (kind.hasCell()) {
                results.put("c_n", output.last().cell());
            }
            return results;
        }

        private static NDArray visible(FixtureInputs in) {
            if (in.has("mask")) {
                return in.array("mask");
            }
            if (!in.has("lengths")) {
                return null;
            }
            long places = in.array("x").getShape().get(1);
            NDArray lengths = in.array("lengths").expandDims(1); // (B, 1)
            return in.manager()
                    .arange(0, (int) places, 1, lengths.getDataType())
                    .reshape(1, places)
                    .lt(lengths);
        }
    }

    /**
     * A stack whose parameters are bound to those of a dump, its size and layers read from them.
     *
     * @param prefix what the names of its parameters begin with, such as {@code encoder.}
     */
    static RecurrentStack stack(FixtureInputs in, CellKind kind, String prefix) {
        NDArray first = in.weight(prefix + LAYER + "0");
        int layers = 1;
        while (in.hasWeight(prefix + LAYER + layers)) {
            layers++;
        }
        RecurrentStack stack =
                RecurrentStack.builder()
                        .optKind(kind)
                        .setInputSize((int) first.getShape().get(1))
                        .setHiddenSize((int) (first.getShape().get(0) / kind.gates()))
                        .optLayers(layers)
                        .optBidirectional(in.hasWeight(prefix + LAYER + "0_reverse"))
                        .optBias(in.hasWeight(prefix + "bias_ih_l0"))
                        .build();
        for (String name : stack.getDirectParameters().keys()) {
            in.bind(stack, name, in.weight(prefix + name));
        }
        return stack;
    }
}
