package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.fixture.Fixture;
import org.attn4j.attention.fixture.GoldenCase;
import org.attn4j.attention.fixture.Numbers;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.fixture.TestKernel;
import org.attn4j.attention.kernel.AttentionKernel;
import org.attn4j.attention.mask.AttentionMask;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Multi-head attention against the {@code mha_*} fixtures, dumps of torch's, with every kernel. */
@Tag("engine")
class MultiHeadAttentionGoldenTest {

    @TestFactory
    List<DynamicTest> valuesAndGradientsMatch() {
        List<DynamicTest> tests = new ArrayList<>();
        for (var folder : Fixture.folders("mha_")) {
            Fixture fixture = Fixture.read(folder);
            tests.add(dynamicTest(fixture.name() + ", observed", () -> checkObserved(fixture)));
            for (TestKernel kernel : TestKernel.values()) {
                String name = fixture.name() + ", " + kernel;
                tests.add(dynamicTest(name, () -> checkKernel(fixture, kernel.get())));
            }
        }
        return tests;
    }

    /** Weights and context with all gradients, those that come through the weights too. */
    private static void checkObserved(Fixture fixture) {
        try (NDManager manager = TestEngine.manager()) {
            GoldenCase golden = new GoldenCase(fixture, manager);
            Subject subject = new Subject(fixture, manager, null);
            golden.check(
                    g -> {
                        AttentionOutput output = subject.attend(g, true);
                        return Map.of(
                                "attn_output", output.context(), "attn_weights", output.weights());
                    });
            subject.checkParameterGradients();
        }
    }

