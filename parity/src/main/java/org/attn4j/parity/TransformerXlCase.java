package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.SegmentMemory;
import org.attn4j.attention.mechanism.SegmentOutput;
import org.attn4j.attention.mechanism.TransformerXl;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code transformer_xl_memory}: a sequence that is read segment by segment. */
final class TransformerXlCase implements ParityCase {

    private static final Map<String, String> PARAMETERS =
            Map.ofEntries(
                    Map.entry("W_q", "attention.query_proj.weight"),
                    Map.entry("W_k", "attention.key_proj.weight"),
                    Map.entry("W_v", "attention.value_proj.weight"),
                    Map.entry("W_r", "attention.position_proj.weight"),
                    Map.entry("W_o", "attention.output_proj.weight"),
                    Map.entry("W_1", "fc1.weight"),
                    Map.entry("b_1", "fc1.bias"),
                    Map.entry("W_2", "fc2.weight"),
                    Map.entry("b_2", "fc2.bias"),
                    Map.entry("ln1_weight", "attention_norm.weight"),
                    Map.entry("ln1_bias", "attention_norm.bias"),
                    Map.entry("ln2_weight", "output_norm.weight"),
                    Map.entry("ln2_bias", "output_norm.bias"));

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("transformer_xl")
                && fixture.hasAll("in/x", "in/weight/W_r", "in/weight/u");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        TransformerXl block = block(in, kernel);
        NDArray x = in.array("x"); // (B, L, D)
        NDArray visible = in.has("mask") ? in.array("mask") : null;
        long length = x.getShape().get(1);
        long segment = in.fixture().integer("segment");

        // The output by the kernel, the weights by the reference, which alone returns them.
        Map<String, NDArray> results = new LinkedHashMap<>();
        NDArray output =
                block.forward(
                                in.parameters(),
                                visible == null ? new NDList(x) : new NDList(x, visible),
                                true)
                        .singletonOrThrow();
        results.put("output", output);
        SegmentMemory past = SegmentMemory.empty();
        NDArray seen = null;
        for (int i = 0; i * segment < length; i++) {
            NDIndex part =
                    new NDIndex(":, {}:{}", i * segment, Math.min(length, (i + 1) * segment));
            NDArray shown = visible == null ? null : visible.get(part);
            WeightsRecorder recorder = new WeightsRecorder();
            SegmentOutput read =
                    block.attend(in.parameters(), x.get(part), shown, past, recorder, true);
            results.put(
                    "weights_segment_" + i, stacked(recorder.all().values(), 1)); // (B, K, N, T, S)
            seen = seen == null ? read.hidden() : seen.concat(read.hidden(), 1);
            past = read.memory();
        }
        results.put("output@seen", seen);
        if (past.length() > 0) {
            results.put("memory", stacked(past.hidden(), 0)); // (K, B, M, D)
            results.put("memory_mask", MemoryParity.booleans(in.manager(), past.visible()));
        }
        return results;
    }

    private static NDArray stacked(Collection<NDArray> arrays, int axis) {
        NDList parts = new NDList();
        arrays.forEach(array -> parts.add(array.expandDims(axis)));
        return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, axis);
    }

    private static TransformerXl block(FixtureInputs in, AttentionKernel kernel) {
        NDArray u = in.weight("u"); // (N, H)
        int layers = (int) in.weight("W_q").getShape().get(0);
        TransformerXl block =
                TransformerXl.builder()
                        .setModelSize((int) in.array("x").getShape().get(2))
                        .setHeads((int) u.getShape().get(0))
                        .optHeadSize((int) u.getShape().get(1))
                        .setLayers(layers)
                        .setInnerSize((int) in.weight("W_1").getShape().get(1))
                        .setSegment(in.fixture().integer("segment"))
                        .optMemory(in.fixture().integer("memory"))
                        .optEpsilon(in.fixture().number("eps", 1e-5))
                        .optKernel(kernel)
                        .build();
        in.bind(block, "content_bias", u);
        in.bind(block, "position_bias", in.weight("v_bias"));
        for (int i = 0; i < layers; i++) {
            for (Map.Entry<String, String> parameter : PARAMETERS.entrySet()) {
                in.bind(
                        block,
                        "layers_" + i + "." + parameter.getValue(),
                        in.weight(parameter.getKey()).get(i));
            }
        }
        return block;
    }
}