    /**
     * The context of a kernel; its gradients, which the fixture has not without those of the
     * weights, as the reference's.
     */
    private static void checkKernel(Fixture fixture, AttentionKernel kernel) {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = new Subject(fixture, manager, kernel);
            Subject reference = new Subject(fixture, manager, TestKernel.REFERENCE.get());
            GoldenCase golden = new GoldenCase(fixture, manager);
            GoldenCase expected = new GoldenCase(fixture, manager);
            golden.checkValues(Map.of("attn_output", subject.attend(golden, false).context()));
            NDArray cotangent = fixture.array(manager, "cotangent/attn_output");
            TestEngine.backward(() -> subject.attend(golden, false).context().mul(cotangent).sum());
            TestEngine.backward(
                    () -> reference.attend(expected, false).context().mul(cotangent).sum());
            for (String input : List.of("query", "key", "value", "attn_mask")) {
                if (fixture.has("grad/" + input)) {
                    Numbers.assertClose(
                            fixture.name() + ": gradient of " + input,
                            expected.input(input).getGradient().toFloatArray(),
                            golden.input(input).getGradient().toFloatArray(),
                            GoldenCase.GRADIENTS,
                            GoldenCase.GRADIENTS);
                }
            }
            List<Parameter> parameters = subject.block.getParameters().values();
            List<Parameter> others = reference.block.getParameters().values();
            for (int i = 0; i < parameters.size(); i++) {
                Numbers.assertClose(
                        fixture.name() + ": gradient of parameter " + i,
                        others.get(i).getArray().getGradient().toFloatArray(),
                        parameters.get(i).getArray().getGradient().toFloatArray(),
                        GoldenCase.GRADIENTS,
                        GoldenCase.GRADIENTS);
            }
        }
    }

    /** The block of a fixture, with its weights. */
    private static final class Subject {

        private final Fixture fixture;
        private final NDManager manager;
        private final MultiHeadAttention block;
        private final ParameterStore store;

        Subject(Fixture fixture, NDManager manager, AttentionKernel kernel) {
            this.fixture = fixture;
            this.manager = manager;
            block =
                    MultiHeadAttention.builder()
                            .setModelSize(fixture.intParam("embed_dim"))
                            .setHeads(fixture.intParam("num_heads"))
                            .optKeySize(fixture.intParamOrZero("kdim"))
                            .optValueSize(fixture.intParamOrZero("vdim"))
                            .optBias(fixture.flag("bias"))
                            .optKeyValueBias(fixture.flag("add_bias_kv"))
                            .optZeroAttention(fixture.flag("add_zero_attn"))
                            .optKernel(kernel)
                            .build();
            give("query_proj", "weight", projectionWeight("q", 0));
            give("key_proj", "weight", projectionWeight("k", 1));
            give("value_proj", "weight", projectionWeight("v", 2));
            give("output_proj", "weight", array("out_proj.weight"));
            if (fixture.has("in/weight/in_proj_bias")) {
                give("query_proj", "bias", third("in_proj_bias", 0));
                give("key_proj", "bias", third("in_proj_bias", 1));
                give("value_proj", "bias", third("in_proj_bias", 2));
                give("output_proj", "bias", array("out_proj.bias"));
            }
            for (String extra : List.of("bias_k", "bias_v")) {
                if (fixture.has("in/weight/" + extra)) {
                    give(block.getDirectParameters().get(extra), array(extra));
                }
            }
            Shape query = fixture.shape("in/query");
            Shape key = fixture.has("in/key") ? fixture.shape("in/key") : query;
            Shape value = fixture.has("in/value") ? fixture.shape("in/value") : key;
            block.initialize(manager, DataType.FLOAT32, query, key, value);
            store = new ParameterStore(manager, false);
        }

        AttentionOutput attend(GoldenCase golden, boolean observed) {
            NDArray query = golden.input("query");
            NDArray key = golden.hasInput("key") ? golden.input("key") : query;
            NDArray value = golden.hasInput("value") ? golden.input("value") : key;
            AttentionInputs inputs = AttentionInputs.of(query, key, value).withMask(mask(golden));
            return block.attend(
                    store, observed ? inputs.withObserver((place, weights) -> {}) : inputs, true);
        }

        /**
         * The masks of torch's module: true hides, numbers are added, (B·N, T, S) has one for each
         * head.
         */
        private AttentionMask mask(GoldenCase golden) {
            AttentionMask mask = AttentionMask.none();
            if (golden.hasInput("attn_mask")) {
                NDArray given = golden.input("attn_mask");
                Shape shape = given.getShape();
                if (shape.dimension() == 3) {
                    long heads = fixture.intParam("num_heads");
                    given = given.reshape(shape.get(0) / heads, heads, shape.get(1), shape.get(2));
                }
                mask =
                        mask.and(
                                fixture.isFloat("in/attn_mask")
                                        ? AttentionMask.bias(given)
                                        : AttentionMask.dense(given.logicalNot()));
            }
            if (golden.hasInput("key_padding_mask")) {
                NDArray given = golden.input("key_padding_mask");
                mask =
                        mask.and(
                                fixture.isFloat("in/key_padding_mask")
                                        ? AttentionMask.bias(given.expandDims(1).expandDims(1))
                                        : AttentionMask.keys(given.logicalNot()));
            }
            return mask;
        }

        void checkParameterGradients() {
            NDArray weights = joined("weight");
            if (fixture.has("in/weight/in_proj_weight")) {
                check("weight/in_proj_weight", weights);
            } else {
                check("weight/q_proj_weight", gradient("query_proj", "weight"));
                check("weight/k_proj_weight", gradient("key_proj", "weight"));
                check("weight/v_proj_weight", gradient("value_proj", "weight"));
            }
            check("weight/out_proj.weight", gradient("output_proj", "weight"));
            if (fixture.has("in/weight/in_proj_bias")) {
                check("weight/in_proj_bias", joined("bias"));
                check("weight/out_proj.bias", gradient("output_proj", "bias"));
            }
            for (String extra : List.of("bias_k", "bias_v")) {
                if (fixture.has("in/weight/" + extra)) {
                    check(
                            "weight/" + extra,
                            block.getDirectParameters().get(extra).getArray().getGradient());
                }
            }
        }

        private void check(String tensor, NDArray gradient) {
            fixture.check("grad/" + tensor, gradient, GoldenCase.GRADIENTS, GoldenCase.GRADIENTS);
        }

        private NDArray joined(String parameter) {
            if (!fixture.has("in/weight/in_proj_weight") && parameter.equals("weight")) {
                return null;
            }
            return gradient("query_proj", parameter)
                    .concat(gradient("key_proj", parameter), 0)
                    .concat(gradient("value_proj", parameter), 0);
        }

        private NDArray gradient(String child, String parameter) {
            return parameter(child, parameter).getArray().getGradient();
        }

        private NDArray projectionWeight(String letter, int index) {
            return fixture.has("in/weight/in_proj_weight")
                    ? third("in_proj_weight", index)
                    : array(letter + "_proj_weight");
        }

        private NDArray third(String tensor, int index) {
            return array(tensor).split(3, 0).get(index);
        }

        private NDArray array(String tensor) {
            return fixture.array(manager, "in/weight/" + tensor);
        }

        private void give(String child, String parameter, NDArray values) {
            give(parameter(child, parameter), values);
        }

        private static void give(Parameter parameter, NDArray values) {
            parameter.setInitializer((m, shape, type) -> values.duplicate());
        }

        private Parameter parameter(String child, String name) {
            for (var pair : block.getChildren()) {
                if (pair.getKey().endsWith(child)) {
                    Block found = pair.getValue();
                    return found.getDirectParameters().get(name);
                }
            }
            throw new IllegalArgumentException("no child " + child);
        }
    }
}
